import Intake

/// Plain text: a line a turn, with or without "[hh:mm:ss]" and a speaker's label. A line without label goes on with the
/// turn before it where the file has labels, and is a turn of its own where it has none.
enum PlainText {
    static func read(_ text: String, rules: SideRules) throws(Trouble) -> Transcript {
        guard !text.utf8.lazy.prefix(4096).contains(where: { $0 < 0x20 && ![0x09, 0x0A, 0x0C, 0x0D].contains($0) })
        else { throw .unreadable("应为文本，但含控制字符，不是转写", "expected text, found control characters: not a transcript") }
        if text.utf8.first(where: { $0 > 0x20 }) == 0x3C {
            throw .unreadable("应为转写，但是网页或 XML", "expected a transcript, found mark-up (HTML or XML)")
        }
        var lines: [(time: Int64?, text: String)] = []
        for line in Lines(text) where !line.isBlank {
            guard lines.count < Speech.mostTurns, line.utf8.count <= Speech.mostBytes else {
                throw .tooMuch("行数或行长过大", "too many or too long lines")
            }
            lines.append(PlainText.time(line.trimmed))
        }
        let labels = SpeakerLabels(in: lines.lazy.map(\.text), rules: rules)
        let noted = hasNotes(lines.map(\.text))
        let first = clockStart(lines.lazy.compactMap(\.time).first)
        var speech = Speech()
        var turn = Utterance(text: "")
        for line in lines {
            let labelled = labels.split(line.text)
            if labelled != nil || labels.isEmpty || line.time != nil {
                try speech.add(turn)
                let start = line.time.flatMap { SpeechTime.milliseconds(Double($0 - first)) }
                turn = Utterance(speaker: labelled?.label, start: start, text: "")
            }
            var words = labelled.map { $0.rest[...] } ?? line.text[...]
            if noted, let bar = words.lastIndex(of: "|") { words = words[..<bar] }
            SpokenWords.append(words.trimmed, to: &turn.text)
        }
        try speech.add(turn)
        return Transcript(format: .plain, utterances: speech.utterances)
    }

    /// A first time of an hour or more is the time of day, not the time since the call began.
    private static func clockStart(_ first: Int64?) -> Int64 { first.map { $0 >= 3_600_000 ? $0 : 0 } ?? 0 }

    /// The time at the head of a line, "[00:01:02]", "(01:02.5 - 01:04)", "09:24:11" or with a date before it, and the
    /// rest. Without brackets it must have hours: a sentence may begin with "12:30".
    private static func time(_ line: String) -> (time: Int64?, text: String) {
        var scan = Scan(line[...])
        let bracket = scan.takeOne(of: ["[", "(", "【", "（"])
        _ = scan.run(of: " ")
        let afterDate = date(&scan)
        var token = scan.run(of: "0123456789:.,")
        while let last = token.utf8.last, last == 0x2E || last == 0x2C { token.removeLast() }
        guard let time = SpeechTime.clock(token),
            bracket != nil || afterDate || token.utf8.filter({ $0 == 0x3A }).count == 2
        else { return (nil, line) }
        _ = scan.run(of: " ")
        if scan.takeOne(of: ["-->", "->", "-", "~", "–", "—"]) != nil { _ = scan.run(of: "0123456789:., ") }
        if bracket != nil, scan.takeOne(of: ["]", ")", "】", "）"]) == nil { return (nil, line) }
        return (time, scan.text.trimmed)
    }

    /// Passes over "2026-01-05 "; false, with nothing read, if there is none.
    private static func date(_ scan: inout Scan) -> Bool {
        var ahead = scan
        for length in [4...4, 1...2] {
            guard ahead.number(length) != nil, ahead.takeOne(of: ["-", "/", "."]) != nil else { return false }
        }
        guard ahead.number(1...2) != nil, !ahead.run(of: " T").isEmpty else { return false }
        scan = ahead
        return true
    }

    /// Corpora write "speaker|text|note" on every line; the notes are one short word and no speech.
    private static func hasNotes(_ lines: [String]) -> Bool {
        !lines.isEmpty
            && lines.allSatisfy { line in
                let note = line.utf8.suffix(25).reversed().prefix { $0 != 0x7C }
                return note.count < 25 && note.allSatisfy { (0x21...0x7E).contains($0) }
                    && line.utf8.lazy.filter { $0 == 0x7C }.count == 2
            }
    }
}
