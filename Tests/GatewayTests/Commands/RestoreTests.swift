import Foundation
import Intake
import Storage
import Testing

@testable import Gateway

@Suite("What comes after a restore is taken for nothing that was lost") struct RestoreTests {
    private struct Answer: Decodable {
        struct One: Decodable {
            var number: String
            var code: String
        }
        var receipts: [One]
    }

    private func send(_ gateway: RunningGateway, _ id: String, _ text: String) async throws -> Answer.One {
        let answer = try await gateway.call(HookSender.call(gateway, id: id, body: HookSender.report(text)))
        #expect(answer.status == 200)
        return try #require(JSONDecoder().decode(Answer.self, from: Data(answer.body)).receipts.first)
    }

    private func page(_ gateway: RunningGateway, _ number: String, _ code: String) async throws -> Int {
        try await gateway.get("/t/\(number)?code=\(code)").status
    }

    private func orders(_ gateway: RunningGateway, _ count: Int) async throws -> [String: String] {
        try await eventually("\(count) orders are there") {
            let there = gateway.handedOver(to: "lighting")
            if there.count < count { return nil }
            return Dictionary(uniqueKeysWithValues: there.map { ($0.name, String(decoding: $0.json, as: UTF8.self)) })
        }
    }

    @Test("a backup whose history was bent is refused, and used only by who says so; what is wrong stands there")
    func bent() async throws {
        try await FilledLedger.run { ledger in
            let (gateway, backup) = (ledger.gateway, ledger.gateway.folder + "/backup")
            try await ledger.keep([FilledLedger.parcel("a", FilledLedger.report("路灯不亮"))])
            try ledger.tamper("UPDATE entries SET actor = 'nobody' WHERE ticket = 1")
            #expect(try await gateway.command(["backup", backup]).status == 0)
            try await gateway.loseLedger()
            let refused = try await gateway.command(["restore", backup], english: true)
            #expect(refused.status != 0 && refused.output.contains("--despite-findings"), "\(refused.output)")
            #expect(!FileManager.default.fileExists(atPath: gateway.state + "/ledger.sqlite"))
            let used = try await gateway.command(["restore", backup, "--despite-findings"], english: true)
            #expect(used.status == 1 && used.output.contains("1 findings in the history"), "\(used.output)")
            #expect(try await gateway.command(["audit", "verify"]).status == 1)
            #expect(try await ledger.withStore { try await $0.tickets([1]).count } == 1)
        }
    }

    private func restore(_ gateway: RunningGateway, _ backup: String) async throws {
        gateway.stop()
        try await gateway.loseLedger()
        let restored = try await gateway.command(["restore", backup])
        #expect(restored.status == 0, "\(restored.output)")
        try await gateway.start()
    }

    @Test(
        "a report of the same day gets another number, another code and an order of its own; the history verifies",
        arguments: Backend.allCases)
    func again(ledger: Backend) async throws {
        try await withGateway(ledger, channels: HookSender.channel + "\n" + FormSender.channel) { gateway in
            let backup = gateway.folder + "/backup"
            let kept = try await send(gateway, "a", "一号路灯不亮")
            _ = try await orders(gateway, 1)
            #expect(try await gateway.command(["backup", backup]).status == 0)
            let lost = try await send(gateway, "b", "二号路灯不亮")
            let before = try await orders(gateway, 2)

            try await restore(gateway, backup)
            let next = try await send(gateway, "c", "三号路灯不亮")
            #expect(next.number != lost.number && next.code != lost.code && next.number.hasSuffix("-100001"), "\(next)")
            let now = try await orders(gateway, 3)
            let fresh = now.filter { before[$0.key] == nil }
            #expect(fresh.count == 1 && fresh.values.allSatisfy { $0.contains("三号") }, "\(now.keys)")
            #expect(
                fresh.keys.allSatisfy { $0.hasPrefix(next.number) && $0.split(separator: "-").count == 4 },
                "\(now.keys)")
            // Who was told a number in the time that is lost finds nothing, and not another's.
            #expect(try await page(gateway, lost.number, lost.code) == 404)
            #expect(try await page(gateway, next.number, lost.code) == 404)
            #expect(try await page(gateway, next.number, next.code) == 200)
            #expect(try await page(gateway, kept.number, kept.code) == 200)
            #expect(try await send(gateway, "a", "一号路灯不亮").code == kept.code)

            #expect(try await gateway.command(["audit", "verify"]).status == 0)
            struct Line: Decodable {
                var level: String
                var words: Phrase
            }
            let found = try await gateway.lines(Line.self, ["doctor"], file: try gateway.fileWithPort())
            for words in ["the master key fits the ledger", "the books balance"] {
                #expect(
                    found.lines.contains { $0.level == "well" && $0.words.en == words }, "\(words): \(found.output)")
            }

            // Once more, from a backup of the restored ledger.
            #expect(try await gateway.command(["backup", backup]).status == 0)
            try await restore(gateway, backup)
            let last = try await send(gateway, "d", "四号路灯不亮")
            #expect(last.number.hasSuffix("-200001"))
            _ = try await orders(gateway, 4)
            #expect(try await page(gateway, next.number, next.code) == 200)
            #expect(try await page(gateway, kept.number, kept.code) == 200)
            #expect(try await gateway.command(["audit", "verify"]).status == 0)
        }
    }
}
