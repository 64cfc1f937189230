import Foundation
import Intake
import Testing

@testable import Gateway

@Suite("Names given to commands") struct NameTests {
    @Test("a name that nothing has ends with 64 and says what was probably meant")
    func slips() async throws {
        try await FilledLedger.run { ledger in
            let gateway = ledger.gateway
            try await ledger.keep([FilledLedger.parcel("a", FilledLedger.report("西区停水"))])
            for (arguments, meant) in [
                (["release", "--destination", "outbux"], "outbox"), (["replay", "--channel", "ctj"], "cti"),
                (["quarantine", "--channel", "ctj"], "cti"), (["tickets", "--channel", "ctj"], "cti"),
                (["tickets", "--department", "watre"], "water"), (["tickets", "--area", "eats"], "east"),
            ] {
                let (status, output) = try await gateway.command(arguments)
                #expect(status == 64 && output.contains("是否想写 \"\(meant)\""), "\(arguments): \(output)")
                let english = try await gateway.command(arguments, english: true)
                #expect(
                    english.status == 64 && english.output.contains("did you mean \"\(meant)\"?"),
                    "\(arguments): \(english.output)")
            }
            let (status, output) = try await gateway.command(["tickets", "--before", "xx"], english: true)
            #expect(status == 64 && output.contains("--before: expected a ticket's number"), "\(output)")
            // What is there but empty is no mistake.
            #expect(try await gateway.command(["release", "--destination", "outbox"]).status == 0)
            #expect(try await gateway.command(["tickets", "--department", "lighting"]).status == 0)
            #expect(try await gateway.command(["replay", "--channel", "cti"]).status == 0)
        }
    }

    @Test("what a command lacks is said in Chinese, or in English")
    func lacking() async throws {
        try await FilledLedger.run { ledger in
            for (arguments, chinese, english) in [
                (["erase"], "写工单号，或 --due", "expected numbers of tickets, or --due"),
                (["erase", "1"], "须以 --reason 写理由", "expected --reason REASON"),
                (["ticket", "1", "--reveal", " "], "--reveal 后须写理由", "expected a reason after --reveal"),
                (["route", "explain"], "写一个工单号，或 --text 文字", "expected the number of a ticket, or --text TEXT"),
            ] {
                let (status, output) = try await ledger.gateway.command(arguments)
                #expect(status == 64 && output.contains(chinese), "\(arguments): \(output)")
                let told = try await ledger.gateway.command(arguments, english: true).output
                #expect(told.contains(english), "\(arguments): \(told)")
            }
        }
    }

    @Test("a channel that left the configuration and not the ledger is still a name")
    func past() async throws {
        try await FilledLedger.run { ledger in
            let gateway = ledger.gateway
            try await ledger.keep([FilledLedger.parcel("a", FilledLedger.report("西区停水"))])
            let file = gateway.folder + "/intake.yaml"
            try String(contentsOfFile: file, encoding: .utf8).replacing("name: cti", with: "name: other")
                .write(toFile: file, atomically: true, encoding: .utf8)
            struct Row: Decodable { var number: TicketNumber }
            #expect(try await gateway.lines(Row.self, ["tickets", "--channel", "cti"]).lines.count == 1)
            #expect(try await gateway.command(["replay", "--channel", "cti"]).status == 0)
            let output = try await gateway.command(["replay", "--channel", "ctx"]).output
            #expect(output.contains("other, cti") && output.contains("是否想写 \"cti\""), "\(output)")
        }
    }

    @Test("a department that left the city's data is a code to the operator and no code to the citizen")
    func departed() async throws {
        try await withGateway(.sqlite, channels: FormSender.channel) { gateway in
            let city = try gateway.ownCity()
            let sender = try FormSender(gateway)
            let posted = try await sender.post(sender.form(token: sender.token(), [("text", "西区停水")]))
            let number = try #require(posted.receipt)
            _ = try await eventually("the department has it") { gateway.handedOver(to: "water").first }
            try Fixtures.replace("code: water", with: "code: aqua", in: city + "/departments.yaml")
            try Fixtures.replace("lead: water", with: "lead: aqua", in: city + "/catalogue.yaml")
            #expect(try await gateway.reload(to: gateway.privateURL).status == 0)

            let link = "/t/\(number)?code=\(sender.keys.lookupCode(number))&lang="
            let chinese = try await sender.get(link + "zh").text
            #expect(chinese.contains("转交原承办单位办理"), "\(chinese)")
            let english = try await sender.get(link + "en").text
            #expect(english.contains("Passed to the department then in charge"), "\(english)")
            for page in [chinese, english] { #expect(!page.lowercased().contains(">water<")) }

            let shown = try await gateway.command(["ticket", "1"]).output
            #expect(shown.contains("主办 water（已不在名录中）"), "\(shown)")
            let told = try await gateway.command(["ticket", "1"], english: true).output
            #expect(told.contains("lead water (no longer in the city's data)"), "\(told)")
            let why = try await gateway.command(["route", "explain", "1"]).output
            #expect(why.contains("→ water（已不在名录中）；"), "\(why)")
            #expect(why.contains("主办 水务公司 (aqua)"), "\(why)")
            let reason = try await gateway.command(["route", "explain", "1"], english: true).output
            #expect(reason.contains("→ water (no longer in the city's data); to route it again"), "\(reason)")
            // Its tickets are still found by it.
            struct Row: Decodable { var number: TicketNumber }
            #expect(try await gateway.lines(Row.self, ["tickets", "--department", "water"]).lines.count == 1)
        }
    }
}
