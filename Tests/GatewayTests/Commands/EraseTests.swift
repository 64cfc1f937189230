import Foundation
import Intake
import Testing

@testable import Gateway

@Suite("intake erase, preserve and access") struct EraseTests {
    private struct Line: Decodable {
        var erased: Bool
        var preserved: Bool
        var contacts: Int
        var parcels: Int
        var copies: [String]
    }

    @Test(
        "a ticket is erased by a working daemon's side: a dry run changes nothing, a legal hold keeps it, departments with copies are named",
        arguments: Backend.allCases)
    func erase(ledger: Backend) async throws {
        try await withGateway(ledger, channels: HookSender.channel) { gateway in
            let body = HookSender.report("东区临河街道路灯不亮，电话13800138000", phone: "13800138000")
            _ = try await gateway.call(HookSender.call(gateway, id: "a", body: body))
            _ = try await eventually("the lead has its work order") { gateway.handedOver(to: "lighting").first }
            _ = try await eventually("both have it") {
                try await gateway.lines(Line.self, ["erase", "1", "--dry-run"]).lines.first.flatMap {
                    $0.copies.count == 2 ? $0 : nil
                }
            }
            #expect(try await gateway.command(["erase", "1"]).status == 64, "why is asked for")
            let dry = try #require(try await gateway.lines(Line.self, ["erase", "1", "--dry-run"]).lines.first)
            #expect(!dry.erased && dry.contacts == 1 && dry.parcels == 1)

            #expect(try await gateway.command(["preserve", "1", "--reason", "诉讼"]).status == 0)
            let kept = try await gateway.lines(Line.self, ["erase", "1", "--reason", "本人要求"])
            #expect(kept.status == 1 && kept.lines.first?.preserved == true)
            #expect(try await gateway.command(["preserve", "1", "--end", "--reason", "结案"]).status == 0)

            let revealed = try await gateway.command(["ticket", "1", "--reveal", "回访13800138000"]).output
            #expect(revealed.contains("13800138000"))
            let gone = try await gateway.lines(Line.self, ["erase", "1", "--reason", "本人要求"])
            #expect(gone.status == 0 && gone.lines.first?.erased == true, "\(gone.output)")
            let after = try await gateway.command(["ticket", "1", "--reveal", "核对"], english: true).output
            #expect(!after.contains("13800138000") && !after.contains("路灯不亮"), "\(after)")
            #expect(after.contains("preserved no longer") && after.contains("copies remain at:"), "\(after)")
            #expect(try await gateway.command(["audit", "verify"]).status == 0)

            struct Row: Decodable {
                var actor: String
                var shown: String
                var reason: String
            }
            let log = try await gateway.lines(Row.self, ["access", "--ticket", "1"])
            #expect(log.lines.map(\.reason) == ["核对", "回访〔电话〕"], "\(log.output)")
            #expect(log.lines.allSatisfy { $0.actor.hasPrefix("operator:") && $0.shown == "identity" })
            let table = try await gateway.command(["access"]).output
            #expect(table.contains("身份") && table.contains("值班员 "), "\(table)")
            #expect(try await gateway.command(["erase", "--due"]).status == 0)
            // What comes later is a report of its own.
            _ = try await gateway.call(HookSender.call(gateway, id: "b", body: HookSender.report("路灯又坏了")))
            #expect(try await gateway.books().tickets == 2)
        }
    }

    @Test(
        "the people on duty, whom an emergency was told to, are named among those with copies",
        arguments: Backend.allCases)
    func operators(ledger: Backend) async throws {
        try await withGateway(ledger, channels: HookSender.channel) { gateway in
            let body = HookSender.report("东区临河街道路灯杆着火了")
            _ = try await gateway.call(HookSender.call(gateway, id: "fire", body: body))
            _ = try await eventually("an alert is out") { gateway.handedOver(to: "operator").first }
            let copies = try await eventually("it is written down") {
                try await gateway.lines(Line.self, ["erase", "1", "--dry-run"]).lines.first.flatMap {
                    $0.copies.contains("operator") ? $0.copies : nil
                }
            }
            #expect(!copies.contains("citizen"))
            let gone = try await gateway.command(["erase", "1", "--reason", "本人要求"]).output
            #expect(gone.contains("值班人员") && !gone.contains("operator"), "\(gone)")
            let history = try await gateway.command(["ticket", "1"], english: true).output
            #expect(history.contains("the operators"), "\(history)")
        }
    }
}
