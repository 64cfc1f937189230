import Foundation
import Gateway
import Intake
import Testing

@Suite("The body of a webhook")
struct WebhookBodyTests {
    static func full(here: String = #filePath) throws -> [UInt8] {
        let tests = URL(fileURLWithPath: here).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return Array(try Data(contentsOf: tests.appendingPathComponent("Fixtures/webhook/full.json")))
    }

    static func read(_ text: String) throws -> [Item] { try WebhookBody.read(Array(text.utf8), id: "msg_1") }

    static func submission(_ item: Item?) throws -> Submission {
        guard case .submission(let submission)? = item?.content else { throw Trouble.lasting("no submission") }
        return submission
    }

    static func reason(_ item: Item?) -> String? {
        guard case .unreadable(let reason)? = item?.content else { return nil }
        return Phrase(kept: reason).en
    }

    @Test("Every field of a full item arrives")
    func every() throws {
        let items = try WebhookBody.read(try Self.full(), id: "msg_1")
        #expect(items.map(\.sourceID) == ["12345678901234567890"])
        let submission = try Self.submission(items.first)
        #expect(submission.kind == .complaint)
        #expect(submission.subject == "路灯不亮")
        #expect(submission.text == "幸福路12号门前路灯三天不亮，\n老人晚上不敢出门。")
        #expect(submission.category == "0203")
        let point = Point(latitude: 39.9, longitude: 116.4, datum: .gcj02)
        #expect(submission.place == Place(text: "幸福路12号", area: "110105", point: point))
        #expect(submission.confidential)
        #expect(submission.urgent)
        #expect(submission.language == .english)
        #expect(submission.said == Instant(milliseconds: 1_704_067_200_250))
        #expect(submission.consent == "2024-1")
        #expect(submission.followsUp == "20240101-000042")
        #expect(submission.remarks == ["不认识的字段：emial ‖ fields not understood: emial"])
        let contacts = [Contact(kind: .phone, value: "13800138000"), Contact(kind: .mail, value: "wang@example.cn")]
        #expect(submission.people == [Party(name: "王芳", contacts: contacts)])
        #expect(submission.attachments.map(\.name) == ["lamp.jpg", "夜里.mp4"])
        #expect(submission.attachments.map(\.type) == ["image/jpeg", "video/mp4"])
        guard case .remote(let remote)? = submission.attachments.first?.content else {
            Issue.record("the first attachment is not remote")
            return
        }
        let file = RemoteFile(text: remote)
        #expect(file.address == "https://files.example.cn/a/lamp.jpg?x=1")
        #expect(file.digest == "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
    }

    @Test("An item never hides behind an id that another chose for itself")
    func hiding() throws {
        let first = try Self.read(#"{"data":[{"id":"msg_1#1","text":"a"},{"text":"b"},{"id":"msg_1#1","text":"c"}]}"#)
        #expect(first.map(\.sourceID) == ["msg_1#1", "msg_1#1#", "msg_1#2"])
        let second = try Self.read(#"{"data":[{"text":"a"},{"id":"msg_1#0","text":"b"}]}"#)
        #expect(second.map(\.sourceID) == ["msg_1#0", "msg_1#0#"])
        #expect(try Self.submission(second.last).text == "b")
    }

    @Test("The sample of the reference, with its location, is read")
    func sample() throws {
        let text = """
            {"type":"intake.submitted","timestamp":"2024-01-01T00:00:00Z","data":{"channel":"web","text":"路灯不亮",\
            "contact":{"phone":"13800138000"},"location":{"lat":39.9,"lon":116.4,"datum":"GCJ-02"},\
            "attachments":[{"url":"https://a.example/x","sha256":null,"mime":"image/jpeg"}]}}
            """
        let submission = try Self.submission(try Self.read(text).first)
        #expect(submission.place.point?.datum == .gcj02)
        #expect(submission.attachments.count == 1)
    }

    @Test("One bad item is unreadable alone; its neighbours pass and keep their own ids", arguments: [true, false])
    func neighbours(_ bare: Bool) throws {
        let list = """
            [{"text":"一"},{"text":2},{"id":"own","text":"三"},{"place":{"lat":200,"lon":0},"text":"四"},7,\
            {"id":"own","text":"六"}]
            """
        let items = try Self.read(#"{"data":\#(bare ? list : #"{"items":\#(list)}"#)}"#)
        #expect(items.map(\.sourceID) == ["msg_1#0", "msg_1#1", "own", "msg_1#3", "msg_1#4", "msg_1#5"])
        #expect(items.map { Self.reason($0) != nil } == [false, true, false, true, true, true])
        #expect(Self.reason(items[1]) == "text should be text, not a number")
    }

    @Test("A list of one has a position in its id, a single item has not")
    func single() throws {
        #expect(try Self.read(#"{"data":{"text":"a"}}"#).map(\.sourceID) == ["msg_1"])
        #expect(try Self.read(#"{"data":[{"text":"a"}]}"#).map(\.sourceID) == ["msg_1#0"])
    }

    @Test(
        "A body that is not ours as a whole is a lasting trouble",
        arguments: [
            "", "[]", "{}", "路灯", #"{"data":null}"#, #"{"data":"text"}"#, #"{"data":[]}"#, #"{"data":{"items":{}}}"#,
            #"{"type":"ping","data":{"text":"a"}}"#, #"{"data":{"text":"a"},"data":{"text":"b"}}"#,
            #"{"test": 2432232314}"#, #"{"event_type":"ping","data":"#,
        ])
    func whole(_ text: String) {
        let trouble = #expect(throws: Trouble.self) { try Self.read(text) }
        #expect(trouble?.kind == .lasting)
    }

    @Test("A thousand items pass, one more is refused")
    func many() throws {
        let thousand = Array(repeating: #"{"text":"a"}"#, count: 1000).joined(separator: ",")
        #expect(try Self.read(#"{"data":[\#(thousand)]}"#).count == 1000)
        #expect(throws: Trouble.self) { try Self.read(#"{"data":[\#(thousand),{"text":"a"}]}"#) }
    }
}
