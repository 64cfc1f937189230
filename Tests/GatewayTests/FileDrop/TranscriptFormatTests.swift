import Gateway
import Intake
import Testing

struct TranscriptFormatTests {
    static let citizen = [
        "你好，幸福路和建设街路口的路灯坏了三天了。", "东侧，靠近公交站，晚上很黑，老人摔倒过。",
    ]
    static let agent = ["您好，12345热线，请问有什么可以帮您？", "请问是哪一侧的路灯？", "好的，已为您登记。"]
    static let spoken = [agent[0], citizen[0], agent[1], citizen[1], agent[2]]
    static let starts: [Int64?] = [0, 3400, 10100, 12300, 16400]

    @Test(
        "Each Chinese form is told by its content, keeps turns, speakers and times",
        arguments: [
            ("own.json", .intake, []), ("iflytek.json", .iflytek, ["1", "2"]),
            ("iflytek-wrapped.json", .iflytek, ["1", "2"]), ("aliyun.json", .aliyun, []),
            ("dashscope.json", .dashscope, []), ("whisper.json", .whisper, []),
            ("whisper-diarized.json", .whisper, ["SPEAKER_00", "SPEAKER_01"]), ("vosk.json", .vosk, []),
            ("voices.vtt", .webvtt, ["坐席", "市民"]), ("labels.vtt", .webvtt, ["坐席", "市民"]),
            ("numbered.srt", .srt, ["坐席", "市民"]), ("unnumbered.srt", .srt, ["坐席", "市民"]),
            ("call.sbv", .sbv, ["坐席", "市民"]), ("header.csv", .csv, ["坐席", "市民"]), ("channels.csv", .csv, []),
            ("whisper.tsv", .tsv, []), ("whisper.csv", .csv, []),
        ] as [(String, Transcript.Format, [String])])
    func chinese(_ name: String, _ format: Transcript.Format, _ speakers: [String]) throws {
        let transcript = try TranscriptFixtures.read(name)
        #expect(transcript.format == format)
        #expect(transcript.utterances.map(\.text) == Self.spoken)
        #expect(transcript.utterances.map(\.start) == Self.starts)
        #expect(transcript.utterances.allSatisfy { ($0.end ?? 0) > ($0.start ?? 0) })
        #expect(Set(transcript.utterances.compactMap(\.speaker)) == Set(speakers))
        #expect(transcript.remarks.isEmpty)
    }

    @Test(
        "Plain text keeps its turns with and without labels, times and notes",
        arguments: [
            ("labels.txt", ["坐席", "市民"], 0), ("clock.txt", ["坐席8021", "市民王女士"], 0), ("bars.txt", ["A", "B"], nil),
            ("no-labels.txt", [], nil), ("labels.gbk.txt", ["坐席", "市民"], 0),
            ("labels.utf16le.txt", ["坐席", "市民"], 0), ("labels.utf16be.txt", ["坐席", "市民"], 0),
            ("labels.utf16le-nomark.txt", ["坐席", "市民"], 0),
        ] as [(String, [String], Int64?)])
    func plain(_ name: String, _ speakers: [String], _ start: Int64?) throws {
        let transcript = try TranscriptFixtures.read(name)
        #expect(transcript.format == .plain)
        #expect(transcript.utterances.map(\.text) == Self.spoken)
        #expect(transcript.utterances.first?.start == start)
        #expect(Set(transcript.utterances.compactMap(\.speaker)) == Set(speakers))
    }

    @Test(
        "AWS and Google results give the same turns in each of their shapes",
        arguments: [
            ("aws.json", .aws, ["spk_0", "spk_1"], [0, 3100, 6500, 8000]),
            ("aws-segments.json", .aws, ["spk_0", "spk_1"], [0, 3100, 6500, 8000]),
            ("google.json", .google, ["1", "2"], [0, 3100, 6500, 8000]),
            ("google-channels.json", .google, [], [0, 3100, 6500, 8000]),
        ] as [(String, Transcript.Format, [String], [Int64])])
    func english(_ name: String, _ format: Transcript.Format, _ speakers: [String], _ starts: [Int64]) throws {
        let transcript = try TranscriptFixtures.read(name)
        #expect(transcript.format == format)
        #expect(
            transcript.utterances.map(\.text) == [
                "Thank you for calling, how may I help you?", "The street light at 5 Elm Street is out.",
                "Since when?", "Since Monday. It is very dark.",
            ])
        #expect(transcript.utterances.map(\.start) == starts)
        #expect(Set(transcript.utterances.compactMap(\.speaker)) == Set(speakers))
    }

    @Test("An AWS result by channel is put into the order it was spoken in")
    func channels() throws {
        let transcript = try TranscriptFixtures.read("aws-channels.json")
        #expect(transcript.utterances.map(\.channel) == [0, 1, 0, 1, 1])
        #expect(transcript.utterances.last?.text == "It is very dark.")
    }

    @Test("A four-byte GB18030 character is read")
    func gb18030() throws {
        let transcript = try TranscriptFixtures.read("labels.gb18030.txt")
        #expect(transcript.utterances[1].text.contains("幸福路䶮和"))
    }

    @Test("JSON is read in GBK and UTF-16 too", arguments: ["own.gbk.json", "own.utf16.json"])
    func encodings(_ name: String) throws {
        #expect(try TranscriptFixtures.read(name) == TranscriptFixtures.read("own.json"))
    }

    @Test("A colon inside a sentence makes no speaker")
    func colon() throws {
        let text = "你好，我要反映路灯问题\n地址：幸福路12号\n时间: 12:30\n网址 http://a.cn/b"
        let transcript = try TranscriptReader().read(Array(text.utf8), name: "a.txt")
        #expect(transcript.utterances.allSatisfy { $0.speaker == nil })
        #expect(transcript.utterances.map(\.text) == text.split(separator: "\n").map(String.init))
    }

    @Test(
        "The unit of a table's times is told by its header or its values",
        arguments: [
            ("start_ms,end_ms,text", "1500,2500"), ("start_s,end_s,text", "1.5,2.5"), ("start,end,text", "1500,2500"),
            ("start,end,text", "1.5,2.5"), ("Begin (sec),End (sec),Content", "1.500,2.500"),
            ("开始（秒）,结束（秒）,内容", "1.5,2.5"), ("start,end,text", "00:00:01.500,00:00:02.500"),
        ])
    func units(_ header: String, _ times: String) throws {
        let text = "\(header)\n\(times),路灯坏了\n"
        let transcript = try TranscriptReader().read(Array(text.utf8), name: "a.csv")
        #expect(transcript.utterances == [Utterance(start: 1500, end: 2500, text: "路灯坏了")])
    }
}
