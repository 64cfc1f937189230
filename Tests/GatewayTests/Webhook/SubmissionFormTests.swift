import Foundation
import Gateway
import Intake
import Testing

@Suite("One report in our JSON form")
struct SubmissionFormTests {
    static func problems(_ text: String) -> [String] {
        do {
            _ = try SubmissionForm.read(try JSONValue.read(Array(text.utf8)))
            return []
        } catch let problems as FieldProblems {
            return problems.all.map { "\($0.field): \($0.code)" }
        } catch {
            return ["\(error)"]
        }
    }

    @Test("Text alone is a report, and null counts as absent")
    func least() throws {
        let item = try JSONValue.read(Array(#"{"text":"井盖丢失","place":null,"contact":{"phone":null}}"#.utf8))
        let form = try SubmissionForm.read(item)
        #expect(form.id == nil)
        #expect(form.submission == Submission(text: "井盖丢失"))
    }

    @Test(
        "Each wrong field is named with what is wrong about it",
        arguments: [
            ("{}", "text: missing"), (#"{"text":" \n "}"#, "text: missing"), (#"{"text":7}"#, "text: wrong-type"),
            (#"{"text":["a"]}"#, "text: wrong-type"), ("[]", ": wrong-type"), ("null", ": wrong-type"),
            (#"{"text":"a","text":"b"}"#, "text: twice"), (#"{"text":"a","kind":"noise"}"#, "kind: unknown-value"),
            (#"{"text":"a","place":"here"}"#, "place: wrong-type"),
            (#"{"text":"a","place":{"lat":91,"lon":0}}"#, "place.lat: malformed"),
            (#"{"text":"a","place":{"lat":"1e400","lon":0}}"#, "place.lat: malformed"),
            (#"{"text":"a","place":{"lat":39.9}}"#, "place.lon: missing"),
            (#"{"text":"a","place":{"lat":true,"lon":1}}"#, "place.lat: wrong-type"),
            (#"{"text":"a","place":{"lat":1,"lon":1,"datum":"BD-09"}}"#, "place.datum: unknown-value"),
            (#"{"text":"a","place":{},"location":{}}"#, "location: twice"),
            (#"{"text":"a","contact":{"phone":"x"}}"#, "contact.phone: malformed"),
            (#"{"text":"a","contact":{"mail":"nobody"}}"#, "contact.mail: malformed"),
            (#"{"text":"a","anonymous":"yes"}"#, "anonymous: wrong-type"),
            (#"{"text":"a","said":"2024-01-01T08:00:00"}"#, "said: malformed"),
            (#"{"text":"a","attachments":[{}]}"#, "attachments[0].url: missing"),
            (#"{"text":"a","attachments":[{"url":"http://a.cn/x"}]}"#, "attachments[0].url: malformed"),
            (#"{"text":"a","attachments":[{"url":"https://u@a.cn/x"}]}"#, "attachments[0].url: malformed"),
            (
                #"{"text":"a","attachments":[{"url":"https://a.cn/x","sha256":"12"}]}"#,
                "attachments[0].sha256: malformed"
            ),
            (#"{"text":"a","attachments":["https://a.cn/x"]}"#, "attachments[0]: wrong-type"),
            (#"{"text":"a","id":{"n":1}}"#, "id: wrong-type"),
        ])
    func wrong(_ text: String, _ expected: String) {
        #expect(Self.problems(text) == [expected])
    }

    @Test("All complaints come at once, in both languages, and none repeats what was sent")
    func all() throws {
        let item = try JSONValue.read(Array(#"{"kind":"秘密","contact":{"phone":"秘密"},"urgent":"秘密"}"#.utf8))
        let problems = #expect(throws: FieldProblems.self) { try SubmissionForm.read(item) }
        #expect(problems?.all.map(\.field).sorted() == ["contact.phone", "kind", "text", "urgent"])
        #expect(problems?.phrase.en.contains("text is missing") == true)
        #expect(problems?.phrase.zh.contains("缺少 text") == true)
        #expect(problems?.phrase.zh.contains("秘密") == false)
    }

    @Test("Lengths are bounded in bytes")
    func lengths() {
        let text = String(repeating: "路", count: 262_144 / 3 + 1)
        #expect(Self.problems(#"{"text":"\#(text)"}"#) == ["text: too-long"])
        #expect(Self.problems(#"{"text":"a","subject":"\#(text)"}"#) == ["subject: too-long"])
        let many = String(repeating: #"{"url":"https://a.cn/x"},"#, count: 20) + #"{"url":"https://a.cn/x"}"#
        #expect(Self.problems(#"{"text":"a","attachments":[\#(many)]}"#) == ["attachments: too-many"])
    }

    @Test("An anonymous report keeps no contact, and says so to the operator")
    func anonymous() throws {
        let item = try JSONValue.read(Array(#"{"text":"a","anonymous":true,"contact":{"phone":"110119"}}"#.utf8))
        let submission = try SubmissionForm.read(item).submission
        #expect(submission.people.isEmpty)
        #expect(submission.remarks.count == 1)
    }

    @Test(
        "Times with their zone are read to the millisecond",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2024-02-29T12:00:00Z", 1_709_208_000_000),
            ("2024-01-01T08:00:00.25+08:00", 1_704_067_200_250), ("2023-12-31 19:00:00-0500", 1_704_067_200_000),
            ("1970-01-01T00:00:00.9999Z", 999), ("2016-12-31T23:59:60Z", 1_483_228_799_000),
        ])
    func times(_ text: String, _ milliseconds: Int64) {
        #expect(Instant(text: text)?.milliseconds == milliseconds)
    }

    @Test(
        "What is no time is told apart",
        arguments: [
            "", "2024", "2024-02-30T00:00:00Z", "2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z", "2024-01-01T24:00:00Z",
            "2024-01-01T00:00:00", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00+8", "2024-01-01T00:00:00Zx",
            "２０２４-01-01T00:00:00Z", "2024-01-01T00:00:00.1234567890123Z",
        ])
    func noTimes(_ text: String) {
        #expect(Instant(text: text) == nil)
    }
}
