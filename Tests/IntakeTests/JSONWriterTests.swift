import Foundation
import Testing

@testable import Intake

@Suite("JSON as we write it for ourselves") struct JSONWriterTests {
    private func again<Value: Codable & Equatable>(_ value: Value) throws {
        let bytes = try JSON.encode(value)
        #expect(try JSON.decode(Value.self, bytes) == value)
        // Nothing is lost or added against what Foundation writes.
        let ours = try JSONSerialization.jsonObject(with: bytes, options: .fragmentsAllowed) as? NSObject
        let theirs =
            try JSONSerialization.jsonObject(
                with: JSONEncoder().encode(value), options: .fragmentsAllowed) as? NSObject
        #expect(ours == theirs)
    }

    private struct Odd: Codable, Equatable {
        enum Either: Codable, Equatable {
            case none
            case number(Int)
            case pair(left: String, right: Double?)
        }
        struct Empty: Codable, Equatable {}
        var bytes = Data([0, 255, 7])
        var empty = Empty()
        var list: [Either] = [.none, .number(-3), .pair(left: "a", right: nil), .pair(left: "", right: 0.1)]
        var lists: [[Int8]] = [[], [1], [-128, 127]]
        var names = ["b": "2", "a": "\u{1}\u{1F}\"\\/\n\r\t中文\u{2028}😀"]
        var large = UInt64.max
        var small = -1.5e-300
        var flag: Bool?
        var maybe: [String?] = [nil, "x"]
    }

    @Test("Every shape of value reads back as it was, and as Foundation writes it")
    func shapes() throws {
        try again(Odd())
        try again("a \"text\" alone")
        try again([String]())
        try again(["zh": "中"])
    }

    @Test("Reports, with files, calls and places, read back")
    func reports() throws {
        try again(Submission(text: "路灯不亮"))
        try again(
            Submission(
                kind: .complaint, subject: "路灯", text: "第一行\n\"引号\"", category: "0203",
                place: Place(
                    text: "滨江路", area: "110105", point: Point(latitude: 39.9, longitude: -0.000_01, datum: .gcj02)),
                urgent: true,
                attachments: [
                    Attachment(name: "a.jpg", type: "image/jpeg", content: .remote("https://example.cn/a")),
                    Attachment(name: "b.jpg", type: "image/jpeg", content: .kept(BlobID(hex: "ab"))),
                ], said: Instant(milliseconds: 1_790_000_000_123),
                call: Call(turns: [Turn(side: .citizen, speaker: "1", start: 0, end: 10, text: "喂")]),
                language: .english,
                remarks: ["a", "b"]))
    }

    @Test("Equal values have equal bytes, members in the order of the keys of a dictionary")
    func order() throws {
        let names = Dictionary(uniqueKeysWithValues: (0..<50).map { ("k\($0)", "\($0)") })
        #expect(try JSON.encode(names) == JSON.encode(Dictionary(uniqueKeysWithValues: names.shuffled())))
        #expect(String(decoding: try JSON.encode(["b": "/", "a": "1"]), as: UTF8.self) == #"{"a":"1","b":"/"}"#)
    }

    @Test("A number that is not finite is refused")
    func finite() { #expect(throws: Trouble.self) { try JSON.encode([Double.nan]) } }
}
