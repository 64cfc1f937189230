import Intake

/// Google Speech, v1 and v2, as returned or as the `response` of a finished operation: `results[].alternatives[0]`.
/// With diarization in v1 the last result repeats every word of the call with its speaker.
enum GoogleSpeech: JSONForm {
    static let format = Transcript.Format.google

    static func matches(_ object: JSONObject) -> Bool { results(object) != nil }

    static func read(_ object: JSONObject, into speech: inout Speech) throws(Trouble) {
        guard let list = results(object) else { return }
        var results: [Result] = []
        for object in list {
            guard results.count < Speech.mostTurns else {
                throw .tooMuch("超过 \(Speech.mostTurns) 条结果", "more than \(Speech.mostTurns) results")
            }
            results.append(Result(object))
        }
        if results.count > 1, let last = results.last, last.tagged, !results.dropLast().contains(where: \.tagged) {
            results = [last]
        }
        for result in results {
            for turn in result.turns() { try speech.add(turn) }
        }
        if results.contains(where: { $0.channel != nil }) { speech.sortByStart() }
    }

    private static func results(_ object: JSONObject) -> JSONList? {
        object.list("results") ?? object.object("response")?.list("results")
    }

    private struct Word {
        var start: Int64?
        var end: Int64?
        var text: String
        var speaker: String?
    }

    private struct Result {
        var transcript = ""
        var words: [Word] = []
        var channel: Int?
        var end: Int64?
        var tagged: Bool { words.contains { $0.speaker != nil } }

        init(_ object: JSONObject) {
            channel = object.number("channelTag").flatMap { Int(exactly: $0) }
            end = GoogleSpeech.time(object, "resultEndTime", "resultEndOffset")
            guard var alternatives = object.list("alternatives"), let best = alternatives.next() else { return }
            transcript = best.text("transcript") ?? ""
            guard let list = best.list("words") else { return }
            for word in list {
                let tag = word.text("speakerTag") ?? word.text("speakerLabel")
                words.append(
                    Word(
                        start: GoogleSpeech.time(word, "startTime", "startOffset"),
                        end: GoogleSpeech.time(word, "endTime", "endOffset"), text: word.text("word") ?? "",
                        speaker: tag == "0" || tag == "" ? nil : tag))
            }
        }

        func turns() -> [Utterance] {
            guard tagged else {
                return [
                    Utterance(
                        channel: channel, start: words.first?.start, end: words.last?.end ?? end, text: transcript)
                ]
            }
            var turns: [Utterance] = []
            for word in words {
                if let turn = turns.last, turn.speaker == word.speaker {
                    SpokenWords.append(word.text, to: &turns[turns.count - 1].text)
                    turns[turns.count - 1].end = word.end
                } else {
                    turns.append(
                        Utterance(
                            speaker: word.speaker, channel: channel, start: word.start, end: word.end, text: word.text))
                }
            }
            return turns
        }
    }

    /// "12.900s", or an object of `seconds` and `nanos` (both absent at the very start).
    private static func time(_ object: JSONObject, _ names: String...) -> Int64? {
        for name in names where object.has(name) {
            if let parts = object.object(name) {
                return SpeechTime.seconds((parts.number("seconds") ?? 0) + (parts.number("nanos") ?? 0) / 1_000_000_000)
            }
            guard let text = object.text(name) else { return nil }
            return SpeechTime.seconds(Double(text.hasSuffix("s") ? text.dropLast() : Substring(text)))
        }
        return nil
    }
}
