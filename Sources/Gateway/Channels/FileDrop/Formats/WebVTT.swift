import Intake

/// WebVTT (W3C): cues with `<v Name>` voices; NOTE, STYLE and REGION blocks, cue names and other tags are left out.
enum WebVTT {
    /// Nil if the first line is not the signature.
    static func read(_ text: String, rules: SideRules) throws(Trouble) -> Transcript? {
        guard let first = Lines(text).first(where: { _ in true }), isSignature(first) else { return nil }
        var scan = CueScan()
        var open = false
        for line in Lines(text) {
            if let cue = Cue(arrow: line) {
                try scan.begin(cue)
                open = true
            } else if line.isBlank {
                open = false
            } else if open {
                scan.add(lines(line))
            }
        }
        return Transcript(format: .webvtt, utterances: try Cue.read(scan.cues, rules: rules))
    }

    private static func isSignature(_ line: Substring) -> Bool {
        guard line.hasPrefix("WEBVTT") else { return false }
        let next = line.dropFirst(6).first
        return next == nil || next == " " || next == "\t"
    }

    /// One line of a cue, cut where the voice changes.
    private static func lines(_ line: Substring) -> [Cue.Line] {
        var lines: [Cue.Line] = []
        var voice: String?
        var text = ""
        var rest = line
        while let tag = rest.firstIndex(of: "<") {
            text += rest[..<tag]
            rest = rest[rest.index(after: tag)...]
            guard let close = rest.firstIndex(of: ">") else { break }
            let inside = rest[..<close]
            rest = rest[rest.index(after: close)...]
            guard let name = name(inside) else { continue }
            if !text.trimmed.isEmpty { lines.append(Cue.Line(voice: voice, text: decoded(text))) }
            voice = name
            text = ""
        }
        text += rest
        lines.append(Cue.Line(voice: voice, text: decoded(text)))
        return lines
    }

    /// The name in "v Name" or "v.loud Name".
    private static func name(_ tag: Substring) -> String? {
        guard tag.hasPrefix("v"), let gap = tag.firstIndex(where: \.isWhitespace) else { return nil }
        let kind = tag[..<gap]
        guard kind == "v" || kind.hasPrefix("v.") else { return nil }
        let name = decoded(tag[gap...].trimmed)
        return name.isEmpty ? nil : name
    }

    /// The references WebVTT knows; &amp; last, so that nothing is decoded twice.
    private static func decoded(_ text: String) -> String {
        guard text.contains("&") else { return text }
        return text.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&nbsp;", with: " ")
            .replacing("&lrm;", with: "").replacing("&rlm;", with: "").replacing("&amp;", with: "&")
    }
}
