import Intake

/// Whisper and its forks: `segments[]` with seconds as numbers, `speaker` where a diarizer was added.
enum Whisper: JSONForm {
    static let format = Transcript.Format.whisper

    static func matches(_ object: JSONObject) -> Bool { object.list("segments") != nil }

    static func read(_ object: JSONObject, into speech: inout Speech) throws(Trouble) {
        guard let segments = object.list("segments") else { return }
        for segment in segments {
            try speech.add(
                Utterance(
                    speaker: segment.text("speaker"), start: SpeechTime.seconds(segment.number("start")),
                    end: SpeechTime.seconds(segment.number("end")), text: segment.text("text") ?? ""))
        }
    }
}
