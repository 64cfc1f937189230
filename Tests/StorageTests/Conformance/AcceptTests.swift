import Foundation
import Intake
import Testing

@Suite("Way in, on each database") struct AcceptTests {
    @Test("a report is kept with everything that belongs to it", arguments: Backend.allCases)
    func kept(backend: Backend) async throws {
        try await backend.withStore { store in
            let parcel = try Samples.parcel(("a", Samples.submission("灯坏了", people: [Samples.reporter("13800001111")])))
            let receipts = try await store.accept([parcel])
            let number = try #require(receipts[0][0].ticket)
            #expect(receipts[0][0] == Receipt(arrival: .ticket, ticket: number, seen: .first))
            #expect(number.day == Samples.day(Samples.start))
            let ticket = try #require(try await store.tickets([number.id]).first)
            #expect(ticket.state == .received && ticket.round == 1 && ticket.kind == .complaint)
            #expect(ticket.received == Samples.start && ticket.channel == "hotline")
            let entries = try await store.chain(of: number.id)
            #expect(entries.map(\.kind) == [.received])
            #expect(try Samples.keys.payload(Submission.self, of: entries[0])?.text == "灯坏了")
            let contacts = try await store.contacts(of: number.id)
            #expect(contacts.map(\.kind) == [.phone] && contacts[0].person == nil)
            #expect(try Samples.keys.open(KeptContact.self, contacts[0].sealed, as: "contact").name == "王小明")
            #expect(try await store.lanes().map(\.lane) == [.settle])
            let kept = try #require(try await store.parcel(1))
            #expect(kept.items == 1 && kept.quarantined.isEmpty)
            #expect(kept.parcel.envelope == parcel.envelope && kept.parcel.size == parcel.size)
            try await store.balance()
        }
    }

    @Test("the same parcel twice gives the same receipt and nothing new", arguments: Backend.allCases)
    func again(backend: Backend) async throws {
        try await backend.withStore { store in
            let parcel = try Samples.parcel(("a", Samples.submission("one")), ("b", .refused("no")))
            let first = try await store.accept([parcel])
            let second = try await store.accept([parcel])
            #expect(first[0].map(\.seen) == [.first, .first])
            #expect(second[0].map(\.seen) == [.again, .again])
            #expect(second[0].map(\.ticket) == first[0].map(\.ticket))
            #expect(try await store.parcel(2) == nil)
            let books = try await store.books()
            #expect(books.items == 2 && books.tickets == 1 && books.arrivals == ["ticket": 1, "refused": 1])
            try await store.balance()
        }
    }

    @Test("a reused id with other content keeps nothing and says so", arguments: Backend.allCases)
    func differs(backend: Backend) async throws {
        try await backend.withStore { store in
            let first = try await store.accept([Samples.parcel(("a", Samples.submission("one")))])
            let other = try await store.accept([Samples.parcel(("a", Samples.submission("two")))])
            #expect(other[0][0].seen == .differs && other[0][0].ticket == first[0][0].ticket)
            #expect(try await store.books().tickets == 1)
        }
    }

    @Test("the same key several times in one batch is kept once", arguments: Backend.allCases)
    func duplicates(backend: Backend) async throws {
        try await backend.withStore { store in
            let one = try Samples.parcel(("a", Samples.submission("one")), ("a", Samples.submission("one")))
            let two = try Samples.parcel(("a", Samples.submission("other")), ("b", Samples.submission("b")))
            let receipts = try await store.accept([one, two, one])
            #expect(receipts.map { $0.map(\.seen) } == [[.first, .again], [.differs, .first], [.again, .again]])
            let tickets = Set(receipts.flatMap(\.self).compactMap(\.ticket))
            #expect(tickets.count == 2)
            #expect(receipts[0][0].ticket == receipts[1][0].ticket)
            #expect(try await store.books().items == 2)
            try await store.balance()
        }
    }

    @Test("the same id on another channel is another thing", arguments: Backend.allCases)
    func channels(backend: Backend) async throws {
        try await backend.withStore { store in
            let receipts = try await store.accept([
                Samples.parcel(on: "hotline", ("a", Samples.submission("one"))),
                Samples.parcel(on: "mailbox", ("a", Samples.submission("one"))),
            ])
            #expect(receipts.flatMap(\.self).map(\.seen) == [.first, .first])
            #expect(try await store.books().tickets == 2)
        }
    }

    @Test("a parcel that breaks a rule fails its batch, and nothing of the batch is kept", arguments: Backend.allCases)
    func wholeBatch(backend: Backend) async throws {
        try await backend.withStore { store in
            let good = try Samples.parcel(cursor: "5", ("a", Samples.submission("one")))
            var bad = try Samples.parcel(("b", Samples.submission("two")))
            bad.arrivals[0].key = Data([1, 2, 3])
            let trouble = await #expect(throws: Trouble.self) { try await store.accept([good, bad]) }
            #expect(trouble?.kind == .lasting)
            #expect(try await store.books() == Books())
            #expect(try await store.cursor(channel: "hotline") == nil)
            #expect(try await store.lanes().isEmpty)
            #expect(try await store.accept([good])[0][0].seen == .first)
        }
    }

