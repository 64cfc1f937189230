import Intake

/// Our own documented form, for products that can be told what to write:
///
///     {"format": "intake.transcript/1",
///      "call": {"call_id": "20260105-000123", "caller": "13800138000", "callee": "12345",
///               "start": "2026-01-05T09:24:00+08:00", "end": "2026-01-05T09:27:31+08:00",
///               "agent": "8021", "recording": "https://rec.example.cn/20260105-000123.wav"},
///      "turns": [{"side": "agent", "start": 0, "end": 2900, "text": "您好，12345热线，请讲。"},
///                {"side": "citizen", "start": 3100, "end": 9000, "text": "幸福路的路灯坏了。"}]}
///
/// `turns` is what it is known by. Of a turn only `text` must be there; `side` is "citizen", "agent" or absent,
/// `speaker` a label, `channel` a number, `start` and `end` milliseconds from the start of the call. `call` is optional
/// and holds what a side-car may hold (`CallFacts`); a side-car beside the file wins, key by key.
enum OwnForm: JSONForm {
    static let format = Transcript.Format.intake
    static let version = "intake.transcript/1"

    static func matches(_ object: JSONObject) -> Bool { object.list("turns") != nil }

    static func read(_ object: JSONObject, into speech: inout Speech) throws(Trouble) {
        if let written = object.text("format"), written != version {
            throw .unreadable(
                "\"format\" 应为 \"\(version)\"，请更新网关或发送方",
                "expected \"format\": \"\(version)\"; update the gateway or the sender")
        }
        guard let turns = object.list("turns") else { return }
        for turn in turns {
            try speech.add(
                Utterance(
                    speaker: turn.text("speaker"), channel: turn.number("channel").flatMap { Int(exactly: $0) },
                    side: turn.text("side").flatMap { Turn.Side(rawValue: $0.lowercased()) } ?? .unknown,
                    start: SpeechTime.milliseconds(turn.number("start")),
                    end: SpeechTime.milliseconds(turn.number("end")), text: turn.text("text") ?? ""))
        }
    }

    static func facts(_ object: JSONObject) throws(Trouble) -> CallFacts? {
        guard let key = object.spellings(of: "call").first(where: { !object.isNull($0) }) else { return nil }
        guard let call = object.object(key) else {
            var facts = CallFacts()
            facts.doubt()
            return facts
        }
        return CallFacts(call)
    }
}
