import Foundation
import Intake
import Testing

@Suite("Quarantine and holds, on each database") struct QuarantineTests {
    private func mended(_ id: String, _ content: Item.Content) throws -> KeptArrival {
        try Samples.parcel((id, content)).arrivals[0]
    }

    @Test("what cannot be read is kept with its bytes and reason, and listed", arguments: Backend.allCases)
    func listed(backend: Backend) async throws {
        try await backend.withStore { store in
            let parcel = try Samples.parcel(
                on: "mailbox", at: 3, ("a", Samples.submission("fine")), ("b", .unreadable("torn")))
            _ = try await store.accept([parcel, Samples.parcel(at: 4, ("c", .unreadable("no letters")))])
            let rows = try await store.quarantined(after: 0, limit: 10)
            #expect(rows.map(\.reason) == ["torn", "no letters"])
            #expect(rows[0].item == 1 && rows[0].channel == "mailbox" && rows[0].at == Samples.at(3))
            let kept = try #require(try await store.parcel(rows[0].parcel))
            #expect(kept.items == 2 && kept.quarantined == [parcel.arrivals[1].key])
            guard case .sealed(let body) = kept.parcel.body else { throw Trouble.lasting("no body") }
            #expect(try Samples.keys.open(body, as: "parcel") == Data(#"body of ["a", "b"]"#.utf8))
            #expect(try await store.quarantined(after: rows[0].id, limit: 10).map(\.id) == [rows[1].id])
            #expect(try await store.quarantined(after: 0, limit: 1).map(\.id) == [rows[0].id])
        }
    }

    @Test("a replayed arrival becomes a ticket once, and the books still balance", arguments: Backend.allCases)
    func replayed(backend: Backend) async throws {
        try await backend.withStore { store in
            _ = try await store.accept([Samples.parcel(("b", .unreadable("torn")))])
            let row = try #require(try await store.quarantined(after: 0, limit: 1).first)
            let arrival = try mended("b", Samples.submission("now it reads"))
            let receipt = try #require(
                try await store.replay(row.id, as: arrival, entry: Samples.entry(.replayed), at: Samples.at(50)))
            #expect(receipt.arrival == .ticket && receipt.seen == .first)
            let number = try #require(receipt.ticket)
            #expect(try await store.tickets([number.id])[0].received == Samples.at(50))
            #expect(try await store.chain(of: number.id).map(\.kind) == [.received, .replayed])
            #expect(try await store.take(now: 50).subject == number.id)
            let twice = try await store.replay(
                row.id, as: arrival, entry: Samples.entry(.replayed), at: Samples.at(60))
            #expect(twice == nil)
            #expect(try await store.quarantined(after: 0, limit: 1).isEmpty)
            // The source, asking again, hears of the ticket.
            let again = try await store.accept([Samples.parcel(("b", Samples.submission("now it reads")))])
            #expect(again[0][0] == Receipt(arrival: .ticket, ticket: number, seen: .again))
            #expect(try await store.books().quarantined == 0)
        }
    }

    @Test("a replay may end in any class, in a follow-up, or in quarantine again", arguments: Backend.allCases)
    func classes(backend: Backend) async throws {
        try await backend.withStore { store in
            let id = try await store.report("a")
            let number = try await store.tickets([id])[0].number
            let names = ["notice", "refused", "worse", "follow-up"]
            _ = try await store.accept([Samples.parcel(items: names.map { ($0, .unreadable("torn")) })])
            let rows = try await store.quarantined(after: 0, limit: 10)
            let contents: [Item.Content] = [
                .notice(.deliveryState, "read"), .refused("spam"), .unreadable("still torn"),
                Samples.submission("more", followsUp: number),
            ]
            var receipts: [Receipt] = []
            for (row, (name, content)) in zip(rows, zip(names, contents)) {
                let receipt = try await store.replay(
                    row.id, as: mended(name, content), entry: Samples.entry(.replayed), at: Samples.at(9))
                receipts.append(try #require(receipt))
            }
            #expect(receipts.map(\.arrival) == [.notice, .refused, .quarantined, .followUp])
            #expect(receipts.last?.ticket == number)
            #expect(try await store.chain(of: id).map(\.kind) == [.received, .followUp, .replayed])
            let left = try await store.quarantined(after: 0, limit: 10)
            #expect(left.map(\.reason) == ["still torn"] && left[0].item == 2 && left[0].at == Samples.at(9))
            #expect(try await store.books().notices == ["delivery-state": 1])
            try await store.balance()
        }
    }

    @Test("a held delivery has no job until it is released, each with an entry", arguments: Backend.allCases)
    func holds(backend: Backend) async throws {
        try await backend.withStore { store in
            let id = try await store.report("a")
            try await store.settle(id)
            let delivery = try await store.deliveries(of: id)[0].id
            let lane = Lane.deliver(destination: "lighting")
            let job = try await store.take(lane)
            #expect(try await store.release(delivery: delivery, at: Samples.start, entry: Samples.entry()) == false)
            #expect(try await store.hold(delivery: delivery, entry: Samples.entry(.held, at: 5)))
            #expect(try await store.hold(delivery: delivery, entry: Samples.entry(.held, at: 6)) == false)
            #expect(try await store.deliveries(of: id)[0].state == .held)
            #expect(try await store.lanes().isEmpty)
            // Whoever was at it comes too late.
            #expect(try await store.apply([Outcome(ticket: id, job: job)]) == [false])
            #expect(try await store.release(delivery: delivery, at: Samples.at(70), entry: Samples.entry(.released)))
            #expect(try await store.lanes().map(\.due) == [Samples.at(70)])
            #expect(try await store.take(lane, now: 70).subject == delivery)
            #expect(try await store.chain(of: id).map(\.kind) == [.received, .settled, .held, .released])
            #expect(try await store.hold(delivery: 99, entry: Samples.entry()) == false)
        }
    }
}
