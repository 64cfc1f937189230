import Intake

/// The words of an HTML mail, for reading: tags, scripts and styles gone, lines where blocks end. One pass over the
/// bytes, whatever they are, so no mail can make it slow.
package enum HTMLText {
    package static func plain(_ html: String) -> String {
        var reader = HTMLReader(Array(html.utf8))
        return reader.text()
    }
}

private struct HTMLReader {
    private let bytes: [UInt8]
    private var at = 0
    private var output: [UInt8] = []
    private var preformatted = 0
    /// A space is due before the next word.
    private var space = false
    /// Line ends due before the next word.
    private var lines = 0
    /// What was looked for up to the end in vain, and need not be looked for again.
    private var missing: Set<String> = []
    /// Target of the link that is open, and where its text began.
    private var link: (target: [UInt8], start: Int)?

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func text() -> String {
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "<"): markup()
            case UInt8(ascii: "&"): entity()
            case 10, 13, 32, 9, 12:
                if preformatted > 0, bytes[at] != 13 { put([bytes[at]]) } else { space = true }
                at += 1
            default:
                put([bytes[at]])
                at += 1
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    private mutating func put(_ word: [UInt8]) {
        if !output.isEmpty {
            if lines > 0 {
                output += [UInt8](repeating: 10, count: lines)
            } else if space, output.last != 10 {
                output.append(32)
            }
        }
        lines = 0
        space = false
        output += word
    }

    private mutating func markup() {
        let next = at + 1 < bytes.count ? bytes[at + 1] : 0
        if starts("<!--"), skip(past: "-->") { return }
        let start = at + 1
        guard next.isLetter || "/!?".utf8.contains(next), let end = endOfTag() else {
            put([bytes[at]])
            at += 1
            return
        }
        at = end
        let tag = bytes[start..<end]
        let closing = next == UInt8(ascii: "/")
        let name = tag.dropFirst(closing ? 1 : 0).prefix { $0.isLetter || (48...57).contains($0) }
        let text = String(decoding: name, as: UTF8.self).lowercased()
        if !closing, HTMLReader.silent.contains(text), skip(past: "</\(text)") { return at = endOfTag() ?? bytes.count }
        turn(text, closing: closing, tag: tag)
    }

    /// Place after the ">" of the tag that begins here; quotes may hold one. Nil if it never ends.
    private mutating func endOfTag() -> Int? {
        if missing.contains(">") { return nil }
        var quote: UInt8 = 0
        for index in at..<bytes.count {
            let byte = bytes[index]
            if quote != 0 {
                if byte == quote { quote = 0 }
            } else if byte == UInt8(ascii: ">") {
                return index + 1
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'"), !missing.contains("quote"),
                index > at, bytes[index - 1] == UInt8(ascii: "=")
            {
                quote = byte
            }
        }
        // A quote that never closes: this tag and all others end at the next ">".
        missing.insert(quote != 0 ? "quote" : ">")
        return quote != 0 ? endOfTag() : nil
    }

    private mutating func turn(_ name: String, closing: Bool, tag: ArraySlice<UInt8>) {
        switch name {
        case "br": lines = min(lines + 1, 2)
        case "p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "blockquote": lines = max(lines, 2)
        case "div", "li", "tr", "hr", "dt", "dd", "section", "article", "header", "footer", "center", "form", "title",
            "body":
            lines = max(lines, 1)
        case "td", "th": space = true
        case "pre":
            lines = max(lines, 1)
            preformatted = max(0, preformatted + (closing ? -1 : 1))
        case "a" where closing: endLink()
        case "a": link = attribute("href", of: tag).map { ($0, output.count) }
        default: break
        }
    }

    /// A web address that is not what the text says follows it in brackets.
    private mutating func endLink() {
        guard let (target, start) = link else { return }
        link = nil
        guard target.starts(with: Array("http".utf8)), target.count <= 2000, start <= output.count else { return }
        let said = String(decoding: output[start...], as: UTF8.self).trimmed
        guard !said.isEmpty, !String(decoding: target, as: UTF8.self).contains(said) else { return }
        output += Array(" (".utf8) + target + Array(")".utf8)
    }

    private func attribute(_ name: String, of tag: ArraySlice<UInt8>) -> [UInt8]? {
        let wanted = Array((name + "=").utf8)
        let lower = tag.prefix(4000).map { (65...90).contains($0) ? $0 + 32 : $0 }
        guard let found = lower.firstRange(of: wanted) else { return nil }
        let value = tag.dropFirst(found.upperBound)
        guard let first = value.first else { return nil }
        if first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") {
            return Array(value.dropFirst().prefix { $0 != first })
        }
        return Array(value.prefix { $0 > 32 && $0 != UInt8(ascii: ">") })
    }

