import Gateway
import Intake
import Testing

@Suite("Messages and events of a WeChat official account")
struct WeChatMessageTests {
    static func xml(_ type: String, _ rest: String, id: String = "<MsgId>23456789012345678</MsgId>") -> String {
        """
        <xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[oAbc]]></FromUserName>\
        <CreateTime>1700000000</CreateTime><MsgType><![CDATA[\(type)]]></MsgType>\(rest)\(id)</xml>
        """
    }
    static let location = xml(
        "location",
        """
        <Location_X>39.908</Location_X><Location_Y>116.397</Location_Y><Scale>15</Scale>\
        <Label><![CDATA[北京市东城区长安街]]></Label>
        """)

    static func read(_ text: String) throws -> WeChatMessage {
        try WeChatMessage.read(try FlatXML.read(Array(text.utf8)))
    }

    static func said(_ type: String, _ rest: String) throws -> Submission {
        let message = try read(xml(type, rest))
        #expect(message.sender == "oAbc")
        #expect(message.account == "gh_1")
        #expect(message.sourceID == "23456789012345678")
        guard case .said(let submission) = message.content else { throw Trouble.lasting("an event") }
        #expect(submission.said == Instant(seconds: 1_700_000_000))
        #expect(submission.people == [Party(contacts: [Contact(kind: .wechat, value: "oAbc")])])
        return submission
    }

    @Test("Text is what happened") func text() throws {
        let submission = try Self.said("text", "<Content><![CDATA[ 路灯不亮 ]]></Content>")
        #expect(submission.text == "路灯不亮")
        #expect(submission.attachments.isEmpty)
    }

    @Test(
        "Pictures, voices and videos are files left with the platform",
        arguments: [
            ("image", "<PicUrl>http://p/1</PicUrl>", "image/jpeg", "［图片］"),
            ("voice", "<Format>amr</Format>", "audio/amr", "［语音］"),
            ("voice", "<Format>speex</Format><Recognition><![CDATA[]]></Recognition>", "audio/speex", "［语音］"),
            ("voice", "<Format>amr</Format><Recognition><![CDATA[井盖丢了]]></Recognition>", "audio/amr", "井盖丢了"),
            ("video", "<ThumbMediaId>t</ThumbMediaId>", "video/mp4", "［视频］"),
            ("shortvideo", "<ThumbMediaId>t</ThumbMediaId>", "video/mp4", "［视频］"),
        ])
    func media(_ type: String, _ rest: String, _ media: String, _ text: String) throws {
        let submission = try Self.said(type, rest + "<MediaId><![CDATA[m-1]]></MediaId>")
        #expect(submission.text == text)
        #expect(submission.attachments.map(\.type) == [media])
        #expect(submission.attachments.map(\.content) == [.remote("m-1")])
        #expect(throws: Trouble.self) { try Self.said(type, rest) }
    }

    @Test("A location is a point in GCJ-02 with X as its latitude") func place() throws {
        guard case .said(let submission) = try Self.read(Self.location).content else { return }
        let point = Point(latitude: 39.908, longitude: 116.397, datum: .gcj02)
        #expect(submission.place == Place(text: "北京市东城区长安街", point: point))
        for bad in ["<Location_X>91</Location_X><Location_Y>1</Location_Y>", "<Location_X>x</Location_X>", ""] {
            #expect(throws: Trouble.self) { try Self.said("location", bad) }
        }
    }

    @Test(
        "“新问题” or “new” with more words begins a report of those words; alone it asks for one",
        arguments: [
            ("新问题：幸福路有人打架", "幸福路有人打架"), ("新问题 幸福路有人打架", "幸福路有人打架"), ("“新问题”，井盖丢了。", "井盖丢了。"),
            ("新问题井盖丢了", "井盖丢了"), (" NEW street light", "street light"),
            ("New: a hole\nin the road", "a hole\nin the road"),
            ("new，路灯坏了", "路灯坏了"), ("new路灯坏了", "路灯坏了"), ("新问题", ""), ("“new”.", ""), ("新问题。", ""),
            ("Newly paved", nil), ("news", nil), ("没有新问题", nil), ("路灯不亮", nil), ("", nil),
        ] as [(String, String?)])
    func another(_ text: String, _ said: String?) throws {
        let message = try Self.read(Self.xml("text", "<Content><![CDATA[\(text)]]></Content>"))
        #expect((message.content == .another) == (said == ""))
        guard case .said(let submission) = message.content else { return }
        #expect(message.begins == (said != nil))
        #expect(submission.text == said ?? text)
    }

    @Test("A link is its title, description and address") func link() throws {
        let submission = try Self.said("link", "<Title>题</Title><Description>述</Description><Url>https://a.cn/</Url>")
        #expect(submission.subject == "题")
        #expect(submission.text == "题\n述\nhttps://a.cn/")
    }

    @Test(
        "An event is a notice that says no more than its name, known by sender, time, event and key",
        arguments: ["subscribe", "unsubscribe", "SCAN", "LOCATION", "CLICK", "VIEW", "new_event_2030"])
    func events(_ event: String) throws {
        let rest = "<Event><![CDATA[\(event)]]></Event><EventKey><![CDATA[k]]></EventKey><Latitude>1</Latitude>"
        let message = try Self.read(Self.xml("event", rest, id: ""))
        #expect(message.content == .event(event))
        #expect(message.sourceID == "oAbc|1700000000|\(event)|k")
        guard case .notice(.platformEvent, let text) = message.item.content else {
            Issue.record("no notice")
            return
        }
        #expect(text == event)
    }

    @Test("A textual MsgId, as cloud pushes have, is kept as it is") func ids() throws {
        let text = Self.xml("text", "<Content>a</Content>", id: "<MsgId>49d72d67_1555684067</MsgId>")
        #expect(try Self.read(text).sourceID == "49d72d67_1555684067")
    }

    @Test(
        "A message without what every message has, or of a kind nobody knows, is a lasting trouble",
        arguments: [
            "<xml/>", "<html><MsgType>text</MsgType></html>", xml("hologram", ""),
            xml("text", "<Content>a</Content>", id: ""),
            xml("event", "", id: ""), location.replacing("1700000000", with: "yesterday"),
            location.replacing("oAbc", with: " "),
        ])
    func unreadable(_ text: String) {
        let trouble = #expect(throws: Trouble.self) { try Self.read(text) }
        #expect(trouble?.kind == .lasting)
    }
}
