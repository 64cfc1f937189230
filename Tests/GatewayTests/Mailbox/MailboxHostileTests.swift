import Foundation
import Intake
import Servers
import Testing

@testable import Gateway

/// Bad mails and bad mail servers, end to end, on both databases.
@Suite("A mailbox that is not as it should be, end to end") struct MailboxHostileTests {
    private func books(_ gateway: RunningGateway, tickets: Int) async throws -> Books {
        try await eventually("there are \(tickets) tickets") { () -> Books? in
            let books = try await gateway.books()
            return books.tickets == tickets ? books : nil
        }
    }

    private func mail(_ headers: String, _ text: String) -> [UInt8] { Array("\(headers)\r\n\r\n\(text)\r\n".utf8) }

    @Test(
        "Without an id, or with one used before for other words, each mail is a ticket; the same again is none",
        arguments: Backend.allCases)
    func ids(_ ledger: Backend) async throws {
        try await withDovecot { dovecot in
            let mails = [
                mail("Subject: a", "路灯坏了"), mail("Subject: b", "停水了"),
                mail("Message-ID: <one@x>\r\nSubject: c", "井盖丢了"),
                mail("Message-ID: <one@x>\r\nSubject: c", "树倒了"),
                mail("Message-ID: not an id at all\r\nSubject: \u{0}d", "噪音\u{0}太大"),
            ]
            try await dovecot.deliver(mails)
            try await withGateway(ledger, channels: try dovecot.channel()) { gateway in
                _ = try await books(gateway, tickets: 5)
                try await dovecot.deliver(mails + [mail("Subject: e", "垃圾没人清")])
                let books = try await books(gateway, tickets: 6)
                #expect(books.arrivals == ["ticket": 6])
                _ = try await eventually("all are moved") { try await dovecot.count() == 0 ? true : nil as Bool? }
                #expect(try await dovecot.count("已受理") == 11)
            }
        }
    }

    @Test("A mailbox that is deleted and made again is read again", arguments: Backend.allCases)
    func deleted(_ ledger: Backend) async throws {
        try await withDovecot { dovecot in
            func ask(_ command: String) async throws -> ImapStatus.Kind {
                try await dovecot.session { try await $0.ask(command).status.kind }
            }
            #expect(try await ask("CREATE \"reports\"") == .ok)
            try await dovecot.deliver([mail("Subject: a", "路灯坏了")], to: "reports")
            let channel = try dovecot.channel("mail", ["mailbox: reports", "poll: 1s"])
            try await withGateway(ledger, channels: channel) { gateway in
                _ = try await books(gateway, tickets: 1)
                // While the gateway holds it open Dovecot refuses now and then.
                func insist(_ what: String, _ work: () async throws -> Bool) async throws {
                    _ = try await eventually(what) { (try? await work()) == true ? true : nil as Bool? }
                }
                try await insist("it is deleted") { try await ask("DELETE \"reports\"") == .ok }
                try await insist("it is made again") { try await ask("CREATE \"reports\"") == .ok }
                try await insist("two mails are in it") {
                    try await dovecot.deliver(
                        [mail("Subject: a", "路灯坏了"), mail("Subject: b", "停水了")], to: "reports")
                    return true
                }
                let books = try await books(gateway, tickets: 2)
                #expect(books.arrivals == ["ticket": 2])
                _ = try await eventually("all are moved") {
                    try await dovecot.count("reports") == 0 ? true : nil as Bool?
                }
            }
        }
    }

    @Test("A connection cut in the middle of a mail costs nothing but time", arguments: Backend.allCases)
    func cut(_ ledger: Backend) async throws {
        struct Cut: Decodable { var cut: Int }
        try await withDovecot { dovecot in
            let large = mail("Subject: a", String(repeating: "路灯坏了，晚上很黑。\r\n", count: 20_000))
            try await dovecot.deliver([mail("Subject: b", "停水了"), large, mail("Subject: c", "井盖丢了")])
            let relay = try ServerProcess("cutting_relay.py", ["\(dovecot.ports.imap)", "300000", "1"])
            defer { relay.end() }
            let port = try await relay.next(ServerProcess.Ready<Int>.self).ready
            let channel = try dovecot.channel().replacing("port: \(dovecot.ports.imaps)", with: "port: \(port)")
                .replacing("security: tls", with: "security: plain")
            try await withGateway(ledger, channels: channel) { gateway in
                #expect(try await relay.next(Cut.self).cut == 300_000)
                let books = try await books(gateway, tickets: 3)
                #expect(books.arrivals == ["ticket": 3])
                _ = try await eventually("all are moved") { try await dovecot.count() == 0 ? true : nil as Bool? }
            }
        }
    }

    @Test("Where mails cannot be moved they are tickets all the same, and so are those that come later")
    func unmovable() async throws {
        try await withDovecot { dovecot in
            try await dovecot.deliver(fixtures: ["gbk"])
            // Dovecot keeps its mailboxes in folders named with full stops, and refuses one with such a name.
            let channel = try dovecot.channel("mail", ["folder: \"not.possible\""])
            try await withGateway(.sqlite, channels: channel) { gateway in
                _ = try await books(gateway, tickets: 1)
                try await dovecot.deliver(fixtures: ["utf-8"])
                _ = try await books(gateway, tickets: 2)
                gateway.stop(SIGTERM)
                try await gateway.start()
                try await dovecot.deliver(fixtures: ["trap"])
                let books = try await books(gateway, tickets: 3)
                #expect(books.arrivals == ["ticket": 3])
                #expect(try await dovecot.count() == 3)
                #expect(gateway.log.contains("not moved"))
            }
        }
    }
}
