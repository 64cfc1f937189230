import Foundation
import Intake
import Testing

@testable import Gateway

@Suite("intake keys rotate") struct RotateTests {
    private struct Sum: Decodable {
        var key: String
        var sealed: [String: Int]
        var values: Int
    }

    @Test(
        "a master key is changed beside a working daemon: old reports open, codes stay, the old key goes, and an older backup says which key it needs",
        arguments: Backend.allCases)
    func rotate(ledger: Backend) async throws {
        try await withGateway(ledger, channels: HookSender.channel) { gateway in
            let key = URL(filePath: gateway.folder + "/credentials/master-key")
            let old = URL(filePath: gateway.folder + "/credentials/old-key")
            let file = URL(filePath: gateway.folder + "/intake.yaml")
            let plain = try String(contentsOf: file, encoding: .utf8)
            func send(_ id: String) async throws {
                let body = HookSender.report("\(id)路灯不亮" + String(repeating: "东区", count: id == "a" ? 20_000 : 1))
                #expect(try await gateway.call(HookSender.call(gateway, id: id, body: body)).status == 200)
            }
            try await send("a")
            let code = try await gateway.command(["ticket", "1", "--reveal", "测试", "--json"]).output
            let backup = gateway.folder + "/backup"
            #expect(try await gateway.command(["backup", backup]).status == 0)

            // 1. The new key seals, both open.
            gateway.stop()
            try Data(contentsOf: key).write(to: old)
            try Data(repeating: 9, count: 32).write(to: key)
            #expect(try await gateway.command(["doctor"]).status == 78)
            try plain.replacing("master-key\"", with: "master-key\", older: [\"credential:old-key\"]")
                .write(to: file, atomically: true, encoding: .utf8)
            try await gateway.start()
            try await send("b")
            // 2. What is old is sealed anew meanwhile.
            #expect(try await gateway.lines(Sum.self, ["keys", "rotate", "--dry-run"]).lines.first?.sealed.count == 2)
            let (status, sums, output) = try await gateway.lines(Sum.self, ["keys", "rotate"])
            let sum = try #require(sums.first, "\(output)")
            #expect(status == 0 && sum.values > 0 && Array(sum.sealed.keys) == [sum.key], "\(output)")
            // 3. Without the old key.
            gateway.stop()
            try plain.write(to: file, atomically: true, encoding: .utf8)
            try await gateway.start()
            try await send("a")
            #expect(try await gateway.books().tickets == 2)
            #expect(try await gateway.command(["audit", "verify"]).status == 0)
            let now = try await gateway.command(["ticket", "1", "--reveal", "测试", "--json"]).output
            func lookup(_ text: String) -> Substring? { text.firstMatch(of: /"lookupCode":"([a-z0-9]+)"/)?.1 }
            #expect(lookup(code) != nil && lookup(now) == lookup(code))

            guard ledger == .sqlite else { return }
            gateway.stop()
            try FileManager.default.moveItem(atPath: gateway.state, toPath: gateway.state + "-old")
            let refused = try await gateway.command(["restore", backup], english: true)
            let needed = try #require(sum.sealed.isEmpty ? nil : refused.output.firstMatch(of: /id ([0-9a-f]{8})/)?.1)
            #expect(refused.status == 78 && String(needed) != sum.key, "\(refused.output)")
            try plain.replacing("master-key\"", with: "master-key\", older: [\"credential:old-key\"]")
                .write(to: file, atomically: true, encoding: .utf8)
            let restored = try await gateway.command(["restore", backup])
            #expect(restored.status == 0, "\(restored.output)")
            try await gateway.start()
        }
    }
}
