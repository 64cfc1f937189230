import Foundation
import Intake
import Testing

@Suite("Which ticket a follow-up joins, on each database") struct JoiningTests {
    private func follow(
        _ id: String, _ named: String, on channel: String = "hotline", _ joining: Joining
    ) throws -> KeptParcel {
        let submission = Submission(text: "more: \(id)", followsUp: named, people: [Samples.reporter("2")])
        return try Samples.keys.seal(
            Parcel(
                channel: channel, received: Samples.start, body: .bytes(Data(id.utf8)),
                items: [Item(sourceID: id, content: .submission(submission), joining: joining)]), day: Samples.day)
    }

    private func said(_ store: any Store, _ receipt: Receipt) async throws -> Submission {
        let id = try #require(receipt.ticket).id
        return try #require(try Samples.keys.payload(Submission.self, of: try await store.chain(of: id)[0]))
    }

    @Test(
        "a number alone opens nobody else's ticket: not from another channel, not from another sender of the same",
        arguments: Backend.allCases)
    func strangers(backend: Backend) async throws {
        try await backend.withStore { store in
            let mine = Item(
                sourceID: "a", content: Samples.submission("mine", people: [Samples.reporter("1")]),
                joining: .claimed(sender: "key-1"))
            let first = try Samples.keys.seal(
                Parcel(channel: "api", received: Samples.start, body: .bytes(Data()), items: [mine]), day: Samples.day)
            let number = try #require(try await store.accept([first])[0][0].ticket)
            let strangers = try await store.accept([
                follow("b", "\(number)", on: "cti", .claimed()),
                follow("c", "\(number)", on: "api", .claimed(sender: "key-2")),
                follow("d", "\(number)", on: "api", .claimed()),
                follow("e", "\(number)", on: "api", .claimed(sender: "key-2", code: "k3m9x0ab77qz")),
            ]).flatMap(\.self)
            #expect(strangers.map(\.arrival) == [.ticket, .ticket, .ticket, .ticket])
            #expect(try await store.chain(of: number.id).map(\.kind) == [.received])
            #expect(try await store.contacts(of: number.id).count == 1)
            for receipt in strangers {
                let remarks = try await said(store, receipt).remarks
                #expect(remarks.count == 1 && remarks[0].contains("\(number)"), "\(remarks)")
            }
            let own = try await store.accept([
                follow("f", "\(number)", on: "api", .claimed(sender: "key-1")),
                follow("g", "\(number)", on: "cti", .claimed(code: Samples.keys.lookupCode(number))),
                follow("h", "\(number)", on: "mailbox", .found),
            ]).flatMap(\.self)
            #expect(own.map(\.arrival) == [.followUp, .followUp, .followUp])
            #expect(own.allSatisfy { $0.ticket == number })
            let entries = try await store.chain(of: number.id)
            #expect(entries.map(\.kind) == [.received, .followUp, .followUp, .followUp])
            #expect(try Samples.keys.payload(Submission.self, of: entries[1])?.remarks == [])
            // Asked again, each hears the same.
            let again = try await store.accept([follow("b", "\(number)", on: "cti", .claimed())])[0][0]
            #expect(again.seen == .again && again.ticket == strangers[0].ticket && again.arrival == .ticket)
            try await store.balance()
        }
    }

    @Test(
        "a number that is unknown, at an end or none at all is kept as a remark, also with its code",
        arguments: Backend.allCases)
    func gone(backend: Backend) async throws {
        try await backend.withStore { store in
            let id = try await store.report("a")
            let number = try await store.tickets([id])[0].number
            var close = Outcome(ticket: id)
            close.change.state = .closed
            _ = try await store.apply([close])
            let unknown = TicketNumber(day: number.day, id: 999_999)
            let code = Samples.keys.lookupCode(unknown)
            let receipts = try await store.accept([
                follow("b", "\(number)", .found), follow("c", "\(unknown)", .claimed(code: code)),
                follow("d", "工单 13800138000", .claimed()),
            ]).flatMap(\.self)
            #expect(receipts.map(\.arrival) == [.ticket, .ticket, .ticket])
            let remarks = try await [
                said(store, receipts[0]).remarks, said(store, receipts[1]).remarks, said(store, receipts[2]).remarks,
            ]
            #expect(remarks.map(\.count) == [1, 1, 1])
            #expect(remarks[0][0].contains("\(number)") && remarks[1][0].contains("\(unknown)"))
            #expect(remarks[2][0].contains("no ticket number") && !remarks[2][0].contains("13800138000"))
            try await store.balance()
        }
    }

    @Test("the same words with other remarks are the same report", arguments: Backend.allCases)
    func remarks(backend: Backend) async throws {
        try await backend.withStore { store in
            let first = try await store.accept([
                Samples.parcel(("a", .submission(Submission(text: "one", remarks: ["category x is unknown"]))))
            ])
            let again = try await store.accept([Samples.parcel(("a", .submission(Submission(text: "one"))))])
            #expect(again[0][0].seen == .again && again[0][0].ticket == first[0][0].ticket)
        }
    }

    @Test("what is read again from quarantine joins by the same rule", arguments: Backend.allCases)
    func replayed(backend: Backend) async throws {
        try await backend.withStore { store in
            let id = try await store.report("a")
            let number = try await store.tickets([id])[0].number
            _ = try await store.accept([
                Samples.parcel(on: "cti", ("b", .unreadable("torn")), ("c", .unreadable("torn")))
            ])
            let rows = try await store.quarantined(after: 0, limit: 2)
            let stranger = try follow("b", "\(number)", on: "cti", .claimed()).arrivals[0]
            let shown = try follow("c", "\(number)", on: "cti", .claimed(code: Samples.keys.lookupCode(number)))
            let entry = try Samples.entry(.replayed)
            let first = try #require(try await store.replay(rows[0].id, as: stranger, entry: entry, at: Samples.at(1)))
            let second = try #require(
                try await store.replay(rows[1].id, as: shown.arrivals[0], entry: entry, at: Samples.at(2)))
            #expect(first.arrival == .ticket && second.arrival == .followUp && second.ticket == number)
            #expect(try await said(store, first).remarks.count == 1)
            try await store.balance()
        }
    }
}
