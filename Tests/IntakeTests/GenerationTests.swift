import Foundation
import Testing

@testable import Intake

@Suite("What a restored ledger derives") struct GenerationTests {
    private let old = try? Keys(master: Data(repeating: 7, count: 32))
    private func number(_ id: Int64) throws -> TicketNumber { try #require(TicketNumber("20261121-\(id)")) }
    private func generation(_ ticket: Int64 = 100_001) -> Generation {
        Generation(from: ticket, lastTicket: 42, lastDelivery: 57, lastCheckpoint: 3)
    }

    @Test(
        "what was in the backup keeps its codes, tokens and keys; what is made since has others, even with the same number"
    )
    func codes() throws {
        let old = try #require(old)
        // The gap was too small, as if more had been lost than anybody thought.
        let new = old.restored(generation(43))
        #expect(try new.lookupCode(number(42)) == old.lookupCode(number(42)))
        #expect(try new.lookupCode(number(43)) != old.lookupCode(number(43)))
        #expect(try new.replyToken(number(42), department: "water") == old.replyToken(number(42), department: "water"))
        #expect(try new.replyToken(number(43), department: "water") != old.replyToken(number(43), department: "water"))
        #expect(try new.deliveryKey(number(42), 57) == "20261121-000042-57")
        #expect(try new.deliveryKey(number(42), 58).hasPrefix("20261121-000042-58-"))
        #expect(new.sign("mail", "x", delivery: 57) == old.sign("mail", "x", delivery: 57))
        #expect(new.sign("mail", "x", delivery: 58) != old.sign("mail", "x", delivery: 58))
        // Two restores of one backup have nothing in common either.
        let other = old.restored(generation(43))
        #expect(try new.lookupCode(number(43)) != other.lookupCode(number(43)))
        #expect(try new.deliveryKey(number(43), 58) != other.deliveryKey(number(43), 58))
        // A form that lay open meanwhile is still taken; what things are looked up by stays.
        #expect(
            new.verify("form", "text", old.sign("form", "text")) && new.sign("form", "text") != old.sign("form", "text")
        )
        #expect(new.sourceKey(channel: "a", id: "b") == old.sourceKey(channel: "a", id: "b"))
    }

    @Test("the roots are kept sealed, also over a change of the master key, and a second restore adds one")
    func kept() throws {
        let old = try #require(old)
        let twice = old.restored(generation()).restored(
            Generation(from: 200_001, lastTicket: 100_007, lastDelivery: 90, lastCheckpoint: 9))
        let (canary, root) = (try old.canary(), try twice.sealedRoot())
        let again = try old.fitting(canary: canary, root: root)
        #expect(again.generations == twice.generations)
        let second = Data(repeating: 8, count: 32)
        let both = try Keys(master: second, older: [Data(repeating: 7, count: 32)]).fitting(canary: canary, root: root)
        let alone = try Keys(master: second).fitting(canary: try both.canary(), root: try both.sealedRoot())
        for id: Int64 in [1, 42, 100_001, 100_007, 200_001] {
            #expect(try alone.lookupCode(number(id)) == twice.lookupCode(number(id)))
        }
    }

    @Test("numbers leave out the gaps, and nothing else")
    func numbering() throws {
        let keys = try #require(old).restored(generation()).restored(
            Generation(from: 200_001, lastTicket: 100_007, lastDelivery: 90, lastCheckpoint: 9))
        let numbering = keys.numbering
        for (id, place): (Int64, Int64) in [
            (1, 1), (42, 42), (100_001, 43), (100_007, 49), (200_001, 50), (200_002, 51),
        ] {
            #expect(numbering.place(of: id) == place && numbering.ticket(at: place) == id)
        }
        #expect(numbering.given(43..<100_001).isEmpty && numbering.given(100_008..<200_001).isEmpty)
        #expect(numbering.given(41..<100_001) == [41..<43])
        #expect(numbering.given(43..<100_003) == [100_001..<100_003])
        #expect(numbering.given(40..<200_003) == [40..<43, 100_001..<100_008, 200_001..<200_003])
        #expect(numbering.given(5..<9) == [5..<9])
    }

    @Test(
        "numbers go on above ten times what may have been lost, from a number that people notice",
        arguments: [
            (1, 3600, 60, 100_001), (60_000, 86_400, 60, 200_001), (900, 90 * 86_400, 86_400, 100_001),
            // Fifty thousand a day for a hundred days, and a backup three days old.
            (5_000_000, 100 * 86_400, 3 * 86_400, 6_500_001), (0, 0, 0, 100_001), (7, -5, -5, 100_001),
        ] as [(Int64, Int64, Int64, Int64)])
    func first(_ last: Int64, _ age: Int64, _ lost: Int64, _ expected: Int64) {
        #expect(Generation.firstTicket(after: last, age: .seconds(age), lost: .seconds(lost)) == expected)
    }
}
