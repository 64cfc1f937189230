package import Intake

/// What was read out of one mail. Files lie decoded in a folder of the reader's caller.
package struct Mail: Sendable {
    /// Without angle brackets; nil if there is none worth the name.
    package var messageID: String?
    /// SHA-256 of the body as it came, 32 bytes: with the Message-ID it names the mail (rule 5).
    package var bodyDigest: [UInt8]
    package var date: Instant?
    package var from: MailAddress?
    package var replyTo: [MailAddress] = []
    package var to: [MailAddress] = []
    package var subject = ""
    /// What the person wrote, as plain text with LF line ends.
    package var text = ""
    package var files: [MailFile] = []
    package var threading = MailThreading()
    package var origin = MailOrigin()
    /// What bounces and other machines report; nil for anything but multipart/report.
    package var report: MailReport?
    /// For the operator: what was left out, what was guessed.
    package var remarks: [String] = []
}

/// One attached file.
package struct MailFile: Sendable, Equatable {
    /// As the sender calls it, without folders; never used as a path.
    package var name: String
    /// As the sender declares it.
    package var type: String
    package var size: Int64
    /// Where its decoded bytes lie.
    package var path: String
}

/// What tells which earlier mail this one answers.
package struct MailThreading: Sendable, Equatable {
    /// Message-IDs without angle brackets, oldest first.
    package var inReplyTo: [String] = []
    package var references: [String] = []
}

/// What tells whether a person sent it (RFC 3834), in lower case without comments.
package struct MailOrigin: Sendable, Equatable {
    package var autoSubmitted: String?
    package var precedence: String?
    package var listID: String?
    /// Address of the envelope's sender as the last server noted it; empty for "<>", nil if not noted.
    package var returnPath: String?
    /// Headers of mail programs that answer by themselves (X-Autoreply and the like) that are there.
    package var machineHeaders: Set<String> = []
    /// Content-Type of the whole mail.
    package var type = "text/plain"
    package var reportType: String?
}

/// What a multipart/report says (RFC 3462, 3464, 5965, 8098).
package struct MailReport: Sendable, Equatable {
    /// "delivery-status", "disposition-notification", "feedback-report" or another.
    package var type: String
    /// Fields of the machine-readable part, names in lower case, first of each; values without the type before ";".
    package var fields: [String: String] = [:]
    /// Message-ID of the mail it is about, without angle brackets.
    package var original: String?
}
