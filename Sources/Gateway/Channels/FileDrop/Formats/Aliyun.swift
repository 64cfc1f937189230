import Intake

/// Aliyun 录音文件识别: `Sentences`, alone or under `Result`; each channel is one side of the line, times are
/// milliseconds. The two channels may stand one after the other.
enum Aliyun: JSONForm {
    static let format = Transcript.Format.aliyun

    static func matches(_ object: JSONObject) -> Bool { sentences(object) != nil }

    static func read(_ object: JSONObject, into speech: inout Speech) throws(Trouble) {
        guard let sentences = sentences(object) else { return }
        for sentence in sentences {
            try speech.add(
                Utterance(
                    speaker: sentence.text("SpeakerId"),
                    channel: sentence.number("ChannelId").flatMap { Int(exactly: $0) },
                    start: SpeechTime.milliseconds(sentence.number("BeginTime")),
                    end: SpeechTime.milliseconds(sentence.number("EndTime")), text: sentence.text("Text") ?? ""))
        }
        speech.sortByStart()
    }

    private static func sentences(_ object: JSONObject) -> JSONList? {
        object.list("Sentences") ?? object.object("Result")?.list("Sentences")
    }
}
