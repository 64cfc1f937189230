import Foundation
import Testing

@testable import Intake

@Suite("What a ledger shows of its keys, on each database") struct EvidenceTests {
    @Test(
        "an empty ledger is told from one whose canary is gone, and that finds its own key again",
        arguments: Backend.allCases)
    func canary(backend: Backend) async throws {
        try await backend.withStore { store in
            #expect(try await Evidence.isEmpty(store))
            #expect(try await Evidence.ties(Samples.keys, try await store.lastCheckpoint(), in: store))
            _ = try await store.report("1", people: [Samples.reporter("13800138000")])
            #expect(try await !Evidence.isEmpty(store))
            let sample = try #require(try await Evidence.sample(of: store))
            #expect(sample.sealed.key == Samples.keys.id)
            // Before there is a history, what is sealed decides.
            let second = Data(repeating: 9, count: 32)
            let both = try Keys(master: second, older: [Data(repeating: 7, count: 32)])
            #expect(try await Evidence.canary(both, root: nil, sealer: Samples.keys.id, store).key == Samples.keys.id)
            // With one, that does: also where all was sealed anew since.
            _ = try await store.checkpoint(at: Samples.start, keys: Samples.keys)
            #expect(try await Evidence.canary(both, root: nil, sealer: both.id, store).key == Samples.keys.id)
            let other = try Keys(master: second)
            await #expect(throws: Trouble.self) { try await Evidence.canary(other, root: nil, sealer: other.id, store) }
            let root = try Samples.keys.sealedRoot()
            #expect(try await Evidence.canary(both, root: root, sealer: both.id, store).key == Samples.keys.id)
            #expect(try await Evidence.ties(Samples.keys, try await store.lastCheckpoint(), in: store))
            #expect(try await !Evidence.ties(other, try await store.lastCheckpoint(), in: store))
            _ = try await store.report("2")
            _ = try await store.checkpoint(at: Samples.at(60), keys: Samples.keys)
            #expect(try await Evidence.ties(Samples.keys, try await store.lastCheckpoint(), in: store))
        }
    }
}
