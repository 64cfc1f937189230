import Foundation
import Intake
import Servers
import Testing

@Suite("The books, on each database") struct BooksTests {
    /// One made-up day at the hotline.
    private struct Shift {
        let store: any Store
        var dice: SplitMix
        var now: Int64 = 0
        var tickets: [TicketNumber] = []

        mutating func step() async throws {
            now += 10
            switch Int.random(in: 0..<10, using: &dice) {
            case 0..<4: try await accept()
            case 4..<6: try await settle()
            case 6: try await deliver()
            case 7: try await replay()
            case 8: try await close()
            default: _ = try await store.checkpoint(at: Samples.at(now), keys: Samples.keys)
            }
        }

        private mutating func content() -> Item.Content {
            switch Int.random(in: 0..<8, using: &dice) {
            case 0..<4: Samples.submission("t\(Int.random(in: 0..<3, using: &dice))", people: [Samples.reporter("1")])
            case 4: Samples.submission("f", followsUp: tickets.randomElement(using: &dice))
            case 5: .notice(Notice.allCases.randomElement(using: &dice) ?? .bounce, "n")
            case 6: .unreadable("torn")
            default: .refused("spam")
            }
        }

        private mutating func accept() async throws {
            var parcels: [KeptParcel] = []
            for _ in 0..<Int.random(in: 1...5, using: &dice) {
                var items: [(String, Item.Content)] = []
                for _ in 0..<Int.random(in: 1...3, using: &dice) {
                    items.append(("\(Int.random(in: 0..<300, using: &dice))", content()))
                }
                parcels.append(try Samples.parcel(at: now, items: items))
            }
            let receipts = try await store.accept(parcels)
            #expect(receipts.map(\.count) == parcels.map(\.arrivals.count))
            tickets += receipts.flatMap(\.self).filter { $0.seen == .first && $0.arrival == .ticket }
                .compactMap(\.ticket)
        }

        private mutating func settle() async throws {
            let jobs = try await store.claim(.settle, limit: 5, now: Samples.at(now), lease: .milliseconds(15))
            var outcomes: [Outcome] = []
            for job in jobs where Bool.random(using: &dice) {
                var outcome = Outcome(ticket: job.subject, job: job)
                outcome.from = [.received]
                outcome.change.state = .accepted
                outcome.assignments = [Samples.lead(job.subject, sent: now)]
                outcome.deliveries = [try Samples.delivery(of: job.subject, at: now)]
                outcome.entries = [try Samples.entry(.settled, at: now)]
                outcome.linkPeople = true
                outcomes.append(outcome)
            }
            _ = try await store.apply(outcomes)
        }

        private mutating func deliver() async throws {
            let lane = Lane.deliver(destination: "lighting")
            let jobs = try await store.claim(lane, limit: 5, now: Samples.at(now), lease: .milliseconds(15))
            let deliveries = try await store.delivery(jobs.map(\.subject))
            var outcomes: [Outcome] = []
            for job in jobs {
                guard let delivery = deliveries.first(where: { $0.id == job.subject }) else { continue }
                let state: Delivery.State = Bool.random(using: &dice) ? .delivered : .pending
                var outcome = Outcome(ticket: delivery.ticket, job: job)
                outcome.close = state == .pending ? .again(Samples.at(now + 30)) : .done
                outcome.attempt = Attempt(
                    delivery: delivery.id, at: Samples.at(now), result: .passing, reason: "r", state: state)
                outcome.entries = [try Samples.entry(.delivered, at: now)]
                outcomes.append(outcome)
            }
            _ = try await store.apply(outcomes)
        }

        private mutating func replay() async throws {
            guard let row = try await store.quarantined(after: 0, limit: 1).first else { return }
            let arrival = try Samples.parcel(at: now, ("mended", content())).arrivals[0]
            let receipt = try await store.replay(
                row.id, as: arrival, entry: Samples.entry(.replayed), at: Samples.at(now))
            if let receipt, receipt.arrival == .ticket, let ticket = receipt.ticket { tickets.append(ticket) }
        }

        private mutating func close() async throws {
            guard let ticket = tickets.randomElement(using: &dice) else { return }
            var outcome = Outcome(ticket: ticket.id)
            outcome.from = [.accepted]
            outcome.change.state = .closed
            outcome.entries = [try Samples.entry(at: now)]
            _ = try await store.apply([outcome])
        }
    }

    @Test("the books balance after every step of a random day", arguments: Backend.allCases, [1, 2, 3] as [UInt64])
    func randomDay(backend: Backend, seed: UInt64) async throws {
        try await backend.withStore { store in
            var shift = Shift(store: store, dice: SplitMix(state: seed))
            for _ in 0..<120 {
                try await shift.step()
                #expect(try await store.books().complaints == [])
            }
            let tickets = try await store.latest(before: nil, limit: 1000)
            #expect(Set(tickets.map(\.number)) == Set(shift.tickets) && tickets.count == shift.tickets.count)
            for ticket in tickets { _ = try await store.chain(of: ticket.number.id) }
            _ = try await store.checkpoint(at: Samples.at(shift.now), keys: Samples.keys)
            let last = try await store.checkpoints(after: 0, limit: 1000).last
            #expect(last?.tickets == tickets.count)
            #expect(last?.entries == tickets.map(\.entries).reduce(0, +))
        }
    }
}
