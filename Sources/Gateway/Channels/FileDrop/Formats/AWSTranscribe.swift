import Intake

/// AWS Transcribe: under `results` either ready `audio_segments` (newer) or single words in `items`, whose speaker
/// stands in the item, in `speaker_labels` or in `channel_labels`. Seconds are strings; marks have no time.
enum AWSTranscribe: JSONForm {
    static let format = Transcript.Format.aws

    static func matches(_ object: JSONObject) -> Bool {
        guard let results = object.object("results") else { return false }
        return results.has("items") || results.has("audio_segments") || results.has("transcripts")
    }

    static func read(_ object: JSONObject, into speech: inout Speech) throws(Trouble) {
        guard let results = object.object("results") else { return }
        if let segments = results.list("audio_segments"), !segments.isEmpty {
            for segment in segments {
                try speech.add(
                    Utterance(
                        speaker: segment.text("speaker_label"), channel: channel(segment.text("channel_label")),
                        start: SpeechTime.seconds(segment.number("start_time")),
                        end: SpeechTime.seconds(segment.number("end_time")), text: segment.text("transcript") ?? ""))
            }
            speech.sortByStart()
            return
        }
        let channels = results.object("channel_labels")?.list("channels")
        if let channels, !channels.isEmpty {
            for each in channels {
                let label = channel(each.text("channel_label"))
                if let items = each.list("items") { try read(items, channel: label, speakers: [:], into: &speech) }
            }
            speech.sortByStart()
        } else if let items = results.list("items"), !items.isEmpty {
            try read(items, channel: nil, speakers: speakers(results), into: &speech)
        } else if let transcripts = results.list("transcripts") {
            for transcript in transcripts { try speech.add(Utterance(text: transcript.text("transcript") ?? "")) }
        }
    }

    /// Puts words together until the speaker changes or, where speakers are not told apart, the sentence ends.
    private static func read(
        _ items: JSONList, channel: Int?, speakers: [String: String], into speech: inout Speech
    ) throws(Trouble) {
        var turn = Utterance(channel: channel, text: "")
        var ended = false
        for item in items {
            guard var alternatives = item.list("alternatives"), let word = alternatives.next()?.text("content") else {
                continue
            }
            if item.text("type") == "punctuation" {
                turn.text += word
                ended = turn.speaker == nil && [".", "?", "!", "。", "？", "！"].contains(word)
                continue
            }
            let start = item.text("start_time")
            let speaker = item.text("speaker_label") ?? start.flatMap { speakers[$0] }
            if speaker != turn.speaker || ended {
                try speech.add(turn)
                turn = Utterance(speaker: speaker, channel: channel, text: "")
                ended = false
            }
            turn.start = turn.start ?? SpeechTime.seconds(start.flatMap { Double($0) })
            turn.end = SpeechTime.seconds(item.number("end_time")) ?? turn.end
            SpokenWords.append(word, to: &turn.text)
        }
        try speech.add(turn)
    }

    /// Speaker by the start of each word, as the older form has it.
    private static func speakers(_ results: JSONObject) -> [String: String] {
        var speakers: [String: String] = [:]
        guard let segments = results.object("speaker_labels")?.list("segments") else { return speakers }
        for segment in segments {
            guard let items = segment.list("items") else { continue }
            for item in items {
                guard let start = item.text("start_time") else { continue }
                speakers[start] = item.text("speaker_label") ?? segment.text("speaker_label")
            }
        }
        return speakers
    }

    /// "ch_0" is 0.
    private static func channel(_ label: String?) -> Int? { label.flatMap { Int($0.drop { !$0.isNumber }) } }
}
