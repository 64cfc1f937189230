import Foundation
import Gateway
import Intake
import Testing

struct CallReportTests {
    private let report = CallReport(zone: TranscriptFixtures.zone)
    private let citizen = TranscriptFormatTests.citizen.joined(separator: "\n")

    private func facts(_ text: String) throws -> CallFacts { try CallFacts(Array(text.utf8)) }

    private func transcript(_ lines: [(String?, String)]) -> Transcript {
        Transcript(format: .plain, utterances: lines.map { Utterance(speaker: $0.0, text: $0.1) })
    }

    @Test(
        "The caller's words become the text where labels, channels or the greeting tell the sides",
        arguments: [
            "own.json", "iflytek.json", "aliyun.json", "dashscope.json", "whisper-diarized.json", "voices.vtt",
            "numbered.srt", "call.sbv", "header.csv", "channels.csv", "labels.txt", "clock.txt", "bars.txt",
            "labels.gbk.txt",
        ])
    func told(_ name: String) throws {
        let submission = report.submission(try TranscriptFixtures.read(name))
        #expect(submission.text == citizen)
        #expect(submission.call?.turns.map(\.side) == [.agent, .citizen, .agent, .citizen, .agent])
        #expect(submission.remarks.isEmpty)
        #expect(submission.kind == nil)
        #expect(submission.language == .chinese)
    }

