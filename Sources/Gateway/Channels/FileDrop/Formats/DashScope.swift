import Intake

/// DashScope Paraformer and Fun-ASR: `transcripts[].sentences[]`, one transcript a channel, times in milliseconds,
/// `speaker_id` where diarization was asked for.
enum DashScope: JSONForm {
    static let format = Transcript.Format.dashscope

    static func matches(_ object: JSONObject) -> Bool { object.list("transcripts") != nil }

    static func read(_ object: JSONObject, into speech: inout Speech) throws(Trouble) {
        guard let transcripts = object.list("transcripts") else { return }
        for transcript in transcripts {
            let channel = transcript.number("channel_id").flatMap { Int(exactly: $0) }
            guard let sentences = transcript.list("sentences") else {
                try speech.add(Utterance(channel: channel, text: transcript.text("text") ?? ""))
                continue
            }
            for sentence in sentences {
                try speech.add(
                    Utterance(
                        speaker: sentence.text("speaker_id"), channel: channel,
                        start: SpeechTime.milliseconds(sentence.number("begin_time")),
                        end: SpeechTime.milliseconds(sentence.number("end_time")), text: sentence.text("text") ?? ""))
            }
        }
        speech.sortByStart()
    }
}
