import Intake

/// Whether a person sent a mail (RFC 3834, RFC 3464, and what mail programs do in their place).
package enum Automatic: Sendable, Equatable {
    /// A delivery report about a mail of ours, or a complaint about one: a notice, no ticket.
    case bounce
    /// An answer of a machine, as when somebody is away: a notice, no ticket.
    case reply
    /// Made by a machine or sent to many, but perhaps a report all the same: a ticket, and never an acknowledgement.
    case bulk

    /// Nil for what looks written by a person to us. A notice is nobody's report, so it takes proof in the mail's form:
    /// citizens write "投递失败：…" too, and some mailers send them on without a return path. Such signs alone make it
    /// `bulk`.
    ///
    /// - Parameter answersUs: whether it answers a mail of ours (`MailKey`); with a machine's subject that is proof.
    package static func of(_ mail: Mail, answersUs: Bool = false) -> Automatic? {
        let origin = mail.origin
        if origin.type == "multipart/report" {
            return mail.report?.type == "disposition-notification" ? .reply : .bounce
        }
        if origin.machineHeaders.contains("x-failed-recipients") { return .bounce }
        let user = mail.from.map { $0.address.lowercased().prefix { $0 != "@" } } ?? ""
        let subject = mail.subject.lowercased()
        let saysBounce = bounceSubjects.contains(where: subject.hasPrefix)
        let saysReply = replySubjects.contains(where: subject.hasPrefix)
        let isSystem = ["mailer-daemon", "mail-daemon", "maildaemon", "mdaemon"].contains(String(user))
        let isPathless = origin.returnPath == ""
        if (isSystem && isPathless) || (answersUs && (saysBounce || isSystem)) { return .bounce }
        if origin.autoSubmitted == "auto-replied" || origin.precedence == "auto_reply" { return .reply }
        if !origin.machineHeaders.isDisjoint(with: ["x-autoreply", "x-autorespond", "x-autoreply-from"]) {
            return .reply
        }
        if answersUs, saysReply || isPathless { return .reply }
        let isMachine = origin.autoSubmitted.map { $0 != "no" } ?? false
        let isBulk = ["bulk", "list", "junk"].contains(origin.precedence ?? "") || origin.listID != nil
        let isSilent = ["no-reply", "noreply", "donotreply", "do-not-reply", "no_reply"].contains { user.contains($0) }
        let isExchange = origin.machineHeaders.contains("x-auto-response-suppress")
        // Reports of mail operators (DMARC aggregates, complaints) that carry no other mark.
        let isMailReport = ["report domain:", "complaint about message from"].contains(where: subject.hasPrefix)
        let looksSo = saysBounce || saysReply || isPathless || isSystem || user == "postmaster"
        return isMachine || isBulk || isSilent || isExchange || isMailReport || looksSo ? .bulk : nil
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
