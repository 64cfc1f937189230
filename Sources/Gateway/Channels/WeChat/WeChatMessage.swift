import Foundation
package import Intake

/// One message or event that a WeChat official account pushed (WeChat: "receiving ordinary messages", "receiving event
/// pushes"), read from its plain XML.
package struct WeChatMessage: Sendable, Equatable {
    package enum Content: Sendable, Equatable {
        case said(Submission)
        /// The citizen wants to report something else, and says so alone: "新问题" or "new".
        case another
        /// Name of the event in the platform's letters: subscribe, SCAN …
        case event(String)
    }
    /// The citizen's openid in this account.
    package var sender: String
    /// The account (`gh_…`), which an answer comes from.
    package var account: String
    package var created: Instant
    /// MsgId of a message; sender, time and event of an event, which has none.
    package var sourceID: String
    package var content: Content
    /// The words began with "新问题" or "new": they belong to no earlier report.
    package var begins = false

    /// Throws a lasting trouble when a field that every message has is missing, or the kind is not known.
    package static func read(_ xml: FlatXML) throws(Trouble) -> WeChatMessage {
        func field(_ name: String) throws(Trouble) -> String {
            guard let text = xml[name]?.trimmed, !text.isEmpty else {
                throw .lasting("微信消息应含 \(name)，没有", "expected \(name) in a WeChat message, found none")
            }
            return text
        }
        guard xml.root == "xml" else {
            throw .lasting("应为微信消息，根元素不是 xml", "expected a WeChat message, found another root than xml")
        }
        let sender = try field("FromUserName")
        let account = try field("ToUserName")
        let time = try field("CreateTime")
        guard time.utf8.count <= 12, let seconds = Int64(time), seconds >= 0 else {
            throw .lasting("CreateTime 应为秒数", "expected CreateTime in seconds, found something else")
        }
        let created = Instant(seconds: seconds)
        let type = try field("MsgType")
        if type == "event" {
            let event = try field("Event")
            let id = [sender, time, event, xml["EventKey"]?.trimmed ?? ""].joined(separator: "|")
            return WeChatMessage(
                sender: sender, account: account, created: created, sourceID: id, content: .event(event))
        }
        let id = try field("MsgId")
        let opening = type == "text" ? words(afterOpening: xml["Content"] ?? "") : nil
        if opening?.isEmpty == true {
            return WeChatMessage(sender: sender, account: account, created: created, sourceID: id, content: .another)
        }
        var submission = try submission(type: type, xml)
        if let opening { submission.text = opening.withoutControls.trimmed }
        submission.language = language(of: submission.text)
        submission.said = created
        submission.people = [Party(contacts: [Contact(kind: .wechat, value: sender)])]
        return WeChatMessage(
            sender: sender, account: account, created: created, sourceID: id, content: .said(submission),
            begins: opening != nil)
    }

    /// What follows "新问题" or "new" at the beginning of a text, without quotes around the word and the colon, comma or
    /// blank after it; empty where it stands alone, nil where a text begins otherwise. "newly" is another word.
    private static func words(afterOpening text: String) -> String? {
        let quotes: Set<Character> = ["“", "”", "\"", "「", "」", "'", "‘", "’"]
        let marks: Set<Character> = [":", "：", ",", "，", "、", ".", "。", ";", "；", "!", "！", "-", "—"]
        let start = text.drop { $0.isWhitespace || quotes.contains($0) }
        for word in ["新问题", "new"] where start.prefix(word.count).lowercased() == word {
            let rest = start.dropFirst(word.count)
            if word == "new", let next = rest.first, next.isASCII, next.isLetter || next.isNumber { continue }
            let said = rest.drop { $0.isWhitespace || quotes.contains($0) || marks.contains($0) }
            return String(said)
        }
        return nil
    }

    /// English for words with a Latin letter and no Chinese character; Chinese otherwise.
    private static func language(of text: String) -> Language {
        var latin = false
        for scalar in text.unicodeScalars {
            if scalar.properties.isIdeographic { return .chinese }
            latin = latin || (scalar.isASCII && scalar.properties.isAlphabetic)
        }
        return latin ? .english : .chinese
    }

    private static func submission(type: String, _ xml: FlatXML) throws(Trouble) -> Submission {
        func text(_ name: String) -> String { (xml[name] ?? "").withoutControls.trimmed }
        func media(_ name: String, _ type: String) throws(Trouble) -> [Attachment] {
            guard let id = xml["MediaId"]?.trimmed, !id.isEmpty else {
                throw .lasting("微信消息应含 MediaId，没有", "expected MediaId in a WeChat message, found none")
            }
            return [Attachment(name: name, type: type, content: .remote(id))]
        }
        switch type {
        case "text": return Submission(text: text("Content"))
        case "image":
            return Submission(text: "［图片］", attachments: try media("图片.jpg", "image/jpeg"))
        case "voice":
            let words = text("Recognition")
            let format = text("Format").isEmpty ? "amr" : text("Format")
            return Submission(
                text: words.isEmpty ? "［语音］" : words,
                attachments: try media(format == "speex" ? "语音.speex" : "语音.amr", "audio/\(format)"),
                remarks: words.isEmpty
                    ? []
                    : [
                        Phrase(
                            zh: "文字是平台对语音的识别", en: "the text is the platform's recognition of a voice message"
                        ).kept
                    ])
        case "video", "shortvideo":
            return Submission(text: "［视频］", attachments: try media("视频.mp4", "video/mp4"))
        case "location": return try location(xml, label: text("Label"))
        case "link":
            let lines = [text("Title"), text("Description"), text("Url")].filter { !$0.isEmpty }
            return Submission(subject: text("Title"), text: lines.joined(separator: "\n"))
        default: throw .lasting("不认识的微信消息类型", "expected a kind of WeChat message that is known, found another")
        }
    }

    /// Location_X is the latitude and Location_Y the longitude, in GCJ-02.
    private static func location(_ xml: FlatXML, label: String) throws(Trouble) -> Submission {
        guard let latitude = Double(xml["Location_X"]?.trimmed ?? ""),
            let longitude = Double(xml["Location_Y"]?.trimmed ?? ""),
            let point = Point(latitude: latitude, longitude: longitude, datum: .gcj02)
        else {
            throw .lasting(
                "Location_X 和 Location_Y 应为度数", "expected Location_X and Location_Y in degrees, found something else")
        }
        let place = Place(text: label.isEmpty ? nil : label, point: point)
        return Submission(text: label.isEmpty ? "［位置］" : "［位置］\(label)", place: place)
    }

    /// The language of the answer.
    package var language: Language {
        if case .said(let submission) = content { submission.language } else { .chinese }
    }

    /// As the ledger takes it. An event is a notice and says no more than its name.
    package var item: Item {
        switch content {
        case .said(let submission): Item(sourceID: sourceID, content: .submission(submission))
        case .another: Item(sourceID: sourceID, content: .notice(.platformEvent, "another"))
        case .event(let name): Item(sourceID: sourceID, content: .notice(.platformEvent, name))
        }
    }
}
