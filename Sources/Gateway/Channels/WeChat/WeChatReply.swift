import Foundation
import Intake

/// What a citizen reads at once in answer to a message (WeChat: "passive reply", text of 2,048 bytes at most).
enum WeChatReply: Sendable, Equatable {
    /// `by`: when there is an answer at the latest, as it is told; empty where no limit is set.
    case received(TicketNumber, code: String, by: String)
    case added(TicketNumber)
    /// Kept, but a person must read it.
    case unread
    /// After following the account.
    case welcome
    /// After asking for another report.
    case another
    /// Nothing to say.
    case none

    func words(_ language: Language) -> String {
        switch self {
        case .received(let number, let code, let by):
            Phrase(
                zh: """
                    已收到，编号 \(number)，查询码 \(code)。
                    我们会转交有关部门办理\(by.isEmpty ? "" : "，\(by)答复")。接着发来的文字、图片、语音和位置会补充到同一件事里；反映另一个问题，请先发送“新问题”。
                    """,
                en: """
                    Received. Number \(number), look-up code \(code).
                    It goes to the department in charge\(by.isEmpty ? "" : "; you have an answer \(by)"). Words, pictures, voice and places you send next are added to this \
                    report; to report something else, first send "new".
                    """)[language]
        case .added(let number):
            Phrase(
                zh: "已补充到 \(number)。反映另一个问题，请先发送“新问题”。",
                en: "Added to \(number). To report something else, first send \"new\".")[language]
        case .unread:
            Phrase(
                zh: "已收到，但系统没有读懂这条消息，会由工作人员查看。也可以用文字再说一遍。",
                en:
                    "Received, but the system could not read this message; a person will look at it. You may also say it "
                    + "again in words.")[language]
        case .welcome:
            Phrase(
                zh: """
                    您好！请直接发送文字、图片、语音或位置，说明发生了什么、在哪里，我们会登记并转交有关部门。紧急情况请拨打 110、119、120。
                    You can also write in English.
                    """,
                en: """
                    Hello! Send words, pictures, voice or a place: what happened, and where. In an emergency call 110, 119 \
                    or 120.
                    """)[language]
        case .another:
            Phrase(zh: "好的，请说明新的问题和地点。", en: "Please tell what happened, and where.")[language]
        case .none: ""
        }
    }

    static let longest = 2_048

    /// The plain XML of the answer; nil where there is nothing to say. `emergency` stands first: numbers to call at once.
    func xml(
        to citizen: String, from account: String, language: Language, emergency: [EmergencyNotice] = [], now: Instant
    ) -> String? {
        if self == .none { return nil }
        let lines = emergency.map { $0.message[language] } + [words(language)]
        var text = lines.joined(separator: "\n")
        while text.utf8.count > Self.longest { text.removeLast() }
        return "<xml><ToUserName>\(Self.data(citizen))</ToUserName><FromUserName>\(Self.data(account))</FromUserName>"
            + "<CreateTime>\(now.milliseconds / 1000)</CreateTime><MsgType><![CDATA[text]]></MsgType>"
            + "<Content>\(Self.data(text))</Content></xml>"
    }

    /// The XML around a sealed answer.
    static func xml(_ parts: TencentEnvelope.Parts) -> String {
        "<xml><Encrypt>\(data(parts.encrypted))</Encrypt><MsgSignature>\(data(parts.signature))</MsgSignature>"
            + "<TimeStamp>\(parts.timestamp)</TimeStamp><Nonce>\(data(parts.nonce))</Nonce></xml>"
    }

    /// CDATA, whatever the text holds.
    private static func data(_ text: String) -> String {
        "<![CDATA[\(text.replacing("]]>", with: "]]]]><![CDATA[>"))]]>"
    }
}
