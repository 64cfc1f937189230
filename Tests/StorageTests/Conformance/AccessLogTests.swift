import Foundation
import Intake
import Testing

@Suite("The access log, and what is sealed beside the history") struct AccessLogTests {
    private let keys = Samples.keys

    @Test(
        "is a chain that checkpoints tie, goes on once its oldest lines were forgotten, and verifies all the while",
        arguments: Backend.allCases)
    func chain(backend: Backend) async throws {
        try await backend.withStore { store in
            let ticket = try await store.report("a")
            _ = try await store.checkpoint(at: Samples.at(1), keys: keys)
            for number in 0..<3 { try await store.look(at: number == 1 ? nil : ticket, Int64(number) * 1000) }
            let knot = try #require(
                try await store.checkpoint(at: Samples.at(2), keys: keys), "a look is something new")
            #expect(knot.tickets == 1 && knot.entries == 1)
            #expect(try await store.heads(of: knot.id, after: -1, limit: 9).map(\.ticket) == [0])
            #expect(try await store.checkpoint(at: Samples.at(3), keys: keys) == nil)
            let log = try await store.accessLog(after: 0, limit: 9)
            #expect(log.forgotten == nil && log.lines.map(\.id) == [1, 2, 3])
            var report = try await Audit.run(store, keys: keys)
            #expect(report.findings.isEmpty && report.accesses == 3)

            #expect(try await store.forgetAccesses(before: Samples.at(1500), limit: 9, keys: keys) == 2)
            #expect(try await store.forgetAccesses(before: Samples.at(1500), limit: 9, keys: keys) == 0)
            report = try await Audit.run(store, keys: keys)
            #expect(report.findings.isEmpty && report.accesses == 1)
            #expect(try await store.forgetAccesses(before: Samples.at(9000), limit: 9, keys: keys) == 1)
            #expect(try await Audit.run(store, keys: keys).findings.isEmpty)
            try await store.look(at: ticket, 9000)
            #expect(try await store.accesses(of: ticket, before: nil, limit: 9).map(\.id) == [4])
            _ = try await store.checkpoint(at: Samples.at(4), keys: keys)
            #expect(try await Audit.run(store, keys: keys).findings.isEmpty)
            #expect(try await store.heads(of: knot.id + 1, after: -1, limit: 9).map(\.entries) == [4])
        }
    }

    @Test("lines noted at the same time follow each other", arguments: Backend.allCases)
    func crowd(backend: Backend) async throws {
        try await backend.withTwoStores { left, right in
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for number in 0..<20 {
                    tasks.addTask { try await (number.isMultiple(of: 2) ? left : right).look(at: nil) }
                }
                try await tasks.waitForAll()
            }
            #expect(try await left.accessLog(after: 0, limit: 99).lines.map(\.id) == (1...20).map(Int64.init))
            #expect(try await Audit.run(left, keys: keys).findings.isEmpty)
        }
    }

    @Test("a number that somebody wrote into the database stops neither the log nor the checkpoint")
    func largest() throws {
        let access = try Samples.keys.access(
            AccessNote(shown: "identity", reason: "call"), at: Samples.at(0), actor: "operator:li", ticket: nil)
        let head = AccessHead(id: .max, hash: Data(count: 32)).next(access, keys: Samples.keys)
        #expect(head.hash.count == 32)
        var tying = Checkpoint.Tying(1, after: Data(), at: Samples.at(0), keys: Samples.keys)
        for ticket in 1...2 as ClosedRange<Int64> {
            tying.add(Checkpoint.Head(ticket: ticket, entries: .max, hash: Data(count: 32)))
        }
        #expect(tying.hash(tickets: 2, entries: tying.entries).count == 32)
    }

    @Test("a mark of what was forgotten is read with the key that made it only")
    func mark() throws {
        let head = AccessHead(id: 7, hash: Data(repeating: 1, count: 32))
        let kept = head.forgotten(keys: keys)
        #expect(AccessHead(forgotten: kept, keys: keys) == head && AccessHead(unverified: kept) == head)
        let other = try Keys(master: Data(repeating: 9, count: 32))
        #expect(AccessHead(forgotten: kept, keys: other) == nil)
        for length in 0..<kept.count { #expect(AccessHead(unverified: kept.prefix(length)) == nil) }
    }

    @Test("a delivery that carries another ticket's words is found", arguments: Backend.allCases)
    func delivery(backend: Backend) async throws {
        try await backend.withStore { store in
            let ticket = try await store.report("a", people: [Samples.reporter("13800138000")])
            try await store.settle(ticket)
            #expect(try await Audit.run(store, keys: keys).findings.isEmpty)
            var outcome = Outcome(ticket: ticket)
            outcome.deliveries = [try Samples.delivery(of: 99)]
            #expect(try await store.apply([outcome]) == [true])
            #expect(try await Audit.run(store, keys: keys).findings.map(\.what) == [.sealed])
        }
    }

    @Test("what was taken out of quarantine belongs to its parcel, and is erased with it", arguments: Backend.allCases)
    func replayed(backend: Backend) async throws {
        try await backend.withLedger { store, blobs in
            _ = try await store.accept([try Samples.parcel(("torn", .unreadable("torn")))])
            let row = try #require(try await store.quarantined(after: 0, limit: 1).first)
            let mended = try Samples.parcel(at: 1, ("torn", Samples.submission("mended"))).arrivals[0]
            let note = Replayed(quarantined: row.id, parcel: row.parcel, arrived: row.at, reason: row.reason)
            let entry = try keys.entry(.replayed, at: Samples.at(1), actor: "operator:li", note)
            let receipt = try #require(try await store.replay(row.id, as: mended, entry: entry, at: Samples.at(1)))
            let ticket = try #require(receipt.ticket).id
            #expect(try await Audit.run(store, keys: keys).findings.isEmpty)
            let erasing = Erasing(store: store, blobs: blobs, keys: keys, idle: .zero)
            _ = try await erasing.erase(
                Set(ErasurePart.allCases), of: ticket, at: Samples.at(2), by: "operator:li", reason: "law")
            #expect(try await store.erased(arrivals: [mended.key]) == [mended.key])
            #expect(try await Audit.run(store, keys: keys).findings.isEmpty)
        }
    }
}
