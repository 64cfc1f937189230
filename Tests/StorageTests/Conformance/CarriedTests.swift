import Foundation
import Intake
import Testing

@Suite("Words that came more than once") struct CarriedTests {
    private let keys = Samples.keys

    private func erase(_ ticket: Int64, _ parts: Set<ErasurePart>, _ store: any Store, _ blobs: any Blobs) async throws
    {
        let erasing = Erasing(store: store, blobs: blobs, keys: keys, idle: .zero)
        _ = try await erasing.erase(parts, of: ticket, at: Samples.at(9), by: "operator:li", reason: "law")
    }

    private func isErased(_ parcel: Int64, _ store: any Store) async throws -> Bool? {
        try await store.parcel(parcel)?.parcel.envelope.bytes.isEmpty
    }

    @Test("go with their ticket from every parcel that brought them, and not from others", arguments: Backend.allCases)
    func overlapping(backend: Backend) async throws {
        try await backend.withLedger { store, blobs in
            let (a, b) = (Samples.submission("a"), Samples.submission("b"))
            let first = try await store.accept([try Samples.parcel(("a", a))])
            let second = try await store.accept([try Samples.parcel(("a", a), ("b", b))])
            // In one commit: the second of them repeats the first, and both what came before.
            let third = try await store.accept([
                try Samples.parcel(("b", Samples.submission("b in other words")), ("c", Samples.submission("c"))),
                try Samples.parcel(("c", Samples.submission("c")), ("d", Samples.submission("d"))),
            ])
            let ticket = try #require(second[0][1].ticket).id
            let neighbour = try #require(third[0][1].ticket).id
            let held = try #require(third[1][1].ticket).id
            #expect(
                try await store.preserve(held, entry: try keys.entry(.preserved, at: Samples.at(1), actor: "x", "y")))
            let ids = try await store.entries(
                of: [try #require(first[0][0].ticket).id, ticket, neighbour, held]
            ).compactMap(\.parcel).sorted()
            #expect(ids.count == 4)
            try await erase(ticket, Set(ErasurePart.allCases), store, blobs)
            var gone: [Bool?] = []
            for id in ids { gone.append(try await isErased(id, store)) }
            #expect(gone == [false, true, true, false])
            #expect(try await Audit.run(store, keys: keys).findings.isEmpty)

            // The last one holds what is preserved: it stays, and who erases is told.
            let sight = try await store.sight(of: Set(ErasurePart.allCases), ticket: neighbour)
            #expect(sight.shared == 1)
            try await erase(neighbour, Set(ErasurePart.allCases), store, blobs)
            #expect(try await isErased(ids[3], store) == false)
            #expect(try await Audit.run(store, keys: keys).findings.isEmpty)
            try await store.balance()
        }
    }

    @Test("also where nobody could read them when they came first", arguments: Backend.allCases)
    func replayed(backend: Backend) async throws {
        try await backend.withLedger { store, blobs in
            _ = try await store.accept([try Samples.parcel(("torn", .unreadable("torn")))])
            let receipts = try await store.accept([
                try Samples.parcel(("torn", .unreadable("torn")), ("b", Samples.submission("b")))
            ])
            let beside = try #require(receipts[0][1].ticket).id
            let other = try #require(try await store.entries(of: [beside]).first?.parcel)
            let (ticket, parcel) = try await replay(store)
            try await erase(ticket, Set(ErasurePart.allCases), store, blobs)
            #expect(try await isErased(parcel, store) == true)
            #expect(try await isErased(other, store) == true)
            #expect(try await Audit.run(store, keys: keys).findings.isEmpty)
        }
    }

    /// Takes the first thing out of the quarantine; gives its ticket and its parcel.
    private func replay(_ store: any Store) async throws -> (ticket: Int64, parcel: Int64) {
        let row = try #require(try await store.quarantined(after: 0, limit: 1).first)
        let mended = try Samples.parcel(at: 1, ("torn", Samples.submission("mended"))).arrivals[0]
        let note = Replayed(quarantined: row.id, parcel: row.parcel, arrived: row.at, reason: row.reason)
        let entry = try keys.entry(.replayed, at: Samples.at(1), actor: "operator:li", note)
        let receipt = try #require(try await store.replay(row.id, as: mended, entry: entry, at: Samples.at(1)))
        return (try #require(receipt.ticket).id, row.parcel)
    }

    @Test(
        "erased while a part of what came with them is still to be read, they verify, and the rest can be erased later",
        arguments: Backend.allCases)
    func sibling(backend: Backend) async throws {
        try await backend.withLedger { store, blobs in
            _ = try await store.accept([
                try Samples.parcel(("torn", .unreadable("torn")), ("other", .unreadable("torn")))
            ])
            let (ticket, parcel) = try await replay(store)
            try await erase(ticket, [.text], store, blobs)
            #expect(try await isErased(parcel, store) == false)
            #expect(try await Audit.run(store, keys: keys).findings.isEmpty)
            try await erase(ticket, [.identity, .attachments], store, blobs)
            #expect(try await store.eraseQuarantined(before: Samples.at(9), at: Samples.at(9), limit: 9) == 1)
            #expect(try await isErased(parcel, store) == true)
            #expect(try await Audit.run(store, keys: keys).findings.isEmpty)
        }
    }
}
