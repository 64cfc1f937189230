import Intake

/// Whether a person sent a mail (RFC 3834, RFC 3464, and what mail programs do in their place).
package enum Automatic: Sendable, Equatable {
    /// A delivery report about a mail of ours, or a complaint about one: a notice, no ticket.
    case bounce
    /// An answer of a machine, as when somebody is away: a notice, no ticket.
    case reply
    /// Made by a machine or sent to many, but perhaps a report all the same: a ticket, and never an acknowledgement.
    case bulk

    /// Nil for what looks written by a person to us.
    package static func of(_ mail: Mail) -> Automatic? {
        let origin = mail.origin
        if origin.type == "multipart/report" {
            return mail.report?.type == "disposition-notification" ? .reply : .bounce
        }
        let user = mail.from.map { $0.address.lowercased().prefix { $0 != "@" } } ?? ""
        let subject = mail.subject.lowercased()
        if ["mailer-daemon", "postmaster", "mail-daemon", "maildaemon", "mdaemon"].contains(String(user)) {
            return .bounce
        }
        if origin.machineHeaders.contains("x-failed-recipients") { return .bounce }
        if bounceSubjects.contains(where: subject.hasPrefix) { return .bounce }
        if origin.returnPath == "" { return subject.contains("undeliver") ? .bounce : .reply }
        if origin.autoSubmitted == "auto-replied" { return .reply }
        if replySubjects.contains(where: subject.hasPrefix) { return .reply }
        if !origin.machineHeaders.isDisjoint(with: ["x-autoreply", "x-autorespond", "x-autoreply-from"]) {
            return .reply
        }
        if origin.precedence == "auto_reply" { return .reply }
        let isMachine = origin.autoSubmitted.map { $0 != "no" } ?? false
        let isBulk = ["bulk", "list", "junk"].contains(origin.precedence ?? "") || origin.listID != nil
        let isSilent = ["no-reply", "noreply", "donotreply", "do-not-reply", "no_reply"].contains { user.contains($0) }
        let isExchange = origin.machineHeaders.contains("x-auto-response-suppress")
        // Reports of mail operators (DMARC aggregates, complaints) that carry no other mark.
        let isMailReport = ["report domain:", "complaint about message from"].contains(where: subject.hasPrefix)
        return isMachine || isBulk || isSilent || isExchange || isMailReport ? .bulk : nil
    }

    /// In lower case.
    private static let bounceSubjects = [
        "undelivered mail returned to sender", "undeliverable", "delivery status notification", "mail delivery failed",
        "mail delivery failure", "delivery failure", "failure notice", "returned mail", "returned to sender",
        "message undeliverable", "warning: message", "mail system error", "delivery failed", "delivery notification",
        "undeliverable mail", "undeliverable message", "nondeliverable mail", "mail could not be delivered",
        "warning: could not send message", "系统退信", "退信", "邮件投递失败", "邮件被退回", "投递失败",
    ]
    private static let replySubjects = [
        "自动回复", "自動回覆", "自动答复", "automatic reply", "auto reply", "auto-reply", "autoreply", "auto:", "out of office",
        "[auto-reply]", "vacation:", "假期自动回复",
    ]
}
