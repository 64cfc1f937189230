import Intake

/// What `kind: imap` can be told.
struct MailboxSettings: Sendable {
    /// What becomes of a mail on the server once it is in the ledger.
    enum Then: String, Sendable, CaseIterable { case move, flag, leave }

    let server: MailServer
    let mailbox: String
    let then: Then
    let folder: String
    let largest: Int64
    let poll: Duration
    let answer: String?

    init(_ settings: Settings, _ tools: Tools) {
        server = settings.mailServer(tools, mustLogIn: true) { $0 == .tls ? 993 : 143 }
        mailbox = settings.line("mailbox", default: "INBOX")
        then = settings.choice("then", default: Then.move)
        folder = settings.line("folder", default: "已受理")
        largest = settings.size("largest", default: 100 << 20, in: (1 << 20)...(2 << 30))
        poll = settings.duration("poll", default: .seconds(60), in: .seconds(1) ... .seconds(1500))
        answer = settings.optionalString("answer")
        if then == .move, MailboxSettings.known(folder) == MailboxSettings.known(mailbox) {
            settings.complain(
                settings.has("folder") ? "folder" : "mailbox",
                expected: Phrase(zh: "与 mailbox 不同的文件夹", en: "another folder than mailbox"), found: quoted(folder))
        }
    }

    /// What is read, so that no other channel reads it too; nil where the settings do not say, which has its complaint.
    var source: Source? {
        guard !server.host.isEmpty, !mailbox.isEmpty else { return nil }
        let account = "\(server.login?.user ?? "") \(server.host.lowercased()):\(server.port)"
        return .mailbox(account: account, name: MailboxSettings.known(mailbox))
    }

    /// INBOX is the same in any case (RFC 9051 section 5.1).
    private static func known(_ mailbox: String) -> String {
        mailbox.uppercased() == "INBOX" ? "INBOX" : mailbox
    }
}
