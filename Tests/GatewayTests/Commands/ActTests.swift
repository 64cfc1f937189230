import Foundation
import Intake
import Storage
import Testing

@testable import Gateway

@Suite("Commands that act") struct ActTests {
    @Test("a key is shown once, kept as a hash, and revoked once")
    func keys() async throws {
        try await FilledLedger.run { ledger in
            struct Row: Decodable {
                var id: String
                var name: String
                var key: String?
                var scopes: [String]
                var revoked: Instant?
            }
            let gateway = ledger.gateway
            let added = try #require(
                try await gateway.lines(Row.self, ["key", "add", "城管", "--scope", "submit", "--scope", "read"]).lines
                    .first)
            let secret = try #require(added.key)
            #expect(secret.hasPrefix("ik_") && secret.count == 35)
            let kept = try await ledger.withStore { try await $0.key(hash: ledger.keys.secretHash(secret)) }
            #expect(kept?.name == "城管" && kept?.scopes == ["submit", "read"])
            let listed = try await gateway.lines(Row.self, ["key", "list"])
            #expect(listed.lines.map(\.id) == [added.id] && !listed.output.contains(secret))
            #expect(try await gateway.command(["key", "revoke", added.id]).status == 0)
            #expect(try await gateway.command(["key", "revoke", added.id]).status == 1)
            #expect(try await gateway.lines(Row.self, ["key", "list"]).lines.first?.revoked != nil)
            // A key that could do nothing is not made.
            let (status, output) = try await gateway.command(["key", "add", "x", "--scope", "sbmit"])
            #expect(status == 64 && output.contains("是否想写 \"submit\""), "\(output)")
            let english = try await gateway.command(["key", "add", "x", "--scope", "sbmit"], english: true)
            #expect(english.status == 64 && english.output.contains("did you mean \"submit\"?"), "\(english.output)")
            #expect(try await gateway.lines(Row.self, ["key", "list"]).lines.count == 1)
            let reader = try await gateway.lines(Row.self, ["key", "add", "大屏", "--scope", "read"])
            #expect(reader.lines.map(\.scopes) == [["read"]])
        }
    }

    @Test("what was quarantined and can be read now is counted, replayed, and leaves the quarantine; the rest stays")
    func replay() async throws {
        try await FilledLedger.run { ledger in
            let good = HookSender.report("东区路灯不亮，电话13800138000")
            let several =
                #"{"type":"intake.submitted","timestamp":"2026-11-21T00:00:00Z","data":[{"text":"水管漏水"},{"text":"停水"}]}"#
            try await ledger.keep([
                FilledLedger.parcel("a", .unreadable("an older version"), body: good, envelope: ["webhook-id": "a"]),
                FilledLedger.parcel("b", .unreadable("torn"), body: "{torn", envelope: ["webhook-id": "b"]),
                FilledLedger.parcel("c", .unreadable("two"), body: several, envelope: ["webhook-id": "c"]),
            ])
            struct Line: Decodable {
                var id: Int64
                var `class`: ArrivalClass
                var ticket: TicketNumber?
            }
            let gateway = ledger.gateway
            #expect(try await gateway.lines(Quarantined.self, ["quarantine"]).lines.map(\.id) == [1, 2, 3])
            let shown = try await gateway.command(["quarantine", "show", "1"]).output
            #expect(shown.contains("webhook-id: a") && shown.contains("〔电话〕") && !shown.contains("13800138000"))
            #expect(try await gateway.command(["quarantine", "show", "1", "--raw", "查来源"]).output == good)

            let dry = try await gateway.lines(Line.self, ["replay", "--channel", "cti", "--dry-run"])
            #expect(dry.status == 1 && dry.lines.map(\.class) == [.ticket, .quarantined, .ticket], "\(dry.output)")
            #expect(try await gateway.lines(Quarantined.self, ["quarantine"]).lines.count == 3)

            let done = try await gateway.lines(Line.self, ["replay", "--channel", "cti"])
            #expect(done.status == 1 && done.lines.map(\.class) == [.ticket, .quarantined, .ticket], "\(done.output)")
            #expect(try await gateway.lines(Quarantined.self, ["quarantine"]).lines.map(\.id) == [2])
            #expect(try await gateway.command(["replay", "1"]).status == 1)
            try await ledger.withStore { store in
                let books = try await store.books()
                #expect(books.complaints.isEmpty && books.tickets == 3)
                #expect(try await store.entries(of: [1]).map(\.kind) == [.received, .replayed])
            }
            #expect(try await gateway.command(["audit", "verify"]).status == 0)
        }
    }

    @Test("a delivery is held and released by hand, and the history says who did")
    func hold() async throws {
        try await withGateway(.sqlite, channels: HookSender.channel) { gateway in
            // A file where the folder should be: every try fails and is put off.
            try FileManager.default.createDirectory(atPath: gateway.state, withIntermediateDirectories: true)
            let outbox = gateway.state + "/outbox"
            #expect(FileManager.default.createFile(atPath: outbox, contents: nil))
            _ = try await gateway.call(HookSender.call(gateway, id: "msg_1", body: HookSender.report("西区停水")))
            _ = try await eventually("a try was made") {
                try await gateway.command(["ticket", "1"]).output.contains("暂时失败") ? true : nil
            }
            struct Acted: Decodable, Equatable {
                var id: Int64
                var recipient: String
                var state: Delivery.State
                var changed: Bool
            }
            #expect(
                try await gateway.lines(Acted.self, ["hold", "1", "--reason", "停电"]).lines
                    == [Acted(id: 1, recipient: "water", state: .held, changed: true)])
            let again = try await gateway.lines(Acted.self, ["hold", "1"])
            #expect(again.status == 1 && again.lines.map(\.changed) == [false], "\(again.output)")
            struct Row: Decodable {
                var id: Int64
                var destination: String
            }
            #expect(try await gateway.lines(Row.self, ["release"]).lines.map(\.destination) == ["outbox"])
            let sick = try await gateway.command(["doctor"], file: try gateway.fileWithPort())
            #expect(sick.status == 1 && sick.output.contains("1 件派发搁置"), "\(sick.output)")
            try FileManager.default.removeItem(atPath: outbox)
            #expect(try await gateway.command(["release", "--destination", "outbox"]).status == 0)
            _ = try await eventually("it is delivered") { gateway.handedOver(to: "water").first }
            let history = try await gateway.command(["ticket", "1"]).output
            #expect(history.contains("搁置，等人处理： water (outbox, #1): 停电") && history.contains("放行"), "\(history)")
        }
    }

    @Test("a ticket at triage is routed again by a better catalogue; one that somebody signed for is not")
    func requeue() async throws {
        try await withGateway(.sqlite, channels: HookSender.channel) { gateway in
            let city = try gateway.ownCity()
            _ = try await gateway.call(HookSender.call(gateway, id: "msg_1", body: HookSender.report("东区的电杆歪了")))
            _ = try await eventually("it lies at triage") { gateway.handedOver(to: "triage").first }

            try Fixtures.replace("灯杆: 3", with: "灯杆: 3, 电杆: 5", in: city + "/categories.yaml")
            #expect(try await gateway.reload(to: gateway.privateURL).status == 0)
            #expect(try await gateway.command(["requeue", "1", "--reason", "目录已改"]).status == 0)
            _ = try await eventually("the lighting office has it") { gateway.handedOver(to: "lighting").first }
            struct Report: Decodable {
                struct Facts: Decodable {
                    var state: Ticket.State
                    var lead: String?
                }
                struct Work: Decodable {
                    var department: String
                    var state: Assignment.State
                }
                var facts: Facts
                var assignments: [Work]
            }
            let report = try #require(try await gateway.lines(Report.self, ["ticket", "1"]).lines.first)
            #expect(report.facts.state == .accepted && report.facts.lead == "lighting")
            #expect(report.assignments.first { $0.department == "triage" }?.state == .cancelled)

            // The same decision again: nobody gets a second work order.
            #expect(try await gateway.command(["requeue", "1"]).status == 0)
            _ = try await eventually("it was settled again") {
                let output = try await gateway.command(["ticket", "1"]).output
                return output.components(separatedBy: "分派：主办 路灯管理所").count == 3 ? true : nil
            }
            #expect(gateway.handedOver(to: "lighting").count == 1)

            let store = FilledLedger(gateway: gateway, keys: try Keys(master: Data(repeating: 7, count: 32)))
            try store.tamper("UPDATE tickets SET state = 'in-hand' WHERE id = 1")
            struct Line: Decodable {
                var number: TicketNumber
                var state: Ticket.State
                var requeued: Bool
            }
            let refused = try await gateway.lines(Line.self, ["requeue", "1"])
            #expect(refused.status == 1 && refused.lines.map(\.requeued) == [false], "\(refused.output)")
            #expect(refused.lines.first?.state == .inHand && refused.lines.first?.number.id == 1)
        }
    }

    @Test("the doctor is content with a healthy gateway, and finds what is not well")
    func doctor() async throws {
        try await withGateway(.sqlite, channels: HookSender.channel) { gateway in
            let file = try gateway.fileWithPort()
            let well = try await gateway.command(["doctor"], english: true, file: file)
            #expect(well.status == 0, "\(well.output)")
            #expect(well.output.contains("✓ the books balance") && !well.output.contains("✗"))
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: gateway.state)
            let ledger = FilledLedger(gateway: gateway, keys: try Keys(master: Data(repeating: 7, count: 32)))
            try ledger.tamper("INSERT INTO jobs (lane, subject, due) VALUES ('deliver:nobody', 1, 5)")
            struct Line: Decodable {
                var level: String
                var words: Phrase
                var mend: Phrase?
            }
            let sick = try await gateway.lines(Line.self, ["doctor"], file: file)
            let serious = sick.lines.filter { $0.level == "serious" }
            #expect(sick.status == 1 && serious.count == 2, "\(sick.output)")
            #expect(serious.contains { $0.words.en.contains("mode 755") && $0.mend?.en.contains("chmod 700") == true })
            #expect(serious.contains { $0.words.en.contains("nobody is not configured") })
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: gateway.state)
            #expect(gateway.stop() == 0)
            let down = try await gateway.command(["doctor"], file: file)
            #expect(down.status == 1 && down.output.contains("守护进程没有就绪"))
            try ledger.tamper("DELETE FROM jobs")
            try await gateway.start()
        }
    }

    @Test("a test report is marked, followed, and delivered")
    func sendTest() async throws {
        try await withGateway(.sqlite, channels: HookSender.channel) { gateway in
            let (status, output) = try await gateway.command(["send-test", "--channel", "cti"])
            #expect(status == 0 && output.contains("outbox → lighting  已送达"), "\(output)")
            let order = String(decoding: try #require(gateway.handedOver(to: "lighting").first).json, as: UTF8.self)
            #expect(order.contains("【测试 TEST】"))
            #expect(try await gateway.command(["send-test", "--channel", "nobody"]).status == 1)
        }
    }
}
