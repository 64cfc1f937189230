import Intake

/// A stretch of time with the lines shown in it: what WebVTT, SRT and SBV have in common.
struct Cue {
    var start: Int64
    var end: Int64
    var lines: [Line] = []

    struct Line {
        /// Said by the file's own mark-up (WebVTT `<v Name>`).
        var voice: String?
        var text: String
    }

    /// "00:00:01.000 --> 00:00:02.500" with anything after it (WebVTT's settings); nil if it is no such line.
    init?(arrow line: Substring) {
        guard line.utf8.count < 300, let arrow = line.firstRange(of: "-->") else { return nil }
        let after = line[arrow.upperBound...].drop { $0 == " " || $0 == "\t" }
        let stop = after.prefix { $0 != " " && $0 != "\t" }
        guard let start = SpeechTime.clock(line[..<arrow.lowerBound].trimmed), let end = SpeechTime.clock(stop) else {
            return nil
        }
        self.init(start: start, end: end)
    }

    init(start: Int64, end: Int64) {
        self.start = start
        self.end = end
    }

    /// Each label or voice starts a turn; lines without one go on with the turn of the same cue.
    static func read(_ cues: [Cue], rules: SideRules) throws(Trouble) -> [Utterance] {
        let labels = SpeakerLabels(in: cues.lazy.flatMap(\.lines).map(\.text), rules: rules)
        var speech = Speech()
        for cue in cues {
            var turn = Utterance(start: cue.start, end: cue.end, text: "")
            for line in cue.lines {
                let labelled = line.voice == nil ? labels.split(line.text) : nil
                if let speaker = line.voice ?? labelled?.label, speaker != turn.speaker {
                    try speech.add(turn)
                    turn.speaker = speaker
                    turn.text = ""
                }
                SpokenWords.append(labelled?.rest ?? line.text, to: &turn.text)
            }
            try speech.add(turn)
        }
        return speech.utterances
    }
}
