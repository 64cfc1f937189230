import Foundation
import Intake
import Servers
import Testing

@Suite("Erasure among everything else that happens, on each database") struct HonestDayTests {
    /// One made-up day on which batches overlap, people erase, and courts hold. The body of a parcel is its source ids.
    private struct Day {
        let store: any Store
        let erasing: Erasing
        var dice: SplitMix
        var now: Int64 = 0
        var preserved: Set<Int64> = []
        var erased: Set<Int64> = []
        /// Source ids that were given up in quarantine.
        var discarded: Set<String> = []

        private var keys: Keys { Samples.keys }

        private func key(_ id: String) -> Data { keys.sourceKey(channel: "hotline", id: id) }

        mutating func step() async throws {
            now += 10
            switch Int.random(in: 0..<12, using: &dice) {
            case 0..<5: try await accept()
            case 5: try await replay()
            case 6: try await erase()
            case 7: try await discard()
            case 8: try await hold()
            case 9:
                try await store.look(at: nil, now)
                if Bool.random(using: &dice) {
                    _ = try await store.forgetAccesses(before: Samples.at(now - 50), limit: 9, keys: keys)
                }
            default: _ = try await store.checkpoint(at: Samples.at(now), keys: keys)
            }
        }

        private mutating func accept() async throws {
            var parcels: [KeptParcel] = []
            for _ in 0..<Int.random(in: 1...3, using: &dice) {
                var items: [(String, Item.Content)] = []
                for _ in 0..<Int.random(in: 1...3, using: &dice) {
                    let id = "\(Int.random(in: 0..<60, using: &dice))"
                    let words = "words \(Int.random(in: 0..<2, using: &dice))"
                    items.append(
                        (
                            id,
                            Int.random(in: 0..<4, using: &dice) == 0
                                ? .unreadable("torn") : Samples.submission(words, people: [Samples.reporter("1")])
                        ))
                }
                parcels.append(try Samples.parcel(at: now, items: items))
            }
            _ = try await store.accept(parcels)
        }

        private mutating func replay() async throws {
            let rows = try await store.quarantined(after: 0, limit: 9)
            guard let row = rows.randomElement(using: &dice) else { return }
            let arrival = try Samples.parcel(at: now, ("mended", Samples.submission("mended"))).arrivals[0]
            let note = Replayed(quarantined: row.id, parcel: row.parcel, arrived: row.at, reason: row.reason)
            let entry = try keys.entry(.replayed, at: Samples.at(now), actor: "operator:li", note)
            _ = try await store.replay(row.id, as: arrival, entry: entry, at: Samples.at(now))
        }

        private mutating func erase() async throws {
            let tickets = try await store.latest(before: nil, limit: 200)
            guard let ticket = tickets.randomElement(using: &dice)?.number.id else { return }
            let result = try await erasing.erase(
                Set(ErasurePart.allCases), of: ticket, at: Samples.at(now), by: "operator:li", reason: "law")
            #expect((result == .preserved) == preserved.contains(ticket))
            if result != .preserved { erased.insert(ticket) }
        }

        private mutating func discard() async throws {
            let rows = try await store.quarantined(after: 0, limit: 9)
            guard let row = rows.randomElement(using: &dice) else { return }
            let bodies = try await bodies()
            discarded.insert(try #require(bodies[row.parcel])[row.item])
            let gone = try await store.discard([row.id], at: Samples.at(now))
            #expect(gone.keys.first == row.id)
        }

        private mutating func hold() async throws {
            if let ticket = preserved.randomElement(using: &dice), Bool.random(using: &dice) {
                #expect(try await store.unpreserve(ticket, entry: Samples.entry(.unpreserved, at: now)))
                preserved.remove(ticket)
            } else if let ticket = try await store.latest(before: nil, limit: 200).randomElement(using: &dice)?.number
                .id,
                preserved.count < 3, !preserved.contains(ticket), !erased.contains(ticket)
            {
                #expect(try await store.preserve(ticket, entry: Samples.entry(.preserved, at: now)))
                preserved.insert(ticket)
            }
        }

        /// The source ids of the parcels that have their bytes.
        private func bodies() async throws -> [Int64: [String]] {
            var bodies: [Int64: [String]] = [:]
            for row in try await store.sealedRows(on: .parcels, after: 0, limit: 1000) where !row.beside.isEmpty {
                let text = String(decoding: try keys.open(#require(row.sealed), as: "parcel"), as: UTF8.self)
                bodies[row.id] = try JSONDecoder().decode(
                    [String].self, from: Data(text.dropFirst("body of ".count).utf8))
            }
            return bodies
        }

        /// After a round, bytes hold nothing that was erased or given up, unless quarantine or a legal hold wants them.
        func verify() async throws {
            try await erasing.clear()
            let waiting = Set(try await store.quarantined(after: 0, limit: 1000).map(\.parcel))
            let bodies = try await bodies()
            let tickets = try await store.tickets(ofArrivals: Set(bodies.values.joined()).map(key))
            for (parcel, ids) in bodies where !waiting.contains(parcel) {
                let found = ids.compactMap { tickets[key($0)]?.id }
                if !preserved.isDisjoint(with: found) { continue }
                let gone = erased.intersection(found)
                #expect(gone.isEmpty && discarded.isDisjoint(with: ids), "parcel \(parcel): \(ids), erased \(gone)")
            }
            #expect(try await store.books().complaints == [])
        }
    }

    @Test(
        "no byte that was kept says what was erased, nothing else goes, and the audit finds nothing bent",
        arguments: Backend.allCases, [1, 2, 3, 4] as [UInt64])
    func random(backend: Backend, seed: UInt64) async throws {
        try await backend.withLedger { store, blobs in
            let erasing = Erasing(store: store, blobs: blobs, keys: Samples.keys, idle: .zero)
            var day = Day(store: store, erasing: erasing, dice: SplitMix(state: seed))
            for step in 0..<120 {
                try await day.step()
                if step % 8 == 7 { try await day.verify() }
            }
            _ = try await store.checkpoint(at: Samples.at(day.now), keys: Samples.keys)
            let report = try await Audit.run(store, keys: Samples.keys)
            #expect(report.findings.isEmpty, "\(report.findings.map(\.words.en))")
            #expect(!day.erased.isEmpty && !day.discarded.isEmpty && report.accesses > 0)
        }
    }
}
