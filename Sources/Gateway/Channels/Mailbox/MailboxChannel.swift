import Foundation
import Intake
import Logging

/// A mailbox read over IMAP. What was read is known by UIDVALIDITY and UID, kept in the same commit as the mail, never by
/// the unseen flag: after an outage, or after somebody looked into the mailbox, nothing is missing. Mails are moved or
/// flagged only when they are in the ledger; one that cannot be read is set aside with its bytes, and the next is read.
struct MailboxChannel: Channel {
    static let kind = "imap"
    static let example = """
        name: hotline-mailbox
        kind: imap
        host: imap.example.gov.cn
        port: 993
        # tls、starttls；plain 只可用于本机。plain is for this machine only.
        security: tls
        user: 12345@example.gov.cn
        # 网易、腾讯邮箱填授权码。For NetEase and Tencent: the authorisation code.
        password: credential:hotline-mailbox
        mailbox: INBOX
        # 入账后：move 移到 folder，flag 标为已读，leave 不动。Once in the ledger: move to folder, flag as read, leave.
        then: move
        folder: 已受理
        # 更大的邮件只隔离信头，原件加星留在服务器。Of larger mails the header is quarantined; they stay on the server, flagged.
        largest: 100MiB
        # 服务器不通知时多久查看一次。How often to look where the server gives no word.
        poll: 60s
        # 回执经此目的地发出。Destination that sends the receipts.
        answer: citizen-mail
        """

    private let name: String
    private let settings: MailboxSettings
    private let tools: Tools

    init(name: String, _ settings: Settings, _ tools: Tools) {
        self.name = name
        self.tools = tools
        self.settings = MailboxSettings(settings, tools)
    }

    var answers: (destination: String, contact: Contact.Kind)? { settings.answer.map { ($0, .mail) } }

    var source: Source? { settings.source }

    var leaves: Phrase? {
        let account = Masker.mask(settings.server.login?.user ?? settings.server.host)
        guard settings.then == .move else {
            return Phrase(
                zh: "邮箱 \(account) 的文件夹“\(settings.mailbox)”里的原邮件",
                en: "the mails in the folder \(settings.mailbox) of the mailbox \(account)")
        }
        // What the server did not hand over whole stays where it was.
        return Phrase(
            zh: "邮箱 \(account) 的文件夹“\(settings.folder)”里的原邮件（没能取下的仍在“\(settings.mailbox)”里，已加星）",
            en: "the mails in the folder \(settings.folder) of the mailbox \(account) (what could not be fetched lies "
                + "flagged in \(settings.mailbox))")
    }

    func run(into inbox: Inbox) async throws(Trouble) {
        let line = try await Line.open(settings.server)
        let session = ImapSession(line, mailLimit: settings.largest + 4096)
        let round = MailboxRound(name: name, settings: settings, tools: tools, inbox: inbox, session: session)
        do throws(Trouble) {
            try await round.run()
            await session.leave()
        } catch {
            line.close()
            throw error
        }
    }

    var door: Knock? {
        var knock = Knock(.mailbox(settings.server))
        knock.egress = .anywhere
        return knock
    }

    func reach() async throws(Trouble) {
        let line = try await Line.open(settings.server)
        let session = ImapSession(line, mailLimit: 4096)
        do throws(Trouble) {
            try await session.greet()
            _ = try await session.select(settings.mailbox)
            await session.leave()
        } catch {
            line.close()
            throw error
        }
    }

    func read(_ raw: RawParcel) async throws(Trouble) -> [Item] {
        if let part = raw.envelope["part"] {
            throw .lasting(
                "只留存了这封邮件的 \(part)；原件在邮件服务器上", "only the \(part) of this mail was kept; the mail is on the server")
        }
        let intake = MailIntake(tools: tools)
        switch raw.body {
        case .file(let path): return [try await intake.item(path)]
        case .bytes(let bytes):
            let path = "\(tools.scratch)/mail-\(UUID().uuidString)"
            defer { try? FileManager.default.removeItem(atPath: path) }
            do { try bytes.write(to: URL(filePath: path)) } catch {
                throw .passing("邮件写不下；请检查磁盘空间", "a mail cannot be written; check free space", detail: "\(error)")
            }
            return [try await intake.item(path)]
        }
    }
}
