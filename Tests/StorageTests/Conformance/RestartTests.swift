import Foundation
import Testing

@testable import Intake

@Suite("A ledger begun anew after a restore, on each database") struct RestartTests {
    private func restored(_ store: any Store, from ticket: Int64) async throws -> Keys {
        let last = try #require(try await store.latest(before: nil, limit: 1).first?.number.id)
        let generation = Generation(
            from: ticket, lastTicket: last, lastDelivery: try await store.lastDelivery(),
            lastCheckpoint: try #require(try await store.lastCheckpoint()).id)
        let keys = Samples.keys.restored(generation)
        try await store.keep(root: try keys.sealedRoot(), numberingFrom: ticket)
        return keys
    }

    @Test(
        "tickets are numbered above the gap, once and again, and the history verifies across it",
        arguments: Backend.allCases)
    func numbered(backend: Backend) async throws {
        try await backend.withStore { store in
            #expect(try await store.lastDelivery() == 0)
            let one = try await store.report("1")
            var outcome = Outcome(ticket: one)
            outcome.deliveries = [try Samples.delivery()]
            _ = try await store.apply([outcome])
            let delivery = try #require(try await store.deliveries(of: one).first?.id)
            #expect(try await store.lastDelivery() == delivery)
            _ = try await store.checkpoint(at: Samples.start, keys: Samples.keys)
            let first = try await restored(store, from: 1_500_001)
            #expect(try await store.report("2") == 1_500_001)
            #expect(try await store.report("3") == 1_500_002)
            _ = try await store.checkpoint(at: Samples.at(60), keys: first)
            let root = try await store.root()
            let keys = try Samples.keys.fitting(canary: try Samples.keys.canary(), root: root)
            let report = try await Audit.run(store, keys: keys)
            #expect(report.findings.isEmpty && report.tickets == 3 && report.checkpoints == 2, "\(report.findings)")
            // Who has not the sealed roots can tie nothing from then on.
            let without = try await Audit.run(store, keys: Samples.keys)
            #expect(without.findings.contains { $0.what == .checkpointChanged && $0.checkpoint == 2 })

            // A second restore, of which nothing came before it was made a third time.
            let again = try #require(try await store.latest(before: nil, limit: 1).first?.number.id)
            let twice = keys.restored(
                Generation(
                    from: 3_000_001, lastTicket: again, lastDelivery: delivery,
                    lastCheckpoint: try #require(try await store.lastCheckpoint()).id))
            try await store.keep(root: try twice.sealedRoot(), numberingFrom: 3_000_001)
            #expect(try await store.report("4") == 3_000_001)
            _ = try await store.checkpoint(at: Samples.at(120), keys: twice)
            #expect(try await Audit.run(store, keys: twice).findings.isEmpty)
        }
    }
}
