import Intake

/// SubRip .srt, with or without the numbers. A cue holds everything up to the next time line, so that words after a
/// stray empty line are not lost.
enum SubRip {
    /// Nil if no time line is among the first lines that hold something.
    static func read(_ text: String, rules: SideRules) throws(Trouble) -> Transcript? {
        guard Lines(text).lazy.filter({ !$0.isBlank }).prefix(2).contains(where: { Cue(arrow: $0) != nil })
        else { return nil }
        var scan = CueScan()
        for line in Lines(text) {
            if let cue = Cue(arrow: line) {
                scan.dropNumber()
                try scan.begin(cue)
            } else {
                scan.add([Cue.Line(text: plain(line))])
            }
        }
        return Transcript(format: .srt, utterances: try Cue.read(scan.cues, rules: rules))
    }

    /// Without `<i>`, `<font …>` and `{\an8}`; a "<" that opens no known tag stays.
    private static func plain(_ line: Substring) -> String {
        guard line.utf8.contains(where: { $0 == 0x3C || $0 == 0x7B }) else { return String(line) }
        var text = ""
        var rest = line
        while let open = rest.firstIndex(where: { $0 == "<" || $0 == "{" }) {
            let inside = rest[rest.index(after: open)...]
            let close: Character = rest[open] == "<" ? ">" : "}"
            guard let end = inside.prefix(100).firstIndex(of: close), isTag(inside[..<end], close) else {
                text += rest[...open]
                rest = inside
                continue
            }
            text += rest[..<open]
            rest = rest[rest.index(after: end)...]
        }
        return text + rest
    }

    private static func isTag(_ inside: Substring, _ close: Character) -> Bool {
        if close == "}" { return inside.hasPrefix("\\") }
        let name = inside.drop { $0 == "/" }.prefix { $0 != " " }.lowercased()
        return ["i", "b", "u", "s", "font"].contains(name)
    }
}
