import Foundation
import Intake

@testable import Gateway

extension Dovecot {
    /// Settings of a channel that reads this mailbox; `more` is added line by line.
    func channel(_ name: String = "mail", _ more: [String] = []) throws -> String {
        let secret = folder + "/password"
        try password.write(toFile: secret, atomically: true, encoding: .utf8)
        let lines =
            [
                "name: \(name)", "kind: imap", "host: 127.0.0.1", "port: \(ports.imaps)", "security: tls",
                "user: \(user)",
                "password: \"file:\(secret)\"", "ca-file: \(caFile)",
            ] + more
        return "- " + lines.joined(separator: "\n  ")
    }

    /// A session of our own beside that of the gateway.
    func session<Answer>(_ body: (ImapSession) async throws -> Answer) async throws -> Answer {
        let line = try await Line.open(
            MailServer(
                host: "localhost", port: ports.imap, security: .startTLS,
                login: .init(user: user, password: Secret(password.utf8)), caFile: caFile))
        let session = ImapSession(line, mailLimit: 1 << 30)
        try await session.greet()
        let answer = try await body(session)
        await session.leave()
        return answer
    }

    /// Puts mails into the mailbox, as its mail server would, with these flags.
    func deliver(_ mails: [[UInt8]], to mailbox: String = "INBOX", flags: String = "") async throws {
        let line = try await Line.open(
            MailServer(
                host: "127.0.0.1", port: ports.imap, security: .plain,
                login: .init(user: user, password: Secret(password.utf8))))
        var dialogue = ImapDialogue(mailLimit: 0)
        for mail in mails {
            let command = dialogue.begin("APPEND \(ImapText.mailbox(mailbox)) (\(flags)) {\(mail.count)+}")
            try await line.send(command + mail + [13, 10], within: .seconds(20))
            var done = false
            while !done {
                guard let bytes = try await line.receive(within: .seconds(20)), !bytes.isEmpty else {
                    throw ServerProcess.Failed(text: "Dovecot said nothing")
                }
                for case .done(let status) in try dialogue.take(bytes) {
                    guard status.kind == .ok else { throw ServerProcess.Failed(text: status.text) }
                    done = true
                }
            }
        }
        line.close()
    }

    func deliver(fixtures: [String], flags: String = "") async throws {
        try await deliver(try fixtures.map { try Fixtures.bytes("mail/\($0).eml") }, flags: flags)
    }

    /// How many mails lie in a mailbox; 0 if there is no such mailbox.
    func count(_ mailbox: String = "INBOX", _ criteria: String = "ALL") async throws -> Int {
        try await session { session in
            do { _ = try await session.select(mailbox) } catch { return 0 }
            return try await session.search(criteria).count
        }
    }
}
