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
    case factsUnreadable(Phrase)
    case confidentialityUnclear
    case recordingRefused
    case timeUnreadable(String)
    case agentNotFound
    case callIDUsed(TicketNumber?)
    /// On a follow-up: what the ticket already had came again with it.
    case toldAgain
    /// The same, where the caller's number is another than the ticket has.
    case otherCaller

    /// Both languages in one line, as `Phrase(kept:)` reads them.
    package var text: String { words.kept }

    package var words: Phrase {
        switch self {
        case .sidesUnknown:
            Phrase(zh: "未能区分通话双方，已保留全部文字", en: "the sides of the call are unknown, all words were kept")
        case .noWordsOfCaller:
            Phrase(zh: "未识别到来电人的话，已保留全部文字", en: "no words of the caller were recognised, all words were kept")
        case .someSidesUnknown:
            Phrase(zh: "部分话语不知是谁所说，已一并保留", en: "who spoke is unknown for some turns, their words were kept")
        case .damagedCharacters(let count):
            Phrase(zh: "有 \(count) 处文字损坏，以“�”代替", en: "\(count) damaged characters were replaced by “�”")
        case .factsUnreadable(let reason):
            Phrase(
                zh: "通话信息文件无法读取，主叫号码等缺失，按保密处理：\(reason.zh)",
                en: "the call facts could not be read, so the caller is missing and kept confidential: \(reason.en)")
        case .confidentialityUnclear:
            Phrase(
                zh: "通话信息中是否保密（confidential）写得不清楚，按保密处理",
                en: "the call facts do not say clearly whether it is confidential; it is taken to be")
        case .recordingRefused:
            Phrase(zh: "录音地址不可用，已略去", en: "the address of the recording is not usable and was left out")
        case .timeUnreadable(let key):
            Phrase(zh: "通话信息中的时间“\(key)”无法读取", en: "the time “\(key)” of the call facts could not be read")
        case .agentNotFound:
            Phrase(zh: "通话信息所指的坐席在转写中不存在", en: "the agent named by the call facts is not in the transcript")
        case .callIDUsed(let ticket):
            Phrase(
                zh: "同一通话编号已用于工单 \(ticket?.description ?? "？")",
                en: "the id of this call was used before, for ticket \(ticket?.description ?? "?")")
        case .toldAgain:
            Phrase(zh: "同一通电话再次送来，内容有增加", en: "the same call came again and says more")
        case .otherCaller:
            Phrase(
                zh: "同一通电话再次送来，主叫号码与原来的不同，以后来的为准",
                en: "the same call came again with another caller's number; the later one counts")
        }
    }
}
