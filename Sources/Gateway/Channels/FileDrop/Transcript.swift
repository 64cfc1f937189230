package import Intake

/// What a transcript file says, whichever product wrote it: who spoke when, and what.
package struct Transcript: Sendable, Equatable {
    /// The form it was recognised as; the raw value is what operators see in remarks and reasons.
    package enum Format: String, Sendable, CaseIterable {
        case intake, iflytek, aliyun, dashscope, whisper, google, vosk, webvtt, srt, sbv, csv, tsv, plain
        case aws = "aws-transcribe"
    }
    package var format: Format
    /// In the order they were spoken.
    package var utterances: [Utterance]
    /// Facts of the call that stood in the file itself (our own form only).
    package var facts: CallFacts?
    /// Things the operator should know about how it was read.
    package var remarks: [Remark]

    package init(format: Format, utterances: [Utterance], facts: CallFacts? = nil, remarks: [Remark] = []) {
        self.format = format
        self.utterances = utterances
        self.facts = facts
        self.remarks = remarks
    }
}

/// One turn of speech as its recogniser wrote it, before it is known which side of the line spoke.
package struct Utterance: Sendable, Equatable {
    /// The label in the file ("1", "spk_0", "坐席"); nil where the speakers were not told apart.
    package var speaker: String?
    /// The side of the line it was recorded from, for stereo recordings.
    package var channel: Int?
    /// Said outright by the file (our own form only).
    package var side: Turn.Side
    /// Milliseconds from the start of the call.
    package var start: Int64?
    package var end: Int64?
    package var text: String

    package init(
        speaker: String? = nil, channel: Int? = nil, side: Turn.Side = .unknown, start: Int64? = nil,
        end: Int64? = nil, text: String
    ) {
        self.speaker = speaker
        self.channel = channel
        self.side = side
        self.start = start
        self.end = end
        self.text = text
    }
}

/// Something to tell the operator on the ticket, Chinese first.
package enum Remark: Sendable, Equatable {
    case sidesUnknown
    case noWordsOfCaller
    case someSidesUnknown
    case damagedCharacters(Int)
    case factsUnreadable(String)
    case recordingRefused
    case timeUnreadable(String)
    case agentNotFound
    case callIDUsed(TicketNumber?)

    package var text: String {
        switch self {
        case .sidesUnknown:
            "未能区分通话双方，已保留全部文字 / the sides of the call are unknown, all words were kept"
        case .noWordsOfCaller:
            "未识别到来电人的话，已保留全部文字 / no words of the caller were recognised, all words were kept"
        case .someSidesUnknown:
            "部分话语不知是谁所说，已一并保留 / who spoke is unknown for some turns, their words were kept"
        case .damagedCharacters(let count):
            "有 \(count) 处文字损坏，以“�”代替 / \(count) damaged characters were replaced by “�”"
        case .factsUnreadable(let reason):
            "通话信息文件无法读取，主叫号码等缺失 / the call facts could not be read: \(reason)"
        case .recordingRefused:
            "录音地址不可用，已略去 / the address of the recording is not usable and was left out"
        case .timeUnreadable(let key):
            "通话信息中的时间“\(key)”无法读取 / the time “\(key)” of the call facts could not be read"
        case .agentNotFound:
            "通话信息所指的坐席在转写中不存在 / the agent named by the call facts is not in the transcript"
        case .callIDUsed(let ticket):
            "同一通话编号已用于另一工单 / the id of this call was used before, for ticket \(ticket?.description ?? "?")"
        }
    }
}
