import Foundation
import Intake
import Testing

@Suite("Checkpoints, on each database") struct AuditTests {
    @Test("a checkpoint holds the heads that changed since the last, chained to it", arguments: Backend.allCases)
    func knots(backend: Backend) async throws {
        try await backend.withStore { store in
            #expect(try await store.checkpoint(at: Samples.start, keys: Samples.keys) == nil)
            let one = try await store.report("1")
            let two = try await store.report("2")
            let first = try #require(try await store.checkpoint(at: Samples.at(60), keys: Samples.keys))
            #expect(first.tickets == 2 && first.entries == 2 && first.at == Samples.at(60))
            #expect(try await store.checkpoint(at: Samples.at(120), keys: Samples.keys) == nil)
            var outcome = Outcome(ticket: two)
            outcome.entries = [try Samples.entry(), try Samples.entry()]
            _ = try await store.apply([outcome])
            let three = try await store.report("3")
            let second = try #require(try await store.checkpoint(at: Samples.at(180), keys: Samples.keys))
            #expect(second.tickets == 3 && second.entries == 5)
            #expect(try await store.heads(of: first.id, after: -1, limit: 9).map(\.ticket) == [one, two])
            #expect(try await store.heads(of: second.id, after: -1, limit: 9).map(\.ticket) == [two, three])
            #expect(try await store.heads(of: second.id, after: -1, limit: 1).map(\.entries) == [3])
            #expect(try await store.heads(of: second.id, after: two, limit: 9).map(\.entries) == [1])
            #expect(try await store.checkpoints(after: 0, limit: 9) == [first, second])
            #expect(try await store.checkpoints(after: first.id, limit: 9) == [second])
            #expect(try await first.stands(in: store))
            #expect(try await second.stands(in: store))
            #expect(
                try await !Checkpoint(id: 2, at: second.at, tickets: 3, entries: 5, hash: first.hash).stands(in: store))
            #expect(
                try await !Checkpoint(id: 3, at: second.at, tickets: 3, entries: 5, hash: first.hash).stands(in: store))
            var hash = Data()
            for knot in [first, second] {
                var tying = Checkpoint.Tying(knot.id, after: hash, at: knot.at, keys: Samples.keys)
                for head in try await store.heads(of: knot.id, after: -1, limit: 9) { tying.add(head) }
                hash = tying.hash(tickets: knot.tickets, entries: knot.entries)
                #expect(hash == knot.hash)
            }
        }
    }

    @Test("no entry escapes the checkpoints tied while many write", arguments: Backend.allCases)
    func busy(backend: Backend) async throws {
        try await backend.withTwoStores { left, right in
            @Sendable func write(_ store: any Store, _ name: String) async throws {
                for number in 0..<40 {
                    let id = try await store.report("\(name) \(number)")
                    var outcome = Outcome(ticket: id)
                    outcome.entries = [try Samples.entry()]
                    _ = try await store.apply([outcome])
                }
            }
            async let one: Void = write(left, "left")
            async let two: Void = write(right, "right")
            for number in 0..<30 { _ = try await left.checkpoint(at: Samples.at(Int64(number)), keys: Samples.keys) }
            _ = try await (one, two)
            _ = try await right.checkpoint(at: Samples.at(1000), keys: Samples.keys)
            let knots = try await left.checkpoints(after: 0, limit: 100)
            #expect(knots.last?.tickets == 80 && knots.last?.entries == 160)
            var heads: [Int64: Checkpoint.Head] = [:]
            for knot in knots {
                for head in try await left.heads(of: knot.id, after: -1, limit: 99) { heads[head.ticket] = head }
            }
            let tickets = try await left.latest(before: nil, limit: 100)
            #expect(tickets.count == 80)
            for ticket in tickets { #expect(heads[ticket.number.id]?.hash == ticket.head) }
        }
    }
}
