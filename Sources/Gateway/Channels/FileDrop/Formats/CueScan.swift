import Intake

/// Collects the cues of a subtitle file and holds their number down.
struct CueScan {
    private(set) var cues: [Cue] = []

    mutating func begin(_ cue: Cue) throws(Trouble) {
        guard cues.count < Speech.mostTurns else {
            throw .tooMuch("超过 \(Speech.mostTurns) 条字幕", "more than \(Speech.mostTurns) cues")
        }
        cues.append(cue)
    }

    /// Adds a line to the cue that is open; before the first cue there is none, and the line is left out.
    mutating func add(_ lines: [Cue.Line]) {
        if !cues.isEmpty { cues[cues.count - 1].lines += lines }
    }

    /// Takes back the last line of the open cue if it is a number standing alone, and blank lines before it: in SRT
    /// that is the number of the next cue.
    mutating func dropNumber() {
        guard !cues.isEmpty else { return }
        let last = cues.count - 1
        guard let line = cues[last].lines.last, Int(line.text.trimmed) != nil,
            cues[last].lines.dropLast().last?.text.trimmed.isEmpty ?? true
        else { return }
        cues[last].lines.removeLast()
    }
}
