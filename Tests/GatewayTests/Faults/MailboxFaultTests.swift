import Foundation
import Intake
import Servers
import Testing

@testable import Gateway

/// Every way a mail server can fail on us, each before a mailbox of its own, and one that does not fail.
@Suite("Mail servers that fail while they are read", .timeLimit(Proof.limit)) struct MailboxFaultTests {
    private struct Fault {
        var name: String
        var fault: String
        /// Whether its mails come once the server is healed.
        var heals = true

        static let all: [Fault] = {
            let files = try? TestCertificate.files.get()
            let bye = Data("* BYE too many connections\r\n".utf8).base64EncodedString()
            return [
                Fault(name: "refuses", fault: "refuse"), Fault(name: "hangs", fault: "hang"),
                Fault(name: "drips", fault: "drip"), Fault(name: "babbles", fault: "garbage"),
                Fault(name: "leaves", fault: "say:\(bye)"), Fault(name: "cut-early", fault: "cut:10"),
                Fault(name: "cut-in-login", fault: "cut:150"),
                // In the middle of the literal of the large mail.
                Fault(name: "cut-in-mail", fault: "cut:30000"),
                Fault(
                    name: "certificate", fault: "tls:\(files?.certificate ?? ""):\(files?.key ?? "")", heals: false),
            ] + (Proof.isLong ? [Fault(name: "silent-in-mail", fault: "silent:30000")] : [])
        }()
    }

    private static func mail(_ mailbox: String, _ words: String, _ filling: Int) -> [UInt8] {
        Array(
            "Message-ID: <\(words)@\(mailbox)>\r\nSubject: \(words)\r\n\r\n\(words)\r\n\(String(repeating: "路灯不亮。\r\n", count: filling))"
                .utf8)
    }

    private static func channel(_ dovecot: Dovecot, _ name: String, port: Int, secure: Bool = false) -> String {
        """
        - name: \(name)
          kind: imap
          host: 127.0.0.1
          port: \(port)
          security: \(secure ? "tls" : "plain")
          user: \(dovecot.user)
          password: "file:\(dovecot.folder)/password"
          mailbox: \(name)
          then: leave
          poll: 1s
        """
    }

    @Test(
        "the others are read meanwhile, and healed each mail is a ticket, once",
        arguments: Proof.isLong ? Backend.allCases : [.sqlite])
    func table(_ ledger: Backend) async throws {
        let all = Fault.all
        try await withDovecot { dovecot in
            _ = try dovecot.channel()
            for name in all.map(\.name) + ["honest"] {
                _ = try await dovecot.session { try await $0.ask("CREATE \"\(name)\"").status }
                try await dovecot.deliver(
                    [Self.mail(name, "路灯坏了", 1), Self.mail(name, "路灯又坏了", 3000), Self.mail(name, "停水了", 1)], to: name)
            }
            try await withFaulty(before: dovecot.ports.imap, all.map { ($0.name, $0.fault) }) { faulty in
                let doors = all.map {
                    Self.channel(dovecot, $0.name, port: faulty.ports[$0.name] ?? 1, secure: !$0.heals)
                }
                let channels = (doors + [Self.channel(dovecot, "honest", port: dovecot.ports.imap)]).joined(
                    separator: "\n")
                try await withGateway(ledger, channels: channels) { gateway in
                    func count(_ name: String) async throws -> Int {
                        let text = String(decoding: try await gateway.inside("/metrics").body, as: UTF8.self)
                        return text.split(separator: "\n").filter {
                            $0.hasPrefix("intake_acked_total{channel=\"\(name)\"")
                                && $0.contains(#"class="ticket",seen="first""#)
                        }.compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }.reduce(0, +)
                    }
                    _ = try await eventually("the honest mailbox is read, each fault was met") {
                        () -> Bool? in
                        guard try await count("honest") == 3 else { return nil }
                        for fault in all {
                            let failed = try await gateway.metric("intake_channel_failures_total", fault.name) ?? 0
                            if failed == 0 { return nil }
                            // None of this takes a person: it may pass.
                            #expect(try await gateway.metric("intake_channel_needs_person", fault.name) == 0)
                        }
                        return true
                    }
                    try await faulty.heal()
                    let expected = 3 * (all.count(where: \.heals) + 1)
                    // Who failed for long is asked again after a pause of up to six minutes.
                    let books = try await eventually(within: .seconds(1200), "all that can be read is") {
                        () -> Books? in
                        let books = try await gateway.books()
                        return books.tickets >= expected ? books : nil
                    }
                    #expect(books.arrivals == ["ticket": expected])
                    for fault in all {
                        let tickets = try await count(fault.name)
                        #expect(tickets == (fault.heals ? 3 : 0), "\(fault.name)")
                        Proof.row(
                            "mailbox \(fault.name) (\(ledger))", runs: 1, acknowledged: 3,
                            lost: fault.heals ? max(0, 3 - tickets) : 0, doubled: max(0, tickets - 3))
                    }
                }
            }
        }
    }
}
