import Foundation
import Intake
import Storage
import Testing

@testable import Gateway

@Suite("audit verify") struct AuditTests {
    /// One way to bend the history, and what is found of it.
    enum Tampering: String, CaseIterable, Sendable, CustomTestStringConvertible {
        case changed, actor, removed, reordered, cut, cutAndMended, payloadSwapped, payloadErased, ticketRemoved
        case removedWithCheckpoints, removedAndTiedAnew, checkpointChanged, checkpointRemoved, lastCheckpointRemoved
        case allCheckpointsRemoved, stateChanged, timeChanged, parcelLost, nothing

        var testDescription: String { rawValue }

        /// Ticket 2 has four entries; the second checkpoint saw all of them.
        var sql: String {
            switch self {
            case .changed: "UPDATE entries SET at = at + 1 WHERE ticket = 2 AND sequence = 2"
            case .actor: "UPDATE entries SET actor = 'operator:wang' WHERE ticket = 2 AND sequence = 4"
            case .removed: "DELETE FROM entries WHERE ticket = 2 AND sequence = 2"
            case .reordered:
                """
                UPDATE entries SET sequence = 99 WHERE ticket = 2 AND sequence = 2;
                UPDATE entries SET sequence = 2 WHERE ticket = 2 AND sequence = 3;
                UPDATE entries SET sequence = 3 WHERE ticket = 2 AND sequence = 99
                """
            case .cut: "DELETE FROM entries WHERE ticket = 2 AND sequence = 4"
            case .cutAndMended:
                """
                DELETE FROM entries WHERE ticket = 2 AND sequence = 4;
                UPDATE tickets SET entries = 3, head = (SELECT hash FROM entries WHERE ticket = 2 AND sequence = 3)
                    WHERE id = 2
                """
            case .payloadSwapped:
                """
                UPDATE entries SET payload = (SELECT payload FROM entries WHERE ticket = 1 AND sequence = 1)
                    WHERE ticket = 2 AND sequence = 1
                """
            case .payloadErased: "UPDATE entries SET payload = NULL WHERE ticket = 2 AND sequence = 3"
            case .ticketRemoved:
                """
                DELETE FROM entries WHERE ticket = 2; DELETE FROM contacts WHERE ticket = 2;
                DELETE FROM arrivals WHERE ticket = 2; DELETE FROM jobs WHERE subject = 2;
                UPDATE parcels SET items = items WHERE id = 2; DELETE FROM tickets WHERE id = 2
                """
            case .removedWithCheckpoints, .removedAndTiedAnew:
                Tampering.ticketRemoved.sql + "; DELETE FROM checkpoint_heads; DELETE FROM checkpoints"
            case .checkpointChanged: "UPDATE checkpoints SET at = at - 1000 WHERE id = 1"
            case .checkpointRemoved:
                "DELETE FROM checkpoint_heads WHERE checkpoint = 1; DELETE FROM checkpoints WHERE id = 1"
            case .lastCheckpointRemoved:
                "DELETE FROM checkpoint_heads WHERE checkpoint = 2; DELETE FROM checkpoints WHERE id = 2"
            case .allCheckpointsRemoved: "DELETE FROM checkpoint_heads; DELETE FROM checkpoints"
            case .stateChanged: "UPDATE tickets SET state = 'closed' WHERE id = 2"
            case .timeChanged: "UPDATE tickets SET received = received + 86400000 WHERE id = 2"
            // No chain and no count tells it; the database does.
            case .parcelLost: "UPDATE arrivals SET parcel = 999 WHERE ticket = 2"
            case .nothing: ""
            }
        }

        var expected: (what: Audit.Finding.What, ticket: Int64?)? {
            switch self {
            case .changed, .actor, .reordered: (.entryChanged, 2)
            case .removed: (.entryMissing, 2)
            case .cut: (.tailCut, 2)
            case .cutAndMended: (.historyRewritten, 2)
            case .payloadSwapped, .payloadErased: (.payload, 2)
            case .ticketRemoved, .removedWithCheckpoints: (.ticketRemoved, 2)
            case .removedAndTiedAnew, .checkpointChanged: (.checkpointChanged, nil)
            case .checkpointRemoved: (.checkpointMissing, nil)
            case .lastCheckpointRemoved: (.checkpointMissing, 2)
            case .allCheckpointsRemoved: (.checkpointMissing, 1)
            case .stateChanged, .timeChanged: (.rowDiffers, 2)
            case .parcelLost: (.damaged, nil)
            case .nothing: nil
            }
        }
    }

    @Test("finds a history that was bent, says where, and ends with 1", arguments: Tampering.allCases)
    func verify(tampering: Tampering) async throws {
        try await FilledLedger.run { ledger in
            let receipts = try await ledger.keep(
                ["a", "b", "c"].map { FilledLedger.parcel($0, FilledLedger.report($0)) })
            let second = try #require(receipts[1].ticket)
            #expect(second.id == 2)
            _ = try await ledger.withStore { try await $0.checkpoint(at: .wall, keys: ledger.keys) }
            try await ledger.keep(
                ["d", "e", "f"].map {
                    FilledLedger.parcel($0, FilledLedger.report($0, followsUp: second.description))
                })
            _ = try await ledger.withStore { try await $0.checkpoint(at: .wall, keys: ledger.keys) }
            try ledger.tamper(tampering.sql)
            if tampering == .removedAndTiedAnew {
                // Who writes to the database knows everything but the key.
                try ledger.tamper(
                    "INSERT INTO changed_heads SELECT id, 0 FROM tickets WHERE true ON CONFLICT DO NOTHING")
                let forger = try Keys(master: Data(repeating: 8, count: 32))
                _ = try await ledger.withStore { try await $0.checkpoint(at: .wall, keys: forger) }
            }

            let (status, found, output) = try await ledger.gateway.lines(Audit.Finding.self, ["audit", "verify"])
            if let expected = tampering.expected {
                #expect(status == 1, "\(output)")
                #expect(
                    found.contains { $0.what == expected.what && $0.ticket == expected.ticket }, "\(output)")
                #expect(
                    found.allSatisfy { $0.ticket == nil || $0.ticket == 2 || $0.what == .checkpointMissing },
                    "\(output)")
            } else {
                #expect(status == 0 && found.isEmpty, "\(output)")
                let text = try await ledger.gateway.command(["audit", "verify"], english: true).output
                #expect(text.contains("3 tickets, 6 entries, 2 checkpoints: nothing was bent"))
            }
        }
    }
}
