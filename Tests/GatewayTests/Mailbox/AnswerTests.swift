import Foundation
import Intake
import Servers
import Testing

@testable import Gateway

/// Work orders go out by mail, and what comes back is known for what it is.
@Suite("What comes back to a work order sent by mail, end to end")
struct AnswerTests {
    /// A gateway that hears of a burst pipe by webhook, writes to the water company, and reads its own mailbox.
    private func run(
        _ ledger: Backend, _ body: (RunningGateway, Dovecot, SMTPSink.Mail, SMTPSink) async throws -> Void
    ) async throws {
        try await withDovecot { dovecot in
            try await withSMTPSink { sink in
                let destinations = sink.destination + "\n- { name: desk, kind: folder, path: outbox }"
                let channels = HookSender.channel + "\n" + (try dovecot.channel())
                try await withGateway(
                    ledger, channels: channels, destinations: destinations,
                    prepare: { gateway in
                        let file = gateway.folder + "/intake.yaml"
                        let text = try String(contentsOfFile: file, encoding: .utf8)
                        try Data(text.replacing("alerts: outbox", with: "alerts: desk").utf8)
                            .write(to: URL(filePath: file))
                    }
                ) { gateway in
                    _ = try await gateway.call(
                        HookSender.call(gateway, id: "w1", body: HookSender.report("西区水管漏水")))
                    try await body(gateway, dovecot, try await sink.mail(), sink)
                }
            }
        }
    }

    private func header(_ name: String, of mail: SMTPSink.Mail) throws -> String {
        let line = mail.text.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name + ":") }
        return String(try #require(line).drop { $0 != ":" }.dropFirst()).trimmed
    }

    private func bounce(_ id: String, action: String = "failed") throws -> [UInt8] {
        let text = String(decoding: try Fixtures.bytes("mail/bounce.eml"), as: UTF8.self)
        return Array(
            text.replacing("<d-1@hotline.example.org>", with: id).replacing("<dsn@", with: "<\(UUID().uuidString)@")
                .replacing("Action: failed", with: "Action: \(action)")
                .replacing("Date: Sat, 21 Nov 2026 08:30:00 +0800\r\n", with: "")
                .replacing("Date: Sat, 21 Nov 2026 08:30:00 +0800\n", with: "").utf8)
    }

    @Test(
        "A mail that came back is held with the reason, a person is told, and released it goes out again",
        arguments: Backend.allCases)
    func bounced(_ ledger: Backend) async throws {
        try await run(ledger) { gateway, dovecot, mail, sink in
            let id = try header("message-id", of: mail)
            struct Row: Decodable {
                var id: Int64
                var recipient: String
                var reason: String?
            }
            // A delay is no failure; a report with a forged id is about nothing of ours.
            try await dovecot.deliver([try bounce(id, action: "delayed"), try bounce("<20261121-000001-1.00@x>")])
            _ = try await eventually("both are noted") {
                try await gateway.books().notices["bounce"] == 2 ? true : nil
            }
            #expect(try await gateway.lines(Row.self, ["release"]).lines.isEmpty)

            try await dovecot.deliver([try bounce(id)])
            let alert = try await eventually("a person is told") {
                gateway.handedOver(to: "operator").first
            }
            #expect(String(decoding: alert.json, as: UTF8.self).contains("邮件被退回 5.1.1"))
            _ = try await eventually("it is in the books") {
                try await gateway.books().notices["bounce"] == 3 ? true : nil
            }
            let held = try await gateway.lines(Row.self, ["release"]).lines
            #expect(held.map(\.recipient) == ["water"] && held.first?.reason?.contains("5.1.1") == true)
            #expect(try await gateway.command(["ticket", "1"]).output.contains("邮件被退回 5.1.1"))
            #expect(try await gateway.books().tickets == 1)

            let delivery = try #require(held.first?.id)
            #expect(try await gateway.command(["release", "\(delivery)"]).status == 0)
            #expect(try header("message-id", of: try await sink.mail()) == id)
            _ = try await eventually("it is delivered") {
                try await gateway.lines(Row.self, ["release"]).lines.isEmpty ? true : nil
            }
            #expect(try await gateway.command(["audit", "verify"]).status == 0)
        }
    }

    @Test(
        "A department's answer is known by the mail it answers or by the token it quotes, and is not the citizen's words",
        arguments: Backend.allCases)
    func answered(_ ledger: Backend) async throws {
        try await run(ledger) { gateway, dovecot, mail, _ in
            let id = try header("message-id", of: mail)
            let token = try header("x-intake-reply-token", of: mail)
            func answer(_ text: String, _ headers: String = "", from: String = "li@water.example.com") -> [UInt8] {
                Array(
                    """
                    From: \(from)\r
                    To: hotline@example.com\r
                    Subject: 回复\r
                    Message-ID: <\(UUID().uuidString)@water.example.com>\r
                    Content-Type: text/plain; charset=utf-8\r
                    \(headers)\r
                    \(text)\r

                    """.utf8)
            }
            try await dovecot.deliver([
                answer("已派人维修，东区路灯不归我们管。电话13800138000", "In-Reply-To: \(id)\r\n"),
                answer("已修好。\n\n> 回复标记 Reply token：\(token)"),
                answer("伪造 \(token.dropLast(1))0 \(token.dropLast(2))zz", from: "someone@example.net"),
            ])
            let alerts = try await eventually("people are told of both") {
                let told = gateway.handedOver(to: "operator")
                return told.count == 2 ? told.map { String(decoding: $0.json, as: UTF8.self) } : nil
            }
            #expect(alerts.allSatisfy { $0.contains("水务公司") && !$0.contains("13800138000") })
            let books = try await eventually("all are in the books") { () -> Books? in
                let books = try await gateway.books()
                return books.items == 4 ? books : nil
            }
            // The forged one is a report like any other.
            #expect(books.arrivals == ["ticket": 2, "follow-up": 2])
            let shown = try await gateway.command(["ticket", "1"]).output
            #expect(shown.contains("水务公司来信：已派人维修") && shown.contains("水务公司来信：已修好"), "\(shown)")
            struct Report: Decodable {
                struct Work: Decodable { var department: String }
                var assignments: [Work]
                var body: String?
            }
            let report = try #require(try await gateway.lines(Report.self, ["ticket", "1"]).lines.first)
            #expect(report.assignments.map(\.department) == ["water"])
            #expect(report.body?.contains("已派人维修") == false)
        }
    }
}