    @Test("English calls are told by their greeting too", arguments: ["aws.json", "aws-channels.json", "google.json"])
    func english(_ name: String) throws {
        let submission = report.submission(try TranscriptFixtures.read(name))
        #expect(
            submission.text == "The street light at 5 Elm Street is out.\nSince Monday. It is very dark.")
        #expect(submission.language == .english)
    }

    @Test(
        "Where nothing tells the sides all words are kept and the ticket says so",
        arguments: ["whisper.json", "no-labels.txt", "vosk.json"])
    func unknown(_ name: String) throws {
        let submission = report.submission(try TranscriptFixtures.read(name))
        for words in TranscriptFormatTests.spoken { #expect(submission.text.contains(words)) }
        #expect(submission.remarks == [Remark.sidesUnknown.text])
    }

    @Test("The call facts' channel and speaker win over greeting and label")
    func stated() throws {
        let byChannel = report.submission(
            try TranscriptFixtures.read("aliyun.json"), facts: try facts("{\"agent_channel\": 1}"))
        #expect(byChannel.text.hasPrefix("您好，12345热线"))
        let bySpeaker = report.submission(
            try TranscriptFixtures.read("iflytek.json"), facts: try facts("{\"agent_speaker\": 2}"))
        #expect(bySpeaker.text.hasPrefix("您好，12345热线"))
        let several = report.submission(
            transcript([("1", "请讲"), ("2", "路灯坏了"), ("3", "我是城管")]),
            facts: try facts("{\"agent_speaker\": [\"1\", \"3\"]}"))
        #expect(several.text == "路灯坏了")
    }

    @Test("An agent that the transcript does not know is no reason to turn the sides round")
    func wrongAgent() throws {
        let submission = report.submission(
            try TranscriptFixtures.read("aliyun.json"), facts: try facts("{\"agent_channel\": 2}"))
        #expect(submission.text == citizen)
        #expect(submission.remarks == [Remark.agentNotFound.text])
    }

    @Test("The agent's name in a label tells the side")
    func agentName() throws {
        let submission = report.submission(
            transcript([("李四", "请讲"), ("张三", "路灯坏了")]), facts: try facts("{\"agent\": \"李四\"}"))
        #expect(submission.text == "路灯坏了")
    }

    @Test("A turn without a speaker is kept with the caller's words")
    func half() {
        let submission = report.submission(transcript([("坐席", "您好"), (nil, "喂"), ("市民", "路灯坏了")]))
        #expect(submission.text == "喂\n路灯坏了")
        #expect(submission.remarks == [Remark.someSidesUnknown.text])
    }

    @Test("A call of which only the agent was recognised keeps all words")
    func silentCaller() {
        let submission = report.submission(transcript([("坐席", "您好，请讲"), ("坐席", "您好？")]))
        #expect(submission.text == "您好，请讲您好？")
        #expect(submission.remarks == [Remark.noWordsOfCaller.text])
    }

    @Test("One voice that greets is two people not told apart")
    func oneVoice() {
        let submission = report.submission(transcript([("1", "您好，很高兴为您服务"), ("1", "路灯坏了")]))
        #expect(submission.text == "您好，很高兴为您服务路灯坏了")
        #expect(submission.remarks == [Remark.sidesUnknown.text])
    }

    @Test("The facts of our own form reach the submission")
    func own() throws {
        let submission = report.submission(try TranscriptFixtures.read("own.json"))
        #expect(submission.people == [Party(contacts: [Contact(kind: .phone, value: "13800138000")])])
        #expect(submission.call?.recording == "https://rec.example.cn/20260105-000123.wav")
        #expect(submission.call?.agent == "8021")
        #expect(submission.said == Instant(milliseconds: 1_767_576_240_000))
        #expect(submission.call?.ended == Instant(milliseconds: 1_767_576_451_000))
    }

    @Test("A side-car wins over the file, key by key")
    func sidecar() throws {
        let submission = report.submission(
            try TranscriptFixtures.read("own.json"),
            facts: try facts("{\"caller\": \"010-12345678\", \"confidential\": true}"))
        #expect(submission.people.first?.contacts == [Contact(kind: .phone, value: "01012345678")])
        #expect(submission.confidential)
        #expect(submission.call?.agent == "8021")
    }

    @Test(
        "A withheld or masked number names nobody",
        arguments: ["anonymous", "", "unknown", "未知", "138****8000", "0", "sip:anonymous@anonymous.invalid"])
    func withheld(_ caller: String) throws {
        let submission = report.submission(
            transcript([("市民", "路灯坏了")]), facts: try facts("{\"caller\": \"\(caller)\"}"))
        #expect(submission.people.isEmpty)
    }

    @Test(
        "SIP and tel addresses give their number", arguments: ["sip:13800138000@pbx.example", "tel:+86-138-0013-8000"])
    func sip(_ caller: String) throws {
        let submission = report.submission(
            transcript([("市民", "路灯坏了")]), facts: try facts("{\"caller\": \"\(caller)\"}"))
        #expect(submission.people.first?.contacts.first?.value.hasSuffix("13800138000") == true)
    }

    @Test(
        "Times are read with their zone or in the city's",
        arguments: [
            "2026-01-05T09:24:00+08:00", "2026-01-05T01:24:00Z", "2026-01-05 09:24:00", "2026/1/5 9:24",
            "20260105092400",
            "2026年1月5日 09:24:00", "1767576240", "1767576240000", "2026-01-05T09:24:00.000+0800",
        ])
    func times(_ start: String) throws {
        let submission = report.submission(transcript([("市民", "路灯坏了")]), facts: try facts("{\"start\": \"\(start)\"}"))
        #expect(submission.said == Instant(milliseconds: 1_767_576_240_000))
        #expect(submission.remarks.isEmpty)
    }

    @Test(
        "A time that cannot be read is said on the ticket and costs nothing else",
        arguments: ["gestern", "2026-13-01 00:00:00", "9"])
    func badTime(_ start: String) throws {
        let submission = report.submission(transcript([("市民", "路灯坏了")]), facts: try facts("{\"start\": \"\(start)\"}"))
        #expect(submission.said == nil)
        #expect(submission.remarks == [Remark.timeUnreadable("start").text])
    }

    @Test("A recording that is no web address or path is left out and said so")
    func recording() throws {
        let submission = report.submission(
            transcript([("市民", "路灯坏了")]), facts: try facts("{\"recording\": \"javascript:alert(1)\"}"))
        #expect(submission.call?.recording == nil)
        #expect(submission.remarks == [Remark.recordingRefused.text])
    }

    @Test(
        "Whatever is not clearly a no keeps the caller confidential, and what is not clear either way is said",
        arguments: [
            ("true", true, true), ("1", true, true), ("\"是\"", true, true), ("\"YES\"", true, true),
            ("\"１\"", true, true), ("\"yep\"", true, false), ("2", true, false), ("[]", true, false),
            ("{\"a\":1}", true, false), ("\"-\"", true, false), ("false", false, true), ("0", false, true),
            ("\"No\"", false, true), ("\"否\"", false, true), ("\"\"", false, true), ("null", false, true),
        ])
    func confidential(_ value: String, _ asked: Bool, _ clear: Bool) throws {
        for key in ["confidential", "Confidential", "CONFIDENTIAL"] {
            let own = Data("{\"Call\":{\"\(key)\":\(value)},\"turns\":[{\"text\":\"路灯坏了\"}]}".utf8)
            let read = [
                report.submission(
                    transcript([("市民", "路灯坏了")]), facts: try facts("{\"\(key)\":\(value),\"CALLER\":\"13800138000\"}")),
                report.submission(try TranscriptReader().read(Array(own), name: "a.json")),
            ]
            for submission in read {
                #expect(submission.confidential == asked)
                #expect(submission.remarks.contains(Remark.confidentialityUnclear.text) == !clear)
            }
            #expect(read[0].people.first?.contacts.first?.value == "13800138000")
        }
    }

    @Test(
        "Facts of which a part may be lost keep the caller confidential",
        arguments: [
            "{\"confidential\":true,\"confidential\":false}", "{\"confidential\":false,\"Confidential\":\"x\"}",
            "{\"confi\u{FFFD}ential\":true}",
        ])
    func doubtful(_ text: String) throws {
        let submission = report.submission(transcript([("市民", "路灯坏了")]), facts: try facts(text))
        #expect(submission.confidential)
    }

    @Test("Each remark is whole in both languages")
    func languages() {
        let reason = Phrase(zh: "JSON 不完整", en: "JSON is cut short")
        let remarks: [Remark] = [
            .sidesUnknown, .noWordsOfCaller, .someSidesUnknown, .damagedCharacters(3), .factsUnreadable(reason),
            .confidentialityUnclear, .recordingRefused, .timeUnreadable("start"), .agentNotFound, .callIDUsed(nil),
            .toldAgain,
        ]
        for remark in remarks {
            let read = Phrase(kept: remark.text)
            #expect(read == remark.words && read.zh != read.en)
            #expect(!read.zh.contains("‖") && !read.en.contains("‖") && !read.en.contains("/"))
        }
        #expect(
            Phrase(kept: Remark.factsUnreadable(reason).text).en.hasPrefix("the call facts could not be read"))
    }

    @Test(
        "Call facts that are no JSON object are refused",
        arguments: ["", "[]", "{", "null", "[{}]", "{\"a\":1}{\"b\":2}"])
    func badFacts(_ text: String) {
        #expect(throws: Trouble.self) { try facts(text) }
    }
}
