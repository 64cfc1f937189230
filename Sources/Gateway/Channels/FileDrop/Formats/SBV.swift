import Intake

/// YouTube's .sbv: "0:00:01.000,0:00:02.500", then lines, then an empty line.
enum SBV {
    /// Nil if the first line that holds something is no time line.
    static func read(_ text: String, rules: SideRules) throws(Trouble) -> Transcript? {
        guard let first = Lines(text).first(where: { !$0.isBlank }), cue(first) != nil else { return nil }
        var scan = CueScan()
        for line in Lines(text) {
            if let cue = cue(line) { try scan.begin(cue) } else { scan.add([Cue.Line(text: String(line))]) }
        }
        return Transcript(format: .sbv, utterances: try Cue.read(scan.cues, rules: rules))
    }

    private static func cue(_ line: Substring) -> Cue? {
        let times = line.utf8.count < 40 ? line.trimmed.split(separator: ",", omittingEmptySubsequences: false) : []
        guard times.count == 2, let start = SpeechTime.clock(times[0]), let end = SpeechTime.clock(times[1]) else {
            return nil
        }
        return Cue(start: start, end: end)
    }
}