    private func starts(_ text: StaticString) -> Bool { bytes[at...].starts(with: Array(text.description.utf8)) }

    /// Past the next occurrence, in any case of letters; false, and nothing skipped, if there is none.
    private mutating func skip(past text: String) -> Bool {
        if missing.contains(text) { return false }
        let mark = Array(text.utf8)
        for index in at..<bytes.count where bytes[index] == mark[0] && index + mark.count <= bytes.count {
            if zip(mark, bytes[index...]).allSatisfy({ $0 == ((65...90).contains($1) ? $1 + 32 : $1) }) {
                at = index + mark.count
                return true
            }
        }
        missing.insert(text)
        return false
    }

    private mutating func entity() {
        let name = bytes[(at + 1)...].prefix(10).prefix {
            $0.isLetter || (48...57).contains($0) || $0 == UInt8(ascii: "#")
        }
        let text = String(decoding: name, as: UTF8.self)
        guard let scalar = HTMLReader.scalar(text) else {
            put([bytes[at]])
            at += 1
            return
        }
        at += 1 + name.count
        if at < bytes.count, bytes[at] == UInt8(ascii: ";") { at += 1 }
        if scalar == "\u{a0}" { space = true } else if scalar != "\u{ad}" { put(Array(String(Character(scalar)).utf8)) }
    }

    private static func scalar(_ name: String) -> Unicode.Scalar? {
        if name.hasPrefix("#x") || name.hasPrefix("#X") { return UInt32(name.dropFirst(2), radix: 16).flatMap(sound) }
        if name.hasPrefix("#") { return UInt32(name.dropFirst()).flatMap(sound) }
        return named[name] ?? named[name.lowercased()]
    }

    private static func sound(_ value: UInt32) -> Unicode.Scalar? {
        value >= 32 && value != 127 || value == 10 || value == 9 ? Unicode.Scalar(value) : " "
    }

    private static let silent: Set<String> = ["script", "style", "head", "template", "noscript", "svg", "math"]

    private static let named: [String: Unicode.Scalar] = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": "\u{a0}", "ensp": " ", "emsp": "\u{3000}",
        "thinsp": " ", "shy": "\u{ad}", "copy": "©", "reg": "®", "trade": "™", "hellip": "…", "mdash": "—",
        "ndash": "–",
        "lsquo": "‘", "rsquo": "’", "ldquo": "“", "rdquo": "”", "sbquo": "‚", "bdquo": "„", "laquo": "«", "raquo": "»",
        "bull": "•", "middot": "·", "times": "×", "divide": "÷", "plusmn": "±", "deg": "°", "sect": "§", "para": "¶",
        "yen": "¥", "euro": "€", "pound": "£", "cent": "¢", "larr": "←", "rarr": "→", "uarr": "↑", "darr": "↓",
        "sup2": "²", "sup3": "³", "frac12": "½", "frac14": "¼", "permil": "‰", "infin": "∞", "ne": "≠", "le": "≤",
        "ge": "≥", "agrave": "à", "aacute": "á", "acirc": "â", "auml": "ä", "ccedil": "ç", "egrave": "è", "eacute": "é",
        "ecirc": "ê", "euml": "ë", "iacute": "í", "ntilde": "ñ", "oacute": "ó", "ocirc": "ô", "ouml": "ö",
        "uacute": "ú",
        "ugrave": "ù", "uuml": "ü", "szlig": "ß",
    ]
}

extension UInt8 {
    fileprivate var isLetter: Bool { (65...90).contains(self) || (97...122).contains(self) }
}
