import Foundation
import Intake
import Testing

@testable import Gateway

@Suite("Commands that look") struct LookTests {
    private struct Row: Decodable {
        var number: TicketNumber
        var subject: String?
        var lead: String?
    }
    private struct Report: Decodable {
        struct Line: Decodable {
            var kind: EntryKind
            var actor: String
        }
        struct Person: Decodable { var value: String }
        var body: String?
        var history: [Line]
        var contacts: [Person]?
        var lookupCode: String?
    }

    @Test("a ticket is shown masked; with a reason its reporter is shown, and the history says who looked")
    func reveal() async throws {
        try await withGateway(.sqlite, channels: HookSender.channel) { gateway in
            let body = HookSender.report("东区临河街道路灯不亮，电话13800138000", phone: "13800138000")
            _ = try await gateway.call(HookSender.call(gateway, id: "msg_1", body: body))
            _ = try await eventually("both departments have it") {
                gateway.handedOver(to: "lighting").count + gateway.handedOver(to: "east-office").count == 2 ? true : nil
            }
            let masked = try await gateway.lines(Report.self, ["ticket", "1"])
            #expect(masked.status == 0 && !masked.output.contains("13800138000") && !masked.output.contains("测试员"))
            let plain = try await gateway.command(["ticket", "1"]).output
            #expect(plain.contains("路灯管理所") && plain.contains("东区办事处") && plain.contains("〔电话〕"))
            #expect(plain.contains("群众  收到诉求") && plain.contains("系统  分派"), "\(plain)")
            let english = try await gateway.command(["ticket", "1"], english: true).output
            #expect(english.contains("Lighting Office") && english.contains("routed: lead"))

            let shown = try #require(
                try await gateway.lines(Report.self, ["ticket", "1", "--reveal", "回访"]).lines.first)
            #expect(shown.contacts?.map(\.value) == ["13800138000"] && shown.body?.contains("13800138000") == true)
            #expect(shown.lookupCode?.count == 12)
            let spoken = try await gateway.command(["ticket", "1", "--reveal", "回访"]).output
            #expect(spoken.contains("电话 13800138000 (诉求人)"), "\(spoken)")
            #expect(shown.history.last?.kind == .revealed && shown.history.last?.actor.hasPrefix("operator:") == true)
            #expect(try await gateway.command(["ticket", "1"]).output.contains("查看了诉求人身份：回访"))
            #expect(try await gateway.command(["ticket", "999"]).status == 1)
            #expect(try await gateway.command(["audit", "verify"]).status == 0)
        }
    }

    @Test("tickets are listed newest first and filtered, the queue counts what lies with whom")
    func lists() async throws {
        try await withGateway(.sqlite, channels: HookSender.channel) { gateway in
            for (id, text) in [("1", "临河街道路灯不亮"), ("2", "西区水管漏水"), ("3", "想打听一件事")] {
                _ = try await gateway.call(HookSender.call(gateway, id: "msg_\(id)", body: HookSender.report(text)))
            }
            _ = try await eventually("all are routed") {
                let lines = try await gateway.lines(Row.self, ["tickets"]).lines
                return lines.count == 3 && lines.allSatisfy { $0.lead != nil } ? true : nil
            }
            func ids(_ arguments: String...) async throws -> [Int64] {
                try await gateway.lines(Row.self, ["tickets"] + arguments).lines.map(\.number.id)
            }
            #expect(try await ids() == [3, 2, 1])
            #expect(try await ids("--limit", "2") == [3, 2])
            #expect(try await ids("--before", "3") == [2, 1])
            #expect(try await ids("--department", "east-office") == [1])
            #expect(try await ids("--area", "east") == [1])
            #expect(try await ids("--in-state", "received") == [3])
            #expect(try await ids("--channel", "nobody") == [])
            let queue = try await gateway.lines(QueueRow.self, ["queue"]).lines
            #expect(queue.map(\.department).sorted() == ["east-office", "lighting", "triage", "water"])
            #expect(queue.allSatisfy { $0.ages == [1, 0, 0, 0, 0] && $0.overdue == 0 })
            let channels = try await gateway.command(["channels", "--json"], file: try gateway.fileWithPort()).output
            #expect(channels.contains(#""arrivals":{"ticket":3}"#) && channels.contains(#""up":true"#))
        }
    }

    @Test("what a citizen wrote cannot steer the terminal")
    func hostile() async throws {
        try await FilledLedger.run { ledger in
            try await ledger.keep([FilledLedger.parcel("a", FilledLedger.report("路灯\u{1B}[2J\u{7}\u{202E}坏了"))])
            for command in [["ticket", "1"], ["tickets"]] {
                let (status, output) = try await ledger.gateway.command(command)
                #expect(status == 0 && output.contains("坏了"))
                #expect(!output.unicodeScalars.contains { $0.value == 0x1B || $0.value == 7 || $0.value == 0x202E })
            }
        }
    }

    @Test("another key ends with 78, no ledger with 1, a bad file with 78, and none of them makes anything")
    func refusals() async throws {
        try await FilledLedger.run { ledger in
            let gateway = ledger.gateway
            let key = URL(filePath: gateway.folder + "/credentials/master-key")
            try Data(repeating: 8, count: 32).write(to: key)
            #expect(try await gateway.command(["tickets"]).status == 78)
            try Data(repeating: 7, count: 32).write(to: key)
            #expect(try await gateway.command(["tickets"]).status == 0)
            #expect(try await gateway.command(["tickets"], file: gateway.folder + "/none.yaml").status == 78)
            try FileManager.default.removeItem(atPath: gateway.state)
            #expect(try await gateway.command(["tickets"]).status == 1)
            #expect(!FileManager.default.fileExists(atPath: gateway.state))
        }
    }

    @Test("every kind has an example, and the list names them all")
    func examples() async throws {
        try await FilledLedger.run { ledger in
            let kinds = Registry.channels.map { $0.kind } + Registry.dispatchers.map { $0.kind }
            let list = try await ledger.gateway.bare(["example"]).output
            for kind in kinds {
                #expect(list.contains(kind))
                let (status, output) = try await ledger.gateway.bare(["example", kind])
                #expect(status == 0 && output.contains("kind: \(kind)") && output.contains("- name: "))
            }
            #expect(try await ledger.gateway.bare(["example", "pigeon"]).status == 1)
            #expect(try await ledger.gateway.bare(["version"]).output == "intake \(Version.text)\n")
        }
    }

    @Test("a text is explained rule by rule, and cases that do not hold are told")
    func route() async throws {
        try await FilledLedger.run { ledger in
            struct Told: Decodable {
                struct Trial: Decodable {
                    var rule: String
                    var matched: Bool
                    var decides: Bool
                }
                var settled: Settled
                var rules: [Trial]
            }
            let gateway = ledger.gateway
            let told = try #require(
                try await gateway.lines(
                    Told.self, ["route", "explain", "--text", "临河街道路灯不亮", "--at", "2026-03-02T10:00"]
                ).lines.first)
            #expect(told.settled.located.area == "east.river" && told.settled.classified.category == "city.light")
            #expect(told.rules.map(\.rule) == ["lights", "water", "triage"])
            #expect(
                told.rules.map(\.matched) == [true, false, true] && told.rules.map(\.decides) == [true, false, false])
            let words = try await gateway.command(["route", "explain", "--text", "临河街道路灯不亮"]).output
            #expect(!words.contains("gazetteer"))
            #expect(words.contains("主办 路灯管理所") && words.contains("类别要求"))
            try await ledger.keep([FilledLedger.parcel("a", FilledLedger.report("西区停水"))])
            #expect(
                try await gateway.command(["route", "explain", "1"], english: true).output.contains("Water Company"))

            let city = gateway.folder + "/city"
            try FileManager.default.copyItem(atPath: Fixtures.path("small-city"), toPath: city)
            func cases(_ lead: String) throws {
                let text = "cases:\n  - name: 灯\n    given: { text: 路灯不亮 }\n    expect: { lead: \(lead) }\n"
                try text.write(toFile: city + "/cases.yaml", atomically: true, encoding: .utf8)
            }
            try cases("lighting")
            #expect(try await gateway.bare(["route", "test", "--city", city]).status == 0)
            try cases("water")
            let (status, output) = try await gateway.bare(["route", "test", "--city", city])
            #expect(status == 1 && output.contains("lead 应为 water，实为 lighting"))
        }
    }
}

extension RunningGateway {
    /// Runs the executable with nothing but these arguments.
    func bare(_ arguments: [String]) async throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: RunningGateway.executable)
        process.arguments = arguments
        process.environment = environment
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }
}
