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

    @Test(
        "brought again by a sender who does not know that they were erased they go with the next round, and nothing else",
        arguments: Backend.allCases)
    func afterwards(backend: Backend) async throws {
        try await backend.withLedger { store, blobs in
            let a = Samples.submission("a")
            let ticket = try #require(try await store.accept([try Samples.parcel(("a", a))])[0][0].ticket).id
            _ = try await store.accept([try Samples.parcel(("torn", .unreadable("torn")))])
            try await erase(ticket, [.text], store, blobs)
            let row = try #require(try await store.quarantined(after: 0, limit: 1).first)
            #expect(try await store.discard([row.id], at: Samples.at(9)) == [row.id: true])

            let receipts = try await store.accept([
                try Samples.parcel(("a", a), ("b", Samples.submission("b"))),
                try Samples.parcel(("b", Samples.submission("b")), ("c", Samples.submission("c"))),
                try Samples.parcel(("torn", .unreadable("torn")), ("d", Samples.submission("d"))),
                try Samples.parcel(("a", a), ("torn", .unreadable("torn")), ("e", Samples.submission("e"))),
            ])
            let tickets = try receipts.map { try #require($0.last?.ticket).id }
            let parcels = try await store.entries(of: tickets).compactMap(\.parcel).sorted()
            let hold = try keys.entry(.preserved, at: Samples.at(10), actor: "operator:li", "court")
            #expect(try await store.preserve(tickets[3], entry: hold))
            try await Erasing(store: store, blobs: blobs, keys: keys, idle: .zero).clear()
            var gone: [Bool?] = []
            for id in parcels { gone.append(try await isErased(id, store)) }
            #expect(gone == [true, false, true, false])
            #expect(try await Audit.run(store, keys: keys).findings.isEmpty)
            try await store.balance()
        }
    }

    @Test("also from the same bytes that were kept for something else a moment before", arguments: Backend.allCases)
    func likewise(backend: Backend) async throws {
        try await backend.withLedger { store, blobs in
            func accept(_ body: String, _ items: (String, Item.Content)...) async throws -> [Receipt] {
                let parcel = Parcel(
                    channel: "hotline", received: Samples.at(1), body: .bytes(Data(body.utf8)),
                    items: items.map { Item(sourceID: $0.0, content: $0.1) })
                return try await store.accept([keys.seal(parcel, day: Samples.day)])[0]
            }
            let b = Samples.submission("b")
            _ = try await accept("first x", ("x", Samples.submission("first x")))
            // An id that came with other words: the item comes again under another, in the same bytes.
            _ = try await accept("other x, b", ("x", Samples.submission("other x")), ("b", b))
            let other = try await accept("other x, b", ("x apart", Samples.submission("other x")), ("b", b))
            // Unreadable as a whole, then several.
            _ = try await accept("c, d", ("whole", .unreadable("torn")))
            let several = try await accept("c, d", ("whole", .unreadable("torn")), ("d", Samples.submission("d")))
            let all = try await store.sealedRows(on: .parcels, after: 0, limit: 9).map(\.id)
            #expect(all.count == 5)
            func left() async throws -> [Int64] {
                try await store.sealedRows(on: .parcels, after: 0, limit: 9).filter { !$0.beside.isEmpty }.map(\.id)
            }
            try await erase(#require(other[0].ticket).id, [.text], store, blobs)
            #expect(try await left() == [all[0], all[3], all[4]])
            let (first, _) = try await replay(store)
            try await erase(#require(several[1].ticket).id, [.text], store, blobs)
            #expect(try await left() == [all[0]])
            #expect(try await store.sight(of: [.text], ticket: first).parcels == 0)
            #expect(try await Audit.run(store, keys: keys).findings.isEmpty)
            try await store.balance()
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
