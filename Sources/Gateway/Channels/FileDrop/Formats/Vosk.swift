import Intake

/// Kaldi and Vosk: one object an utterance, `text` with a `result` of timed words, or a list of `alternatives` the best
/// of which comes first. No speakers; seconds; Chinese words are set apart by spaces.
enum Vosk: JSONForm {
    static let format = Transcript.Format.vosk

    static func matches(_ object: JSONObject) -> Bool {
        object.has("text") || object.list("result") != nil || object.list("alternatives") != nil
    }

    static func read(_ object: JSONObject, into speech: inout Speech) throws(Trouble) {
        var best = object
        if var alternatives = object.list("alternatives"), let first = alternatives.next() { best = first }
        var start = best.number("start")
        var end = best.number("end")
        var words = ""
        if let result = best.list("result") {
            for word in result {
                start = start ?? word.number("start")
                end = word.number("end") ?? end
                words += " " + (word.text("word") ?? "")
            }
        }
        try speech.add(
            Utterance(
                speaker: best.text("speaker"), start: SpeechTime.seconds(start), end: SpeechTime.seconds(end),
                text: SpokenWords.closeGaps(best.text("text") ?? words)))
    }
}
