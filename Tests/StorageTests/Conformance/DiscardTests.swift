import Foundation
import Intake
import Testing

@Suite("Giving up what is in quarantine, on each database") struct DiscardTests {
    private func bytes(of parcel: Int64, _ store: any Store) async throws -> Bool {
        try await store.parcel(parcel)?.parcel.envelope.bytes.isEmpty == false
    }

    @Test("its bytes go at once, it cannot be replayed any more, and the books balance", arguments: Backend.allCases)
    func gone(backend: Backend) async throws {
        try await backend.withStore { store in
            _ = try await store.accept([
                Samples.parcel(("a", .unreadable("torn"))), Samples.parcel(("b", .unreadable("torn"))),
            ])
            let rows = try await store.quarantined(after: 0, limit: 9)
            #expect(try await store.discard([rows[0].id, 99], at: Samples.at(5)) == [rows[0].id: true])
            #expect(try await store.quarantined(after: 0, limit: 9).map(\.id) == [rows[1].id])
            #expect(try await !bytes(of: rows[0].parcel, store))
            #expect(try await bytes(of: rows[1].parcel, store))
            let keys = try Samples.parcel(("a", .refused("")), ("b", .refused(""))).arrivals.map(\.key)
            #expect(try await store.erased(arrivals: keys) == [keys[0]])
            #expect(try await store.discard([rows[0].id], at: Samples.at(6)).isEmpty)
            let arrival = try Samples.parcel(("a", Samples.submission("now it reads"))).arrivals[0]
            #expect(
                try await store.replay(rows[0].id, as: arrival, entry: Samples.entry(.replayed), at: Samples.at(7))
                    == nil)
            #expect(try await store.books().quarantined == 2)
            try await store.balance()
            #expect(try await Audit.run(store, keys: Samples.keys).findings.isEmpty)
        }
    }

    @Test("its bytes go from every parcel that brought it, or it is said that some stay", arguments: Backend.allCases)
    func carried(backend: Backend) async throws {
        try await backend.withStore { store in
            let torn = Item.Content.unreadable("torn")
            let receipts = try await store.accept([
                Samples.parcel(("a", torn)), Samples.parcel(("a", torn), ("b", Samples.submission("b"))),
                Samples.parcel(("a", torn), ("c", torn)),
            ])
            let rows = try await store.quarantined(after: 0, limit: 9)
            let beside = try await store.entries(of: [#require(receipts[1][1].ticket).id]).compactMap(\.parcel)
            #expect(try await store.discard([rows[0].id], at: Samples.at(5)) == [rows[0].id: false])
            #expect(try await !bytes(of: rows[0].parcel, store))
            #expect(try await !bytes(of: #require(beside.first), store))
            #expect(try await bytes(of: rows[1].parcel, store))
            #expect(try await store.eraseQuarantined(before: Samples.at(9), at: Samples.at(9), limit: 9) == 1)
            #expect(try await !bytes(of: rows[1].parcel, store))
            try await store.balance()
            #expect(try await Audit.run(store, keys: Samples.keys).findings.isEmpty)
        }
    }

    @Test(
        "bytes that others in quarantine or a legal hold need stay until the last of them goes",
        arguments: Backend.allCases)
    func shared(backend: Backend) async throws {
        try await backend.withStore { store in
            let receipts = try await store.accept([
                Samples.parcel(("a", .unreadable("torn")), ("b", .unreadable("torn"))),
                Samples.parcel(("c", .unreadable("torn")), ("d", Samples.submission("words"))),
            ])
            let rows = try await store.quarantined(after: 0, limit: 9)
            let ticket = try #require(receipts[1][1].ticket).id
            #expect(try await store.preserve(ticket, entry: Samples.entry(.preserved)))
            let first = try await store.discard([rows[0].id, rows[2].id], at: Samples.at(5))
            #expect(first == [rows[0].id: false, rows[2].id: false])
            for row in rows { #expect(try await bytes(of: row.parcel, store)) }
            #expect(try await store.discard([rows[1].id], at: Samples.at(6)) == [rows[1].id: true])
            #expect(try await !bytes(of: rows[0].parcel, store))
            // Both of one parcel at once.
            _ = try await store.accept([Samples.parcel(("e", .unreadable("torn")), ("f", .unreadable("torn")))])
            let both = try await store.quarantined(after: 0, limit: 9).map(\.id)
            #expect(try await store.discard(both, at: Samples.at(7)) == [both[0]: true, both[1]: true])
            try await store.balance()
        }
    }
}
