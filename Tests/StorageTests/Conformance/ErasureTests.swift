import Foundation
import Intake
import Servers
import Testing

@testable import Storage

@Suite("Erasure, legal hold and retention") struct ErasureTests {
    private let keys = Samples.keys
    private static let all = Set(ErasurePart.allCases)

    /// One settled ticket with words, a reporter and a file.
    private func report(
        _ id: String, _ store: any Store, file: BlobID? = nil, at milliseconds: Int64 = 0
    ) async throws -> Int64 {
        let files = file.map { [Attachment(name: "照片.jpg", type: "image/jpeg", size: 5, content: .kept($0))] } ?? []
        let submission = Submission(
            kind: .complaint, subject: "路灯", text: "planted words of \(id)", attachments: files,
            people: [Samples.reporter("13800138000")])
        let receipts = try await store.accept([
            try Samples.parcel(at: milliseconds, (id, .submission(submission)))
        ])
        let ticket = try #require(receipts[0][0].ticket).id
        try await store.settle(ticket, now: milliseconds)
        return ticket
    }

    @Test(
        "an erased ticket keeps its number and its chain, and nothing of what was said, sent or who said it",
        arguments: Backend.allCases)
    func whole(backend: Backend) async throws {
        try await backend.withLedger { store, blobs in
            let file = try await blobs.put(Data("a photograph".utf8), keys: keys).id
            let ticket = try await report("a", store, file: file)
            let other = try await report("b", store, file: file)
            _ = try await store.checkpoint(at: Samples.at(1), keys: keys)
            let delivery = try #require(try await store.deliveries(of: ticket).first)
            var outcome = Outcome(ticket: ticket)
            outcome.attempt = Attempt(
                delivery: delivery.id, at: Samples.at(2), result: .delivered, reason: "ok", state: .delivered)
            #expect(try await store.apply([outcome]) == [true])

            let erasing = Erasing(store: store, blobs: blobs, keys: keys, idle: .zero)
            let sight = try await store.sight(of: Self.all, ticket: ticket)
            let result = try await erasing.erase(
                Self.all, of: ticket, at: Samples.at(3), by: "operator:li", reason: "asked by 13800138000")
            #expect(sight.contacts == 1 && sight.parcels == 1 && sight.files == 1 && sight.messages == 1)
            guard case .done(let erased) = result else { throw Trouble.lasting("\(result)") }
            #expect(erased.copies == ["lighting"] && !erased.reason.contains("138"))

            let entries = try await store.chain(of: ticket)
            #expect(entries.map(\.kind) == [.received, .settled, .erased])
            #expect(entries.map { $0.payload == nil } == [true, true, false])
            #expect(try keys.payload(Erased.self, of: entries[2]) == erased)
            #expect(try await store.contacts(of: ticket).isEmpty)
            #expect(try await store.deliveries(of: ticket).allSatisfy { $0.content.bytes.isEmpty })
            #expect(try await store.parcel(1)?.parcel.envelope.bytes.isEmpty == true)
            #expect(try await store.tickets([ticket]).first?.state == .withdrawn)
            #expect(try await Audit.run(store, keys: keys).findings.isEmpty)
            try await store.balance()
            // Another ticket names the same file.
            try await erasing.clear()
            #expect(try await blobs.holds(file))
            #expect(try await erasing.erase([.text], of: ticket, at: Samples.at(4), by: "x", reason: "") == .nothing)
            _ = try await erasing.erase(Self.all, of: other, at: Samples.at(4), by: "x", reason: "")
            #expect(try await Erasing(store: store, blobs: blobs, keys: keys).clear() == 0, "it came just now")
            #expect(try await erasing.clear() == 1)
            #expect(try await !blobs.holds(file))
        }
    }