    @Test("every class of arrival is counted, from both sides", arguments: Backend.allCases)
    func classes(backend: Backend) async throws {
        try await backend.withStore { store in
            let receipts = try await store.accept([
                Samples.parcel(
                    ("a", Samples.submission("one")), ("b", .notice(.bounce, "gone")), ("c", .unreadable("torn")),
                    ("d", .refused("spam")), ("e", .notice(.autoReply, "away")))
            ])
            #expect(receipts[0].map(\.arrival) == [.ticket, .notice, .quarantined, .refused, .notice])
            let books = try await store.books()
            #expect(books.items == 5 && books.quarantined == 1)
            #expect(books.notices == ["bounce": 1, "auto-reply": 1])
            try await store.balance()
        }
    }

    @Test("the cursor moves in the commit of what was read, even when all of it was known", arguments: Backend.allCases)
    func cursor(backend: Backend) async throws {
        try await backend.withStore { store in
            _ = try await store.accept([
                Samples.parcel(cursor: "1", ("a", .refused("no"))), Samples.parcel(cursor: "2", ("b", .refused("no"))),
            ])
            #expect(try await store.cursor(channel: "hotline") == "2")
            _ = try await store.accept([Samples.parcel(cursor: "3", ("a", .refused("no")))])
            #expect(try await store.cursor(channel: "hotline") == "3")
            _ = try await store.accept([Samples.parcel(cursor: "4", items: [])])
            #expect(try await store.cursor(channel: "hotline") == "4")
            #expect(try await store.cursor(channel: "mailbox") == nil)
            try await store.balance()
        }
    }

    @Test(
        "a follow-up joins its ticket while that is open, and is a new ticket afterwards", arguments: Backend.allCases)
    func followUps(backend: Backend) async throws {
        try await backend.withStore { store in
            let id = try await store.report("a", people: [Samples.reporter("1")])
            let number = try #require(try await store.tickets([id]).first).number
            let joined = try await store.accept([
                Samples.parcel(("b", Samples.submission("more", followsUp: number))),
                Samples.parcel(("c", Samples.submission("still more", followsUp: number))),
            ])
            // The day is part of the number: whoever has it wrong means another ticket.
            let other = TicketNumber(day: number.day + 1, id: number.id)
            let wrong = try await store.accept([Samples.parcel(("f", Samples.submission("more", followsUp: other)))])
            #expect(wrong[0].map(\.arrival) == [.ticket])
            #expect(joined.flatMap(\.self).map(\.arrival) == [.followUp, .followUp])
            #expect(joined.flatMap(\.self).allSatisfy { $0.ticket == number })
            #expect(try await store.chain(of: id).map(\.kind) == [.received, .followUp, .followUp])
            var close = Outcome(ticket: id)
            close.change.state = .closed
            _ = try await store.apply([close])
            let late = try await store.accept([
                Samples.parcel(("d", Samples.submission("too late", followsUp: number))),
                Samples.parcel(
                    ("e", Samples.submission("no such", followsUp: TicketNumber(day: number.day, id: 999_999)))),
            ])
            #expect(late.flatMap(\.self).map(\.arrival) == [.ticket, .ticket])
            #expect(try await store.books().followUps == 2)
            try await store.balance()
        }
    }

    @Test("text no database likes is kept all the same", arguments: Backend.allCases)
    func hostileText(backend: Backend) async throws {
        try await backend.withStore { store in
            let long = String(repeating: "长", count: 100_000)
            let receipts = try await store.accept([
                Samples.parcel(
                    ("a", Samples.submission("nul \0 here", area: "area\0one")),
                    ("b", .unreadable("why \0 \u{FFFF} 🀄")),
                    ("c", .refused(long)), ("'; DROP TABLE tickets; --", Samples.submission(long)))
            ])
            #expect(receipts[0].map(\.seen) == [.first, .first, .first, .first])
            #expect(try await store.quarantined(after: 0, limit: 5).count == 1)
            try await store.balance()
        }
    }

    @Test("an empty batch is no trouble", arguments: Backend.allCases)
    func empty(backend: Backend) async throws {
        try await backend.withStore { store in
            let (receipts, written) = (try await store.accept([]), try await store.apply([]))
            #expect(receipts.isEmpty && written.isEmpty)
        }
    }

    @Test("two writers that bring the same keys at once make one ticket each key", arguments: Backend.allCases)
    func race(backend: Backend) async throws {
        try await backend.withTwoStores { left, right in
            for round in 0..<20 {
                let ids = (0..<30).map { "\(round)-\($0)" }
                let here = try ids.map { try Samples.parcel(($0, Samples.submission($0))) }
                let there = try ids.reversed().map { try Samples.parcel(($0, Samples.submission($0))) }
                async let one = left.accept(here)
                async let two = right.accept(there)
                let (first, second) = try await (one.flatMap(\.self), two.flatMap(\.self).reversed())
                for (mine, other) in zip(first, second) {
                    #expect(mine.ticket == other.ticket)
                    #expect(Set([mine.seen == .first, other.seen == .first]) == [true, false])
                }
            }
            #expect(try await left.books().tickets == 600)
            try await left.balance()
        }
    }
}
