import Foundation
package import Intake

/// The facts of one call, from the side-car `<name>.meta.json` beside a transcript (or `call` of our own form). Every
/// key is optional and may be written in any letter case, unknown keys are passed over:
///
///     {"call_id": "20260105-000123", "caller": "13800138000", "callee": "12345",
///      "start": "2026-01-05T09:24:00+08:00", "end": "2026-01-05 09:27:31", "agent": "8021",
///      "recording": "https://rec.example.cn/20260105-000123.wav", "agent_channel": 0, "agent_speaker": "1",
///      "confidential": false}
package struct CallFacts: Sendable, Equatable {
    /// The telephone system's own name of the call.
    package var callID: String?
    /// As written: a number, a SIP or tel address, or a word for "withheld".
    package var caller: String?
    package var callee: String?
    /// As written; see `CallTime`.
    package var start: String?
    package var end: String?
    /// The agent's number or name at work.
    package var agent: String?
    /// Address or file name of the recording.
    package var recording: String?
    /// The side of the line the agent is on.
    package var agentChannel: Int?
    /// The agent's labels in the transcript: one string, or several after a call was passed on.
    package var agentSpeakers: [String] = []
    /// 保密: the caller asked the agent to keep their identity from the department.
    package var confidential = false
    /// Whether `confidential` holds only because what stands there is not clearly no.
    package var isConfidentialityUnclear = false

    /// Bytes of a side-car.
    static let largest = 64 << 10

    package init() {}

    /// Reads a side-car of at most 64 KiB. Fails `lasting` if it is not a JSON object.
    package init(_ bytes: [UInt8]) throws(Trouble) {
        guard bytes.count <= CallFacts.largest else {
            throw .unreadable("通话信息超过 64 KiB", "call facts of more than 64 KiB")
        }
        let text = try TextBytes.decode(bytes).text
        let documents = try JSONFrame.documents(in: text)
        guard documents.count == 1, let document = documents.first,
            let file = try? JSONDecoder().decode(File.self, from: JSONFrame.mended(Data(document.utf8)))
        else { throw .unreadable("通话信息应为一个 JSON 对象", "call facts must be one JSON object") }
        self = file.facts
        // Of a key that stands there twice one value is read; and damage may have hit the key.
        let isDamaged = text.unicodeScalars.contains("\u{FFFD}")
        if !confidential, isDamaged || text.lowercased().ranges(of: "\"confidential\"").count > 1 { doubt() }
    }

    /// Takes the caller to have asked for confidence, since it is not clear that they did not.
    mutating func doubt() {
        confidential = true
        isConfidentialityUnclear = true
    }

    init(_ object: JSONObject) {
        func line(_ name: String) -> String? {
            object.spellings(of: name).lazy.compactMap(object.text)
                .map { String(SpokenWords.tidy($0).unicodeScalars.prefix(2048)) }.first { !$0.isEmpty }
        }
        callID = line("call_id")
        caller = line("caller")
        callee = line("callee")
        start = line("start")
        end = line("end")
        agent = line("agent")
        recording = line("recording")
        agentChannel = object.spellings(of: "agent_channel").compactMap(object.number).first.flatMap {
            Int(exactly: $0)
        }
        agentSpeakers =
            line("agent_speaker").map { [$0] } ?? object.spellings(of: "agent_speaker").flatMap(object.strings)
        for key in object.spellings(of: "confidential") where !object.isNull(key) {
            let said = object.text(key).map { SpokenWords.tidy($0) }
            if let said, said.isEmpty || CallFacts.no.contains(SpokenWords.folded(said)) { continue }
            confidential = true
            isConfidentialityUnclear = !CallFacts.yes.contains(SpokenWords.folded(said ?? ""))
        }
    }

    /// What says clearly whether the caller asked for confidence; anything else is taken for a yes.
    private static let yes: Set<String> = ["true", "1", "yes", "y", "是", "保密"]
    private static let no: Set<String> = ["false", "0", "no", "n", "否", "不保密"]

    /// These facts, with what they lack taken from `other`.
    package func completed(by other: CallFacts?) -> CallFacts {
        guard let other else { return self }
        var facts = self
        facts.callID = callID ?? other.callID
        facts.caller = caller ?? other.caller
        facts.callee = callee ?? other.callee
        facts.start = start ?? other.start
        facts.end = end ?? other.end
        facts.agent = agent ?? other.agent
        facts.recording = recording ?? other.recording
        facts.agentChannel = agentChannel ?? other.agentChannel
        facts.agentSpeakers = agentSpeakers.isEmpty ? other.agentSpeakers : agentSpeakers
        facts.confidential = confidential || other.confidential
        facts.isConfidentialityUnclear = isConfidentialityUnclear || other.isConfidentialityUnclear
        return facts
    }

    /// The caller's number in a form that can be called back; nil if it was withheld or masked.
    var callerNumber: String? {
        guard var text = caller?.lowercased() else { return nil }
        for scheme in ["sips:", "sip:", "tel:"] where text.hasPrefix(scheme) { text.removeFirst(scheme.count) }
        let number = text.prefix { $0 != "@" && $0 != ";" }
        guard number.allSatisfy({ ($0.isASCII && $0.isNumber) || "+-() .".contains($0) }) else { return nil }
        return (3...20).contains(number.filter(\.isNumber).count) ? String(number) : nil
    }

    /// What may be shown as a link: an http address, or a plain path or file name; nil if it is neither.
    var recordingLink: String? {
        guard let recording, recording.utf8.count <= 2048 else { return nil }
        let scheme = recording.firstMatch(of: #/^[A-Za-z][A-Za-z0-9+.\-]*:/#)?.0.lowercased()
        return [nil, "http:", "https:"].contains(scheme) ? recording : nil
    }

    private struct File: Decodable {
        var facts: CallFacts
        init(from decoder: any Decoder) throws {
            guard let object = JSONObject(decoder) else {
                throw Trouble.unreadable("通话信息应为一个 JSON 对象", "call facts must be one JSON object")
            }
            facts = CallFacts(object)
        }
    }
}
