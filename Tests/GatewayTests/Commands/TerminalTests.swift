import Foundation
import HTTPTypes
import Intake
import Testing

@testable import Gateway

@Suite("What is shown and logged steers nothing")
struct TerminalTests {
    private static let hostile = "a\u{202E}b\u{9B}2Jc\u{2028}d\u{1B}[31me\u{E0001}f"

    @Test("JSON for scripts reads the same and holds nothing that turns or colours a terminal")
    func json() throws {
        let json = String(decoding: try JSON.encode(["name": Self.hostile, "文": "路灯😀"]), as: UTF8.self)
        let escaped = Terminal.escaped(json)
        #expect(!escaped.unicodeScalars.contains(where: Terminal.steers))
        #expect(escaped.contains("\\u202e") && escaped.contains("\\u009b") && escaped.contains("路灯😀"))
        let read = try JSON.decode([String: String].self, Data(escaped.utf8))
        #expect(read == ["name": Self.hostile, "文": "路灯😀"])
    }

    @Test("A value of a log line holds no control of either set and no change of direction")
    func journal() {
        let quoted = Journal.quoted(Self.hostile)
        #expect(!quoted.unicodeScalars.contains(where: Terminal.steers) && quoted.hasPrefix("\"a b 2Jc"))
        #expect(Journal.quoted("plain") == "plain" && Journal.quoted("路灯") == "路灯" && Journal.quoted("") == "\"\"")
    }

    @Test("A wait is rounded up wherever Retry-After is said")
    func retryAfter() {
        let trouble = Trouble.passing("busy", retryAfter: .milliseconds(1_500))
        #expect(HookAnswer.later(trouble).headers[.retryAfter] == "2")
        #expect(Problem.later(trouble).headers[.retryAfter] == "2")
        #expect(HookAnswer.later(.passing("busy", retryAfter: .zero)).headers[.retryAfter] == "1")
    }

    @Test("Hexadecimal is read as it was written, and nothing else is")
    func hexadecimal() {
        #expect(Data(hex: "00ffA0") == Data([0, 255, 160]) && Data([0, 255, 160]).hex == "00ffa0")
        for text in ["0", "0g", "+f", " 0", "０0", "é0"] { #expect(Data(hex: text) == nil, "\(text)") }
    }
}
