import Foundation
import Intake
import Testing

@Suite("Watching over, on each database") struct WatchTests {
    @Test("tickets come oldest first, page by page", arguments: Backend.allCases)
    func ascending(backend: Backend) async throws {
        try await backend.withStore { store in
            var ids: [Int64] = []
            for name in ["a", "b", "c"] { ids.append(try await store.report(name)) }
            let first = try await store.tickets(after: 0, limit: 2).map(\.number.id)
            #expect(first == Array(ids.prefix(2)))
            #expect(try await store.tickets(after: first[1], limit: 2).map(\.number.id) == [ids[2]])
            #expect(try await store.tickets(after: ids[2], limit: 2).isEmpty)
        }
    }

    @Test("tickets that are nobody's are counted and named", arguments: Backend.allCases)
    func ownerless(backend: Backend) async throws {
        try await backend.withStore { store in
            try await store.settle(try await store.report("a"))
            let id = try await store.report("b")
            #expect(try await store.ownerless(limit: 5).isEmpty)
            let job = try await store.take()
            #expect(try await store.apply([Outcome(ticket: id, job: job)]) == [true])
            #expect(try await store.ownerless(limit: 5) == [id])
            let books = try await store.books()
            #expect(books.complaints == [books.ownerless] && books.unowned == 1)
        }
    }

    @Test(
        "the tickets of one department come newest first, page by page, in whatever role", arguments: Backend.allCases)
    func ofDepartment(backend: Backend) async throws {
        try await backend.withStore { store in
            var ids: [Int64] = []
            for name in ["a", "b", "c", "d"] {
                let id = try await store.report(name)
                ids.append(id)
                try await store.settle(id)
            }
            var more = Outcome(ticket: ids[0])
            more.assignments = [Samples.lead(ids[0], "water")].map { part in
                var part = part
                part.role = .coHandler
                return part
            }
            #expect(try await store.apply([more]) == [true])
            let page = try await store.latest(of: "lighting", before: nil, limit: 3).map(\.number.id)
            #expect(page == [ids[3], ids[2], ids[1]])
            #expect(try await store.latest(of: "lighting", before: page[2], limit: 3).map(\.number.id) == [ids[0]])
            #expect(try await store.latest(of: "water", before: nil, limit: 3).map(\.number.id) == [ids[0]])
            #expect(try await store.latest(of: "roads", before: nil, limit: 3).isEmpty)
        }
    }

    @Test("the hash of an entry is found by its place, and nil where nothing stands", arguments: Backend.allCases)
    func hashes(backend: Backend) async throws {
        try await backend.withStore { store in
            let id = try await store.report("a")
            let chain = try await store.chain(of: id)
            let places = [(id, 2), (id, 1), (id + 5, 1)].map { Checkpoint.Head(ticket: $0, entries: $1, hash: Data()) }
            let (found, none) = (try await store.hashes(at: places), try await store.hashes(at: []))
            #expect(found == [nil, chain[0].hash, nil])
            #expect(none.isEmpty)
        }
    }

    @Test("the last checkpoint is the one made last", arguments: Backend.allCases)
    func lastCheckpoint(backend: Backend) async throws {
        try await backend.withStore { store in
            #expect(try await store.lastCheckpoint() == nil)
            for name in ["a", "b"] {
                _ = try await store.report(name)
                let made = try await store.checkpoint(at: Samples.at(1), keys: Samples.keys)
                #expect(try await store.lastCheckpoint() == made)
            }
        }
    }

    @Test("held deliveries are listed until they are released", arguments: Backend.allCases)
    func held(backend: Backend) async throws {
        try await backend.withStore { store in
            let id = try await store.report("a")
            try await store.settle(id)
            let delivery = try #require(try await store.deliveries(of: id).first)
            #expect(try await store.held(after: 0, limit: 9).isEmpty)
            #expect(try await store.hold(delivery: delivery.id, entry: Samples.entry(.held)))
            #expect(try await store.held(after: 0, limit: 9).map(\.id) == [delivery.id])
            #expect(try await store.held(after: delivery.id, limit: 9).isEmpty)
            #expect(try await store.release(delivery: delivery.id, at: Samples.at(2), entry: Samples.entry(.released)))
            #expect(try await store.held(after: 0, limit: 9).isEmpty)
        }
    }

    @Test("arrivals are counted by channel and class", arguments: Backend.allCases)
    func classes(backend: Backend) async throws {
        try await backend.withStore { store in
            _ = try await store.accept([
                Samples.parcel(on: "web", ("a", Samples.submission("one")), ("b", .unreadable("torn"))),
                Samples.parcel(on: "mail", ("a", Samples.submission("two"))),
                Samples.parcel(on: "mail", ("c", Samples.submission("three"))),
            ])
            let number = try #require(try await store.latest(before: nil, limit: 1).first).number
            _ = try await store.accept([
                Samples.parcel(on: "mail", ("d", Samples.submission("more", followsUp: number))),
                Samples.parcel(on: "web", ("e", .refused("no")), ("f", .notice(.bounce, "gone"))),
            ])
            #expect(
                try await store.classes() == [
                    ChannelCount(channel: "mail", arrival: .followUp, count: 1),
                    ChannelCount(channel: "mail", arrival: .ticket, count: 2),
                    ChannelCount(channel: "web", arrival: .notice, count: 1),
                    ChannelCount(channel: "web", arrival: .quarantined, count: 1),
                    ChannelCount(channel: "web", arrival: .refused, count: 1),
                    ChannelCount(channel: "web", arrival: .ticket, count: 1),
                ])
        }
    }
}

@Suite("Taking a decision back, on each database") struct WithdrawalTests {
    @Test("nobody signed for it: assignment and waiting delivery are cancelled, and can be given anew")
    func sent() async throws {
        for backend in Backend.allCases {
            try await backend.withStore { store in
                let id = try await store.report("a")
                try await store.settle(id)
                var back = Outcome(ticket: id)
                back.withdrawals = [.init(round: 1, department: "lighting", role: .lead)]
                back.assignments = [Samples.lead(id, "water")]
                back.entries = [try Samples.entry()]
                #expect(try await store.apply([back]) == [true])
                #expect(try await store.assignments(of: id).map(\.state) == [.cancelled, .sent])
                #expect(try await store.deliveries(of: id).map(\.state) == [.cancelled])
                var again = Outcome(ticket: id)
                again.withdrawals = [.init(round: 1, department: "water", role: .lead)]
                again.assignments = [Samples.lead(id, "lighting", sent: 9)]
                #expect(try await store.apply([again]) == [true])
                let rows = try await store.assignments(of: id)
                #expect(rows.map(\.state) == [.sent, .cancelled] && rows[0].sent == Samples.at(9))
                try await store.balance()
            }
        }
    }
}
