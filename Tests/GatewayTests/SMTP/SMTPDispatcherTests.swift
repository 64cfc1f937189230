import Foundation
import Intake
import Testing

@testable import Gateway

/// Mail out, to a real server on loopback.
@Suite("Handing over by mail")
struct SMTPDispatcherTests {
    private func send(
        _ sink: SMTPSink, to: String, security: MailServer.Security = .plain, as user: String? = nil
    ) async throws -> Int {
        try await withFolder { folder in
            let draft = MailDraft(
                fromName: "热线\r\nBcc: x@y", from: "hotline@example.com", to: to, subject: "路灯\r\nX-Forged: 1",
                id: "20261121-000001-1@example.com", date: Instant(seconds: 1_795_219_200), text: "正文\n.\n第三行",
                html: "<p>正文</p>", headers: [("Auto-Submitted", "auto-generated\r\nX-Forged: 2")])
            let path = folder + "/m.eml"
            try draft.write(to: path)
            let login = user.map { MailServer.Login(user: $0, password: Secret("secret".utf8)) }
            let server = MailServer(
                host: "localhost", port: sink.port, security: security, login: login, caFile: sink.caFile)
            var call = MailCall(server, from: "hotline@example.com", to: to, file: path)
            call.egress = .anywhere
            return try await Network(now: { .wall }).send(call)
        }
    }

    @Test("A mail arrives whole, in UTF-8, over each kind of connection", arguments: MailServer.Security.allCases)
    func whole(_ security: MailServer.Security) async throws {
        let kind: SMTPSink.Security =
            switch security {
            case .tls: .tls
            case .startTLS: .startTLS
            case .plain: .plain
            }
        try await withSMTPSink(kind) { sink in
            #expect(try await send(sink, to: "ok@example.com", security: security) == 250)
            let mail = try await sink.mail()
            #expect(mail.secured == (security != .plain))
            try await withFolder { folder in
                let path = folder + "/got.eml"
                try mail.mail.write(to: URL(filePath: path))
                let read = try MailReader(folder: folder).read(path)
                #expect(read.subject.hasPrefix("路灯") && read.text.contains("第三行"))
                #expect(read.messageID == "20261121-000001-1@example.com")
            }
            #expect(!mail.text.contains("\nX-Forged") && !mail.text.contains("\nBcc"))
        }
    }

    @Test(
        "What the server says decides: not now, never, or nobody knows",
        arguments: [
            ("busy", Trouble.Kind.passing), ("full", .passing), ("later", .passing), ("unknown", .lasting),
            ("gone", .lasting), ("lost", .unclear), ("early", .passing),
        ])
    func outcomes(_ recipient: String, _ kind: Trouble.Kind) async throws {
        try await withSMTPSink { sink in
            do {
                _ = try await send(sink, to: "\(recipient)@example.com")
                Issue.record("the mail was taken")
            } catch let trouble as Trouble {
                // Cut in the middle of the message, a small one is already in the buffers of the connection: unclear is
                // honest, and mail is tried again either way.
                #expect(trouble.kind == kind || recipient == "early" && trouble.kind == .unclear, "\(trouble)")
            }
        }
    }

    private struct Mute: Decodable { var mute: Bool }

    @Test("A server that owes its answer to QUIT holds up no other call")
    func mute() async throws {
        try await withHTTPReceiver { receiver in
            try await withSMTPSink { sink in
                try await withFolder { folder in
                    let path = folder + "/m.eml"
                    try Data("Subject: a\r\n\r\nb\r\n".utf8).write(to: URL(filePath: path))
                    let server = MailServer(
                        host: "localhost", port: sink.port, security: .plain, login: nil, caFile: nil)
                    var mail = MailCall(server, from: "hotline@example.com", to: "mute@example.com", file: path)
                    (mail.egress, mail.total) = (.anywhere, .seconds(6))
                    let sent = mail
                    let network = try Network(now: { .wall })
                    var call = HTTPCall(.get, receiver.address + "/status/200")
                    (call.egress, call.plainAllowed) = (.anywhere, true)
                    let other = call
                    try await withThrowingTaskGroup(of: String.self) { group in
                        group.addTask {
                            _ = try? await network.send(sent)
                            return "mail"
                        }
                        _ = try await sink.process.next(Mute.self)
                        group.addTask { "call \((try? await network.call(other))?.status ?? 0)" }
                        #expect(try await group.next() == "call 200")
                        #expect(try await group.next() == "mail")
                    }
                }
            }
        }
    }

    @Test(
        "A log-in the server cannot judge now is tried again; a refused one needs a person",
        arguments: [("later", Trouble.Kind.passing), ("stranger", .needsPerson)])
    func logIn(_ user: String, _ kind: Trouble.Kind) async throws {
        try await withSMTPSink(login: ("hotline", "secret")) { sink in
            do {
                _ = try await send(sink, to: "ok@example.com", as: user)
                Issue.record("the mail was taken")
            } catch let trouble as Trouble { #expect(trouble.kind == kind, "\(trouble)") }
        }
    }

    @Test(
        "An address that would be a command of its own is refused", arguments: ["a@b>\r\nDATA", "", "a b@c", "<x@y>"])
    func hostile(_ address: String) async throws {
        try await withSMTPSink { sink in
            _ = await #expect(throws: Trouble.self) { _ = try await send(sink, to: address) }
        }
    }

    @Test(
        "From report to mailbox: a masked work order with its token, under a stable Message-ID",
        arguments: Backend.allCases)
    func wholeWay(_ ledger: Backend) async throws {
        try await withSMTPSink { sink in
            try await withGateway(ledger, channels: HookSender.channel, destinations: sink.destination) { gateway in
                let body = HookSender.report("水管漏水，13800138000", phone: "13800138000")
                _ = try await gateway.call(HookSender.call(gateway, id: "s1", body: body))
                let mail = try await sink.mail()
                #expect(mail.to == ["water@example.com"])
                #expect(
                    mail.text.lowercased().contains("message-id: <2")
                        && mail.text.contains("Auto-Submitted: auto-generated"))
                #expect(mail.text.contains("X-Intake-Reply-Token:"))
                try await withFolder { folder in
                    let path = folder + "/got.eml"
                    try mail.mail.write(to: URL(filePath: path))
                    let read = try MailReader(folder: folder).read(path)
                    #expect(read.text.contains("水管漏水") && !read.text.contains("13800138000"))
                    #expect(!mail.text.contains("测试员"))
                }
            }
        }
    }
}
