import Foundation
import Intake
import Testing

@testable import Gateway

@Suite("A session with Dovecot") struct ImapSessionTests {
    func login(_ dovecot: Dovecot, _ security: MailServer.Security) -> MailServer {
        MailServer(
            host: "localhost", port: security == .tls ? dovecot.ports.imaps : dovecot.ports.imap, security: security,
            login: .init(user: dovecot.user, password: Secret(dovecot.password.utf8)), caFile: dovecot.caFile)
    }

    func trouble(_ login: MailServer) async -> Trouble? {
        do throws(Trouble) {
            try await Line.open(login).close()
            return nil
        } catch { return error }
    }

    @Test("mails are fetched byte for byte and stay unread, over each kind of connection") func fetch() async throws {
        try await withDovecot { dovecot in
            let names = ["trap", "gbk", "files"]
            try await dovecot.deliver(fixtures: names)
            for security in MailServer.Security.allCases {
                let session = ImapSession(try await Line.open(login(dovecot, security)), mailLimit: 1 << 20)
                try await session.greet()
                _ = try await session.select("INBOX")
                let uids = try await session.search("UID 1:*")
                #expect(uids.count == 3)
                let sizes = try await session.sizes(uids)
                for (uid, name) in zip(uids, names) {
                    let path = dovecot.folder + "/got"
                    #expect(try await session.fetch(uid, to: path))
                    let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
                    #expect(bytes == (try Fixtures.bytes("mail/\(name).eml")))
                    #expect(sizes[uid] == Int64(bytes.count))
                }
                #expect(try await session.fetch(99, to: dovecot.folder + "/got") == false)
                #expect(try await session.search("UNSEEN").count == 3)
                await session.leave()
            }
        }
    }

    @Test("a wrong password needs a person, a server that is away passes") func refused() async throws {
        let away = try await withDovecot { dovecot in
            var wrong = login(dovecot, .tls)
            wrong.login?.password = Secret("wrong".utf8)
            #expect(await trouble(wrong)?.kind == .needsPerson)
            var untrusted = login(dovecot, .startTLS)
            untrusted.caFile = nil
            #expect(await trouble(untrusted)?.kind == .passing)
            return login(dovecot, .tls)
        }
        #expect(await trouble(away)?.kind == .passing)
    }

    @Test("mails are moved into a mailbox that is made for it, also where the server cannot move") func move()
        async throws
    {
        try await withDovecot { dovecot in
            try await dovecot.deliver(fixtures: ["gbk", "big5", "trap"])
            let line = try await Line.open(login(dovecot, .tls))
            // Not greeted: what the server could do is not known, and is done in the old way.
            let session = ImapSession(line, mailLimit: 1 << 20)
            _ = try await session.select("INBOX")
            try await session.move([1], to: "已受理")
            #expect(try await session.search("UNDELETED") == [2, 3])
            try await session.greet()
            try await session.move([2], to: "已受理")
            #expect(try await session.search("UNDELETED") == [3])
            await session.leave()
            #expect(try await dovecot.count("已受理") == 2)
        }
    }

    @Test("waiting ends when a mail comes") func idle() async throws {
        try await withDovecot { dovecot in
            try await dovecot.session { session in
                _ = try await session.select("INBOX")
                #expect(try await session.search("ALL") == [])
                async let delivered: Void = dovecot.deliver(fixtures: ["gbk"])
                #expect(try await session.wait(atMost: .seconds(30)))
                try await delivered
                #expect(try await session.search("ALL") == [1])
            }
        }
    }

    @Test("a task that is cancelled while it waits ends at once") func cancelled() async throws {
        try await withDovecot { dovecot in
            let login = login(dovecot, .tls)
            let (entered, entry) = AsyncStream.makeStream(of: Void.self)
            let task = Task { () async throws -> Trouble? in
                let session = ImapSession(try await Line.open(login), mailLimit: 1 << 20)
                try await session.greet()
                _ = try await session.select("INBOX")
                _ = try await session.search("ALL")
                entry.finish()
                do throws(Trouble) { _ = try await session.wait(atMost: .seconds(600)) } catch { return error }
                return nil
            }
            for await _ in entered {}
            task.cancel()
            let trouble = try await task.value
            #expect(trouble?.kind == .passing)
        }
    }
}
