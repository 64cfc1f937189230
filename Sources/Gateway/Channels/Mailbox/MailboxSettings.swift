import Intake

/// What `kind: imap` can be told.
struct MailboxSettings: Sendable {
    /// What becomes of a mail on the server once it is in the ledger.
    enum Then: String, Sendable, CaseIterable { case move, flag, leave }

    let login: LineLogin
    let mailbox: String
    let then: Then
    let folder: String
    let largest: Int64
    let poll: Duration
    let answer: String?

    init(_ settings: Settings, _ tools: Tools) {
        let security = settings.choice("security", default: LineLogin.Security.tls)
        let host = settings.string("host")
        if security == .plain, NetAddress(host).map({ !$0.isLoopback }) ?? (host != "localhost") {
            settings.complain(
                "security",
                expected: Phrase(
                    zh: "tls 或 starttls（plain 只可用于本机）", en: "tls or starttls (plain is for this machine only)"),
                found: "plain")
        }
        login = LineLogin(
            host: host, port: settings.int("port", default: security == .tls ? 993 : 143, in: 1...65_535),
            security: security, user: settings.string("user"), password: settings.secret("password").text,
            caFile: settings.optionalString("ca-file").map(tools.place))
        mailbox = settings.string("mailbox", default: "INBOX")
        then = settings.choice("then", default: Then.move)
        folder = settings.string("folder", default: "已受理")
        largest = settings.size("largest", default: 100 << 20, in: (1 << 20)...(2 << 30))
        poll = settings.duration("poll", default: .seconds(60), in: .seconds(1) ... .seconds(1500))
        answer = settings.optionalString("answer")
    }
}
