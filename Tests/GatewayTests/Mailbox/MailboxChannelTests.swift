import Foundation
import Intake
import Servers
import Testing

@testable import Gateway

@Suite("A mailbox becomes tickets, end to end") struct MailboxChannelTests {
    /// Work orders handed over so far, as text.
    func orders(_ gateway: RunningGateway) -> [String] {
        let outbox = gateway.state + "/outbox"
        let all = FileManager.default.enumerator(atPath: outbox)?.compactMap { $0 as? String } ?? []
        return all.filter { $0.hasSuffix("/order.json") && !$0.contains("/.") }.sorted()
            .compactMap { try? String(contentsOfFile: "\(outbox)/\($0)", encoding: .utf8) }
    }

    func books(_ gateway: RunningGateway, when done: @escaping (Books) -> Bool) async throws -> Books {
        try await eventually("the mails are in the books") { () -> Books? in
            let books = try await gateway.books()
            return done(books) ? books : nil
        }
    }

    @Test(
        "mail in every charset becomes a ticket, is moved, and is no second ticket when it comes again",
        arguments: Backend.allCases)
    func wholeWay(_ ledger: Backend) async throws {
        try await withDovecot { dovecot in
            let names = [
                "gb2312", "gbk", "big5", "hz-gb-2312", "utf-8", "unlabelled-gb18030", "trap", "files", "html-only",
            ]
            try await dovecot.deliver(fixtures: names)
            try await withGateway(ledger, channels: try dovecot.channel()) { gateway in
                _ = try await books(gateway) { $0.tickets == names.count }
                _ = try await eventually("the mails are moved") { try await dovecot.count() == 0 ? true : nil as Bool? }
                #expect(try await dovecot.count("已受理") == names.count)
                let orders: [String] = try await eventually("the work orders are out") { () -> [String]? in
                    let found = self.orders(gateway)
                    return Set(found).count >= names.count ? found : nil
                }
                #expect(orders.contains { $0.contains("朱镕") && $0.contains("老人摔倒") })
                #expect(
                    orders.contains { $0.contains("before") && $0.contains("i9 OK") == false && $0.contains("after") })
                #expect(orders.contains { $0.contains("槐荫路.jpg") })
                #expect(!orders.contains { $0.contains("wang@example.net") || $0.contains("王小明 <") })
                try await dovecot.deliver(fixtures: ["gbk", "utf-8"])
                try await dovecot.deliver([Array("Subject: 新的\r\n\r\n路灯又坏了\r\n".utf8)])
                let after = try await books(gateway) { $0.tickets == names.count + 1 }
                #expect(after.arrivals == ["ticket": names.count + 1])
            }
        }
    }

    @Test(
        "what somebody has read, and what came during an outage, is taken all the same", arguments: Backend.allCases)
    func outage(_ ledger: Backend) async throws {
        try await withDovecot { dovecot in
            try await dovecot.deliver(fixtures: ["gbk"], flags: "\\Seen")
            try await withGateway(ledger, channels: try dovecot.channel()) { gateway in
                _ = try await books(gateway) { $0.tickets == 1 }
                gateway.stop(SIGKILL)
                try await dovecot.deliver(fixtures: ["utf-8"], flags: "\\Seen")
                try await gateway.start()
                _ = try await books(gateway) { $0.tickets == 2 }
                try await dovecot.stop()
                try await dovecot.start()
                try await dovecot.deliver(fixtures: ["trap"])
                _ = try await books(gateway) { $0.tickets == 3 }
                _ = try await eventually("all are moved") { try await dovecot.count() == 0 ? true : nil as Bool? }
            }
        }
    }

    @Test(
        "a mail that cannot be read, or is too large, is set aside, and its neighbours are tickets",
        arguments: Backend.allCases)
    func bad(_ ledger: Backend) async throws {
        try await withDovecot { dovecot in
            let many =
                "Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
                + String(repeating: "--b\r\n\r\nx\r\n", count: 20_001)
            let large =
                "Message-ID: <large@x>\r\nSubject: large\r\n\r\n"
                + String(repeating: "0123456789abcde\n", count: 70_000)
            try await dovecot.deliver(fixtures: ["gbk"])
            try await dovecot.deliver([Array(many.utf8), Array(large.utf8)])
            try await dovecot.deliver(fixtures: ["utf-8"])
            let channel = try dovecot.channel("mail", ["largest: 1MiB"])
            try await withGateway(ledger, channels: channel) { gateway in
                let books = try await books(gateway) { $0.tickets == 2 && $0.quarantined == 2 }
                #expect(books.items == 4)
                // The one too large stays where it is, flagged for people, also after a restart.
                _ = try await eventually("the rest is moved") { try await dovecot.count() == 1 ? true : nil as Bool? }
                gateway.stop(SIGTERM)
                try await gateway.start()
                try await dovecot.deliver(fixtures: ["trap"])
                _ = try await self.books(gateway) { $0.tickets == 3 }
                #expect(try await dovecot.count("INBOX", "FLAGGED") == 1)
                #expect(try await gateway.books().quarantined == 2)
            }
        }
    }

    @Test("answers of machines are no tickets", arguments: Backend.allCases)
    func machines(_ ledger: Backend) async throws {
        try await withDovecot { dovecot in
            try await dovecot.deliver(fixtures: ["bounce", "away", "gbk"])
            try await withGateway(ledger, channels: try dovecot.channel("mail", ["then: flag"])) { gateway in
                let books = try await books(gateway) { $0.items == 3 }
                #expect(books.tickets == 1 && books.notices == ["bounce": 1, "auto-reply": 1])
                _ = try await eventually("all are flagged") {
                    try await dovecot.count("INBOX", "SEEN") == 3 ? true : nil as Bool?
                }
                #expect(try await dovecot.count() == 3)
            }
        }
    }

    @Test("a mailbox whose UIDs begin anew is read again without a second ticket", arguments: Backend.allCases)
    func validity(_ ledger: Backend) async throws {
        try await withDovecot { dovecot in
            try await dovecot.deliver(fixtures: ["gbk", "utf-8"])
            try await withGateway(ledger, channels: try dovecot.channel("mail", ["then: leave"])) { gateway in
                _ = try await books(gateway) { $0.tickets == 2 }
                gateway.stop(SIGTERM)
                try await dovecot.renew()
                try await gateway.start()
                try await dovecot.deliver(fixtures: ["gbk", "trap"])
                let books = try await books(gateway) { $0.tickets == 3 }
                #expect(books.arrivals == ["ticket": 3])
            }
        }
    }

    @Test("a refused log-in is shown where people look: channels, doctor, metrics; once mended it goes on") func login()
        async throws
    {
        try await withDovecot { dovecot in
            let secret = dovecot.folder + "/secret"
            try "wrong".write(toFile: secret, atomically: true, encoding: .utf8)
            let channel = try dovecot.channel().replacing("file:\(dovecot.folder)/password", with: "file:\(secret)")
            try await dovecot.deliver(fixtures: ["gbk"])
            try await withGateway(.sqlite, channels: channel) { gateway in
                _ = try await eventually("the metrics say so") { () -> Bool? in
                    let metrics = String(decoding: try await gateway.inside("/metrics").body, as: UTF8.self)
                    return metrics.contains(#"intake_channel_needs_person{channel="mail"} 1"#) ? true : nil
                }
                let file = try gateway.fileWithPort()
                #expect(try await gateway.command(["channels"], file: file).output.contains("停止，须人处理"))
                let doctor = try await gateway.command(["doctor"], file: file)
                #expect(doctor.status == 1 && doctor.output.contains("渠道 mail：127.0.0.1 拒绝登录"), "\(doctor.output)")
                try dovecot.password.write(toFile: secret, atomically: true, encoding: .utf8)
                #expect(try await gateway.reload(to: gateway.privateURL).status == 0)
                _ = try await books(gateway) { $0.tickets == 1 }
                let metrics = String(decoding: try await gateway.inside("/metrics").body, as: UTF8.self)
                #expect(metrics.contains(#"intake_channel_needs_person{channel="mail"} 0"#))
            }
        }
    }

    @Test("a mailbox that lets nobody in is said, and stops nothing else") func noEntry() async throws {
        try await withDovecot { dovecot in
            let bad = try dovecot.channel("closed").replacing(
                "user: hotline", with: "user: hotline\n  mailbox: nowhere")
            try await dovecot.deliver(fixtures: ["gbk"])
            try await withGateway(.sqlite, channels: bad + "\n" + (try dovecot.channel("open"))) { gateway in
                _ = try await books(gateway) { $0.tickets == 1 }
                _ = try await eventually("the log says so") {
                    gateway.log.contains("the mail server does not open the mailbox") ? true : nil
                }
            }
        }
    }
}
