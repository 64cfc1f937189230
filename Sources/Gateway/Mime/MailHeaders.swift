import CMime
package import Intake

extension MailReader {
    /// Reads the headers of the whole mail.
    func readHeaders(of root: MimePart, into mail: inout Mail) {
        func text(_ name: String) -> String? { root.header(name).map(EncodedWords.decode) }
        mail.messageID = root.header("Message-ID").flatMap { MessageIDs.read($0).first }
        mail.date = text("Date").flatMap(MailDate.read)
        mail.from = (root.header("From").map(MailAddress.list) ?? []).first
        mail.replyTo = root.header("Reply-To").map(MailAddress.list) ?? []
        mail.to = root.header("To").map(MailAddress.list) ?? []
        mail.subject = text("Subject") ?? ""
        mail.threading.inReplyTo = root.header("In-Reply-To").map(MessageIDs.read) ?? []
        mail.threading.references = root.header("References").map(MessageIDs.read) ?? []
        mail.origin.autoSubmitted = text("Auto-Submitted").map(word)
        mail.origin.precedence = text("Precedence").map(word)
        mail.origin.listID = text("List-Id") ?? text("List-Unsubscribe")
        mail.origin.returnPath = root.header("Return-Path").map { MailAddress.list($0).first?.address ?? "" }
        let machine = [
            "X-Autoreply", "X-Autorespond", "X-AutoReply-From", "X-Auto-Response-Suppress", "X-Failed-Recipients",
            "X-Mailer-Daemon", "Feedback-ID", "X-Loop",
        ]
        mail.origin.machineHeaders = Set(machine.filter { root.header($0) != nil }.map { $0.lowercased() })
    }

    /// The first word, without parameters and comments.
    private func word(_ text: String) -> String {
        text.prefix { $0 != ";" && $0 != "(" && !$0.isWhitespace }.lowercased()
    }
}

package enum MessageIDs {
    /// Most ids read of one header, and the longest one believed.
    static let most = 100
    static let longest = 998

    /// Ids in angle brackets, without them; where there are none, the words of the header.
    package static func read(_ raw: [UInt8]) -> [String] {
        let text = EncodedWords.decode(raw)
        var found: [String] = []
        var rest = Substring(text)
        while found.count < most, let open = rest.firstIndex(of: "<"), let close = rest[open...].firstIndex(of: ">") {
            found.append(rest[rest.index(after: open)..<close].filter { !$0.isWhitespace })
            rest = rest[rest.index(after: close)...]
        }
        if found.isEmpty { found = text.split(whereSeparator: \.isWhitespace).prefix(most).map(String.init) }
        return found.filter { !$0.isEmpty && $0.utf8.count <= longest && $0 != "<>" }
    }
}

package enum MailDate {
    /// The Date header; nil for what is none, or lies outside the years 1970 to 2200.
    package static func read(_ text: String) -> Instant? {
        _ = MimeTree.started
        var seconds: Int64 = 0
        guard text.utf8.count <= 200, unsafe cmime_date(text, &seconds), (0..<7_258_118_400).contains(seconds) else {
            return nil
        }
        return Instant(seconds: seconds)
    }
}