    @Test("nothing that was erased is left in SQLite's own files")
    func bytes() async throws {
        try await withFolder { folder in
            let store = try SQLiteStore(path: folder + "/ledger.sqlite", busy: true)
            let blobs = try FileBlobs(folder: folder + "/blobs")
            for number in 0..<30 { _ = try await report("before \(number)", store) }
            let ticket = try await report("a", store)
            for number in 0..<30 { _ = try await report("after \(number)", store) }
            func planted() async throws -> [Data] {
                try await store.entries(of: [ticket]).filter { $0.kind != .erased }.compactMap(\.payload?.bytes)
                    + store.contacts(of: ticket).map(\.sealed.bytes)
                    + [try await store.parcel(31)?.parcel.envelope.bytes ?? Data()]
            }
            let sealed = try await planted()
            #expect(sealed.count == 4)
            func holds(_ bytes: Data) throws -> Bool {
                let part = bytes.dropFirst(10).prefix(20)
                return try ["ledger.sqlite", "ledger.sqlite-wal"].contains { name in
                    try Data(contentsOf: URL(filePath: "\(folder)/\(name)")).range(of: part) != nil
                }
            }
            for value in sealed { #expect(try holds(value)) }
            let erasing = Erasing(store: store, blobs: blobs, keys: keys, idle: .zero)
            _ = try await erasing.erase(Self.all, of: ticket, at: Samples.at(3), by: "operator:li", reason: "law")
            try await erasing.clear()
            for value in sealed { #expect(try !holds(value)) }
            await store.close()
        }
    }

    @Test("nothing of a ticket under legal hold goes, nor the bytes it shares with others", arguments: Backend.allCases)
    func preserved(backend: Backend) async throws {
        try await backend.withLedger { store, blobs in
            let receipts = try await store.accept([
                try Samples.parcel(
                    items: ["a", "b"].map {
                        ($0, Samples.submission("words", people: [Samples.reporter("13800138000")]))
                    })
            ])
            let tickets = try receipts[0].map { try #require($0.ticket).id }
            let entry = try keys.entry(.preserved, at: Samples.at(1), actor: "operator:li", Preserved(reason: "court"))
            #expect(try await store.preserve(tickets[0], entry: entry))
            #expect(try await !store.preserve(tickets[0], entry: entry))
            let erasing = Erasing(store: store, blobs: blobs, keys: keys, idle: .zero)
            let late = Samples.at(1) + .days(4000)
            #expect(try await erasing.erase(Self.all, of: tickets[0], at: late, by: "x", reason: "") == .preserved)
            #expect(try await store.sight(of: Self.all, ticket: tickets[1]).shared == 1)
            let sum = try await Retaining(erasing, Retention()).run(at: late)
            #expect(sum.tickets == [.identity: 1, .text: 1] && sum.originals == 0)
            #expect(try await store.contacts(of: tickets[0]).count == 1)
            #expect(try await store.parcel(1)?.parcel.envelope.bytes.isEmpty == false)

            let end = try keys.entry(.unpreserved, at: Samples.at(2), actor: "operator:li", Preserved(reason: "over"))
            #expect(try await store.unpreserve(tickets[0], entry: end))
            #expect(try await Retaining(erasing, Retention()).run(at: late).tickets[.text] == 1)
            #expect(try await store.parcel(1)?.parcel.envelope.bytes.isEmpty == true)
            for ticket in tickets { _ = try await store.chain(of: ticket) }
            try await store.balance()
        }
    }

    @Test("a file that is just being fetched does not come in once files were erased", arguments: Backend.allCases)
    func fetching(backend: Backend) async throws {
        try await backend.withLedger { store, blobs in
            let remote = Attachment(name: "照片.jpg", type: "image/jpeg", content: .remote("media 1"))
            let receipts = try await store.accept([
                try Samples.parcel(("a", .submission(Submission(text: "words", attachments: [remote]))))
            ])
            let ticket = try #require(receipts[0][0].ticket).id
            let job = try await store.take(.fetch(channel: "hotline"))
            let file = try await blobs.put(Data("a photograph".utf8), keys: keys).id
            let erasing = Erasing(store: store, blobs: blobs, keys: keys, idle: .zero)
            _ = try await erasing.erase([.attachments], of: ticket, at: Samples.at(3), by: "x", reason: "law")
            var outcome = Outcome(ticket: ticket, job: job)
            outcome.blobs = [file]
            #expect(try await store.apply([outcome]) == [false])
            #expect(try await store.unnamed([file]) == [file])
            #expect(try await store.lanes().map(\.lane) == [.settle])
        }
    }

    @Test("an order that nobody has yet is written anew when only its files are erased", arguments: Backend.allCases)
    func order(backend: Backend) async throws {
        try await backend.withLedger { store, blobs in
            let file = try await blobs.put(Data("a photograph".utf8), keys: keys).id
            let erasing = Erasing(store: store, blobs: blobs, keys: keys, idle: .zero)
            for (id, actor, orders) in [("a", "operator:li", 1), ("b", "intake", 0)] {
                let ticket = try await report(id, store, file: file)
                var outcome = Outcome(ticket: ticket)
                outcome.deliveries = [
                    NewDelivery(
                        destination: "mail", recipient: "citizen",
                        content: try keys.seal(Data("x".utf8), as: "delivery"),
                        created: Samples.at(1))
                ]
                #expect(try await store.apply([outcome]) == [true])
                let result = try await erasing.erase(
                    [.attachments], of: ticket, at: Samples.at(3), by: actor, reason: "law")
                guard case .done(let erased) = result else { throw Trouble.lasting("\(result)") }
                #expect(erased.orders == orders)
                #expect(try await store.deliveries(of: ticket).map(\.state) == [.cancelled, .pending])
                #expect(try await store.take(.settle, now: 3).subject == ticket)
                // With the words nothing is left to be told.
                _ = try await erasing.erase(Self.all, of: ticket, at: Samples.at(4), by: actor, reason: "law")
                #expect(try await !store.lanes().map(\.lane).contains(.settle))
            }
        }
    }

    @Test("a department that is just being told is among those with copies", arguments: Backend.allCases)
    func underWay(backend: Backend) async throws {
        try await backend.withStore { store in
            let ticket = try await report("a", store)
            #expect(try await store.sight(of: Self.all, ticket: ticket).copies.isEmpty)
            _ = try await store.take(.deliver(destination: "lighting"))
            #expect(try await store.sight(of: Self.all, ticket: ticket).copies == ["lighting"])
        }
    }

    @Test("originals that a legal hold came to need meanwhile stay", arguments: Backend.allCases)
    func preservedMeanwhile(backend: Backend) async throws {
        try await backend.withStore { store in
            let ticket = try await store.report("a")
            let due = try await store.originals(before: Samples.at(1), after: 0, limit: 9)
            #expect(due.count == 1)
            #expect(try await store.preserve(ticket, entry: Samples.entry(.preserved)))
            try await store.eraseOriginals(due)
            #expect(try await store.parcel(due[0])?.parcel.envelope.bytes.isEmpty == false)
        }
    }

    @Test(
        "each kind of data goes when its time is over, and what happens meanwhile starts the time anew",
        arguments: Backend.allCases)
    func retention(backend: Backend) async throws {
        try await backend.withLedger { store, blobs in
            let file = try await blobs.put(Data("a photograph".utf8), keys: keys).id
            let ticket = try await report("a", store, file: file)
            _ = try await store.accept([try Samples.parcel(("torn", .unreadable("torn")))])
            try await store.look(at: ticket)
            let round = Retaining(Erasing(store: store, blobs: blobs, keys: keys, idle: .zero), Retention())
            func run(_ days: Int) async throws -> Retaining.Sum { try await round.run(at: Samples.start + .days(days)) }
            #expect(try await run(179).isEmpty)
            #expect(try await round.run(at: Samples.start + .days(181), dry: true).originals == 1)
            #expect(try await run(181).originals == 1)
            #expect(try await run(366).quarantined == 1)
            #expect(try await store.quarantined(after: 0, limit: 9).isEmpty)
            let files = try await run(731)
            #expect(files.tickets == [.attachments: 1] && files.files == 1)
            #expect(try await !blobs.holds(file))
            let dossier = try Dossier.read(
                try #require(try await store.tickets([ticket]).first),
                // The settlement of the samples is none.
                try await store.entries(of: [ticket]).filter { $0.kind != .settled }, keys: keys
            )
            guard case .missing = try #require(dossier.submission.attachments.first).content else {
                throw Trouble.lasting("the file is still named")
            }
            #expect(try await store.accesses(of: ticket, before: nil, limit: 9).count == 1)
            let identity = try await run(1096)
            #expect(identity.tickets == [.identity: 1] && identity.accesses == 1)
            #expect(try await run(1097).isEmpty)
            let more = Submission(
                text: "more", followsUp: try #require(try await store.tickets([ticket]).first).number.description,
                people: [Samples.reporter("13900139000")])
            _ = try await store.accept([
                try Samples.parcel(at: Duration.days(1100).wholeMilliseconds, ("later", .submission(more)))
            ])
            #expect(try await run(1826).tickets[.text] == nil)
            let last = try await run(1100 + 1826)
            #expect(
                last.tickets == [.identity: 1, .text: 1, .attachments: 0].filter { $0.value > 0 } && last.originals == 0
            )
            #expect(try await store.chain(of: ticket).dropLast().allSatisfy { $0.payload == nil || $0.kind == .erased })
            #expect(try await Audit.run(store, keys: keys).findings.isEmpty)
            try await store.balance()
        }
    }
}
