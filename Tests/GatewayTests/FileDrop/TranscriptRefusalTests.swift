import Foundation
import Intake
import Testing

@testable import Gateway

struct TranscriptRefusalTests {
    private func reason(_ bytes: [UInt8], _ name: String = "call.json") -> String? {
        do throws(Trouble) {
            _ = try TranscriptReader().read(bytes, name: name)
            return nil
        } catch {
            #expect(error.kind == .lasting)
            return error.words.kept
        }
    }
    private func reason(_ text: String, _ name: String = "call.json") -> String? { reason(Array(text.utf8), name) }

    @Test("Every prefix of every fixture is read or refused, never more")
    func prefixes() throws {
        for name in try TranscriptFixtures.names() {
            let bytes = try TranscriptFixtures.bytes(name)
            for count in 0..<bytes.count { _ = reason(Array(bytes[..<count]), name) }
        }
    }

    @Test("A JSON form cut short is refused wherever it is cut")
    func cutShort() throws {
        for name in try TranscriptFixtures.names() where name.hasSuffix(".json") && name != "vosk.json" {
            let bytes = try TranscriptFixtures.bytes(name)
            let end = bytes.lastIndex { $0 == 0x7D || $0 == 0x5D } ?? 0
            for count in stride(from: 2, to: end, by: 7) where !name.contains("utf16") {
                #expect(reason(Array(bytes[..<count]), name) != nil, "\(name) cut at \(count)")
            }
        }
    }

    @Test("Changed bytes are read or refused, never more")
    func changed() throws {
        var random = SystemRandomNumberGenerator()
        for name in try TranscriptFixtures.names() {
            let bytes = try TranscriptFixtures.bytes(name)
            for _ in 0..<60 {
                var other = bytes
                for _ in 0..<Int.random(in: 1...6, using: &random) {
                    other[Int.random(in: 0..<other.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
                }
                _ = reason(other, name)
            }
        }
    }

    @Test("What is no transcript is refused with a reason that says what was expected")
    func refused() {
        #expect(reason("", "a.txt") == "文件为空 ‖ the file is empty")
        #expect(reason(" \n\n", "a.txt")?.contains("holds no words") == true)
        #expect(reason("[]")?.contains("holds no words") == true)
        #expect(reason("WEBVTT\n\n", "a.vtt")?.contains("holds no words") == true)
        #expect(reason("{\"turns\": []}")?.contains("holds no words") == true)
        #expect(reason("{\"a\": 1}")?.contains("no known form") == true)
        #expect(reason("hello")?.contains("JSON") == true)
        #expect(reason("{\"turns\": [{\"text\": \"x\"}")?.contains("cut short") == true)
        #expect(reason("{\"format\": \"intake.transcript/9\", \"turns\": [{\"text\": \"x\"}]}")?.contains("/1") == true)
        #expect(reason("<!DOCTYPE html><p>Bad gateway</p>", "a.txt")?.contains("mark-up") == true)
        #expect(reason([0x7F, 0x45, 0x4C, 0x46, 1, 2, 3, 0, 0, 0], "a.txt") != nil)
        #expect(reason((0..<4000).map { _ in UInt8.random(in: 0x80...0xFF) }, "a.txt") != nil)
    }

    @Test("JSON that is too deep or too wide is refused before it is built")
    func bounds() {
        #expect(reason(String(repeating: "[", count: 200_000))?.contains("deeper than") == true)
        #expect(
            reason("{\"turns\": [" + String(repeating: "[],", count: 1_000_001) + "{}]}")?.contains("more than")
                == true)
    }

    @Test("A file with more turns or words than a call can have is refused")
    func tooMany() {
        #expect(reason(String(repeating: "A:x\n", count: 200_000), "a.txt")?.contains("one telephone call") == true)
        #expect(reason("市民：" + String(repeating: "灯", count: 400_000), "a.txt")?.contains("one telephone call") == true)
    }

    @Test("A damaged byte in UTF-8 costs one character, and the ticket says so")
    func damaged() throws {
        var bytes = Array("市民：幸福路的路灯坏了三天了，晚上很黑。".utf8)
        bytes[20] = 0xFF
        let transcript = try TranscriptReader().read(bytes, name: "a.txt")
        #expect(transcript.utterances.first?.text.hasSuffix("晚上很黑。") == true)
        #expect(transcript.remarks.contains { if case .damagedCharacters = $0 { true } else { false } })
    }

    @Test("Marks that turn the reading direction and control characters are dropped")
    func hidden() throws {
        let transcript = try TranscriptReader().read(
            Array("{\"turns\":[{\"text\":\"路\\u202e灯\\u0000坏\\n了\"}]}".utf8), name: "a")
        #expect(transcript.utterances.first?.text == "路灯坏 了")
    }

    @Test("Half of a surrogate pair costs one character, wherever it stands, and whole pairs stay")
    func surrogates() throws {
        let text = #"{"turns":[{"text":"路\ud800灯\ud83d\ude00坏\\ud800了\udc00"},{"text":"\uD83D"}]}"#
        let transcript = try TranscriptReader().read(Array(text.utf8), name: "a")
        #expect(transcript.utterances.first?.text == "路\u{fffd}灯😀坏\\ud800了\u{fffd}")
        for end in 0..<text.utf8.count { _ = JSONFrame.mended(Data(text.utf8.prefix(end))) }
        #expect(JSONFrame.mended(Data(#"\u\ud8\"#.utf8)) == Data(#"\u\ud8\"#.utf8))
        #expect(try CallFacts(Array(#"{"agent":"a\udead","caller":"13800138000"}"#.utf8)).caller == "13800138000")
    }
}
