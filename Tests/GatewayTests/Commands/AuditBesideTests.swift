import Foundation
import Intake
import Storage
import Testing

@testable import Gateway

@Suite("audit verify beside the history") struct AuditBesideTests {
    /// One way to bend what no ticket's chain holds, and what is found of it.
    enum Tampering: String, CaseIterable, Sendable, CustomTestStringConvertible {
        case contactMoved, contactSwapped, contactHash, contactKind, entryKind, itemsMany, bodySwapped, blobNamed,
            envelopeGone, parcelSwapped,
            parcelForgotten, arrivalMoved, arrivalFitted
        case accessesRemoved, accessRemoved, accessesCut, accessChanged, accessNoteSwapped, accessesFeignedOld, nothing

        var testDescription: String { rawValue }

        var sql: String {
            switch self {
            case .contactMoved: "UPDATE contacts SET ticket = 2 WHERE id = 1"
            case .contactSwapped: "UPDATE contacts SET sealed = (SELECT sealed FROM contacts WHERE id = 2) WHERE id = 1"
            case .contactKind: "UPDATE contacts SET kind = 'x' WHERE id = 1"
            case .entryKind: "UPDATE entries SET kind = 'x' WHERE ticket = 1"
            case .itemsMany: "UPDATE parcels SET items = 9223372036854775807 WHERE id = 1"
            case .contactHash: "UPDATE contacts SET hash = zeroblob(16) WHERE id = 1"
            case .bodySwapped: "UPDATE parcels SET body = (SELECT body FROM parcels WHERE id = 2) WHERE id = 1"
            case .blobNamed: "UPDATE parcels SET body = NULL, blob = 'aa' WHERE id = 1"
            case .envelopeGone: "UPDATE parcels SET envelope = x'' WHERE id = 1"
            case .parcelSwapped: "UPDATE entries SET parcel = 2 WHERE ticket = 1 AND sequence = 1"
            case .parcelForgotten: "UPDATE entries SET parcel = NULL WHERE ticket = 1 AND sequence = 1"
            case .arrivalMoved: "UPDATE arrivals SET ticket = 2 WHERE ticket = 1"
            case .arrivalFitted: "UPDATE arrivals SET ticket = 2, parcel = 2 WHERE ticket = 1"
            case .accessesRemoved: "DELETE FROM accesses"
            case .accessRemoved: "DELETE FROM accesses WHERE id = 2"
            case .accessesCut: "DELETE FROM accesses WHERE id = 3"
            case .accessChanged: "UPDATE accesses SET actor = 'operator:nobody' WHERE id = 2"
            case .accessNoteSwapped:
                "UPDATE accesses SET sealed = (SELECT sealed FROM accesses WHERE id = 1) WHERE id = 2"
            case .accessesFeignedOld:
                """
                INSERT INTO meta (key, value) VALUES ('forgotten-accesses', zeroblob(72));
                DELETE FROM accesses WHERE id < 3
                """
            case .nothing: ""
            }
        }

        var expected: (what: Audit.Finding.What, ticket: Int64?)? {
            switch self {
            case .contactMoved: (.sealed, 2)
            case .contactSwapped, .contactHash, .contactKind: (.sealed, 1)
            case .entryKind: (.entryChanged, 1)
            case .itemsMany: (.books, nil)
            case .bodySwapped, .blobNamed, .envelopeGone: (.sealed, nil)
            case .parcelSwapped, .parcelForgotten: (.parcel, 1)
            case .arrivalMoved, .arrivalFitted: (.arrival, 2)
            case .accessesRemoved, .accessRemoved, .accessesCut, .accessChanged, .accessNoteSwapped,
                .accessesFeignedOld:
                (.accessLog, nil)
            case .nothing: nil
            }
        }
    }

    private func fill(_ ledger: FilledLedger) async throws {
        try await ledger.keep([
            FilledLedger.parcel("a", FilledLedger.report("一", phone: "13900139001"), body: "first"),
            FilledLedger.parcel("b", FilledLedger.report("二", phone: "13900139002"), body: "second"),
        ])
        try await ledger.withStore { store in
            for number in 1...3 {
                let note = AccessNote(shown: "identity", reason: "call \(number)")
                try await store.note(
                    try ledger.keys.access(note, at: .wall, actor: "operator:li", ticket: 1), keys: ledger.keys)
            }
            _ = try await store.checkpoint(at: .wall, keys: ledger.keys)
        }
    }

    @Test("finds what was moved, swapped or removed there, and ends with 1", arguments: Tampering.allCases)
    func verify(tampering: Tampering) async throws {
        try await FilledLedger.run { ledger in
            try await fill(ledger)
            if tampering != .nothing { try ledger.tamper(tampering.sql) }
            let (status, found, output) = try await ledger.gateway.lines(Audit.Finding.self, ["audit", "verify"])
            if let expected = tampering.expected {
                #expect(status == 1, "\(output)")
                #expect(found.contains { $0.what == expected.what && $0.ticket == expected.ticket }, "\(output)")
                // An entry that names another parcel is not what the arrival became.
                #expect(
                    found.allSatisfy { $0.what == expected.what || expected.what == .parcel && $0.what == .arrival },
                    "\(output)")
            } else {
                #expect(status == 0 && found.isEmpty, "\(output)")
                let text = try await ledger.gateway.command(["audit", "verify"], english: true).output
                #expect(text.contains("4 sealed values and 3 lines of the access log"), "\(text)")
            }
        }
    }

    @Test("a contact that was put under another ticket is not shown as its reporter's")
    func moved() async throws {
        try await FilledLedger.run { ledger in
            try await fill(ledger)
            try ledger.tamper(Tampering.contactMoved.sql)
            let shown = try await ledger.gateway.command(["ticket", "2", "--reveal", "核对"], english: true)
            #expect(shown.status != 0 && !shown.output.contains("13900139001"), "\(shown.output)")
            #expect(shown.output.contains("did not come with this ticket"), "\(shown.output)")
        }
    }

    @Test("erasing a ticket never takes the bytes of another: it says that somebody bent it")
    func erased() async throws {
        try await FilledLedger.run { ledger in
            try await fill(ledger)
            try ledger.tamper(Tampering.parcelSwapped.sql)
            let refused = try await ledger.gateway.command(["erase", "1", "--reason", "本人要求"], english: true)
            #expect(refused.status != 0 && refused.output.contains("another report's"), "\(refused.output)")
            let due = try await ledger.gateway.command(["erase", "2", "--reason", "本人要求"])
            #expect(due.status == 0, "\(due.output)")
            let (kept, contacts) = try await ledger.withStore { store in
                (try await store.parcel(1)?.parcel.envelope, try await store.contacts(of: 1))
            }
            #expect(kept?.bytes.isEmpty == false && contacts.count == 1)
        }
    }
}
