import Foundation
import Intake
import Testing

@testable import Gateway
@testable import Storage

@Suite("The canary of the master key is gone") struct CanaryTests {
    private func forget(_ gateway: RunningGateway) throws {
        let sql = "DELETE FROM meta WHERE key = 'canary'"
        if gateway.ledger == .sqlite {
            return try FilledLedger(gateway: gateway, keys: try Keys(master: Data(repeating: 7, count: 32))).tamper(sql)
        }
        let secret = try String(contentsOfFile: gateway.folder + "/credentials/connection", encoding: .utf8)
        try PostgresConnection(conninfo: secret).script(sql)
    }

    @Test(
        "a wrong key does not become the right one, and the right one is known by what is in the ledger",
        arguments: Backend.allCases)
    func wrong(ledger: Backend) async throws {
        try await withGateway(ledger, channels: HookSender.channel) { gateway in
            let report = HookSender.call(gateway, id: "a", body: HookSender.report("路灯不亮"))
            let first = try await gateway.call(report)
            _ = try await eventually("it is handed over") { gateway.handedOver(to: "lighting").first }
            gateway.stop()
            try forget(gateway)
            let key = URL(filePath: gateway.folder + "/credentials/master-key")
            try Data(repeating: 8, count: 32).write(to: key)
            for command in [["tickets"], ["doctor"], ["tickets"]] {
                let (status, output) = try await gateway.command(command, english: true)
                #expect(status == 78 && output.contains("keys.master"), "\(output)")
            }
            await #expect(throws: RunningGateway.Failed.self) { try await gateway.start() }
            try Data(repeating: 7, count: 32).write(to: key)
            #expect(try await gateway.command(["tickets"]).status == 0)
            try await gateway.start()
            let again = try await gateway.call(HookSender.call(gateway, id: "a", body: HookSender.report("路灯不亮")))
            #expect(again.body == first.body)
            #expect(try await gateway.books().tickets == 1)
        }
    }

    @Test("the doctor opens what the ledger is kept for")
    func doctor() async throws {
        struct Line: Decodable {
            var level: String
            var words: Phrase
        }
        try await FilledLedger.run { ledger in
            try await ledger.keep([FilledLedger.parcel("a", FilledLedger.report("路灯不亮"))])
            let well = try await ledger.gateway.lines(Line.self, ["doctor"])
            #expect(
                well.lines.contains { $0.level == "well" && $0.words.en == "the master key fits the ledger" },
                "\(well.output)")
            // The canary stands, and what should be an envelope is none.
            try ledger.tamper("UPDATE parcels SET envelope = body")
            let found = try await ledger.gateway.lines(Line.self, ["doctor"])
            #expect(
                found.lines.contains { $0.level == "serious" && $0.words.en.contains("cannot be opened") },
                "\(found.output)")
        }
    }
}
