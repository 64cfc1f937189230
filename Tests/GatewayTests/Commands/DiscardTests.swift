import Foundation
import Intake
import Servers
import Testing

@testable import Gateway

@Suite("intake quarantine discard") struct DiscardTests {
    private struct Line: Decodable {
        var id: Int64
        var channel: String
        var erased: Bool
    }

    @Test(
        "what could not be read is erased on request, with the file in the clear, and who did it is written down",
        arguments: Backend.allCases)
    func discard(_ ledger: Backend) async throws {
        try await withGateway(ledger, channels: CallDrop.channel) { gateway in
            let drop = try CallDrop(gateway)
            try drop.put("cut.json", #"{"turns": [{"text": "电话13800138000"#)
            try drop.put("other.json", #"{"turns": [{"text": "别人的"#)
            _ = try await eventually("both are in quarantine") {
                drop.names("quarantine").count == 4 && drop.names("claimed").isEmpty ? true : nil
            }
            let rows = try await gateway.lines(Quarantined.self, ["quarantine"]).lines
            #expect(rows.count == 2)
            var cut: Int64 = 0
            for row in rows {
                let shown = try await gateway.command(["quarantine", "show", "\(row.id)", "--raw", "核对"]).output
                if shown.contains("13800138000") { cut = row.id }
            }
            #expect(try await gateway.command(["quarantine", "discard", "\(cut)"]).status == 64, "why is asked for")
            let none = try await gateway.command(["quarantine", "discard", "\(cut)", "99", "--reason", "x"])
            #expect(none.status == 1 && none.output.contains("99"), "\(none)")
            #expect(drop.names("quarantine").count == 4, "one of them is not there: nothing is erased")

            let gone = try await gateway.lines(Line.self, ["quarantine", "discard", "\(cut)", "--reason", "本人要求"])
            #expect(gone.status == 0, "\(gone.output)")
            #expect(gone.lines.map(\.id) == [cut] && gone.lines.allSatisfy { $0.erased && $0.channel == "calls" })
            #expect(drop.names("quarantine").count == 2)
            #expect(try Planted.found(at: [drop.folder]).isEmpty)
            #expect(try await gateway.lines(Quarantined.self, ["quarantine"]).lines.count == 1)
            let twice = try await gateway.command(
                ["quarantine", "discard", "\(cut)", "--reason", "本人要求"], english: true)
            #expect(twice.status == 1 && twice.output.contains("replayed or erased"), "\(twice)")
            let log = try await gateway.command(["access"]).output
            #expect(log.contains("删除隔离件 \(cut)") && log.contains("本人要求"), "\(log)")
            #expect(try await gateway.command(["audit", "verify"]).status == 0)
        }
    }

    @Test("bytes that something else in quarantine needs stay, and it is said")
    func shared() async throws {
        try await FilledLedger.run { ledger in
            var parcel = FilledLedger.parcel("a", .unreadable("torn"))
            parcel.items.append(Item(sourceID: "b", content: .unreadable("torn")))
            try await ledger.keep([parcel])
            let gateway = ledger.gateway
            let first = try await gateway.command(["quarantine", "discard", "1", "--reason", "本人要求"])
            #expect(first.status == 0 && first.output.contains("字节暂且留下"), "\(first)")
            let second = try await gateway.command(
                ["quarantine", "discard", "2", "--reason", "asked for"], english: true)
            #expect(second.status == 0 && second.output.contains("#2  cti  erased"), "\(second)")
            #expect(try await gateway.command(["audit", "verify"]).status == 0)
        }
    }
}
