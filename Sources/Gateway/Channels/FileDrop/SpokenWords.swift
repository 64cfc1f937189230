/// How words are put together and cleaned, for scripts with and without spaces.
enum SpokenWords {
    /// `text` on one line: runs of white space become one space, control characters and the marks that turn the
    /// reading direction (they can make a line say something else than it holds) are dropped.
    static func tidy(_ text: some StringProtocol) -> String {
        var out = String.UnicodeScalarView()
        var gap = false
        for scalar in text.unicodeScalars {
            if isSpace(scalar) {
                gap = true
            } else if !isHidden(scalar) {
                if gap, !out.isEmpty { out.append(" ") }
                gap = false
                out.append(scalar)
            }
        }
        return String(out)
    }

    /// Adds `right` to the line `left`: with a space between, except where either edge is a Chinese or Japanese
    /// character or mark.
    static func append(_ right: some StringProtocol, to left: inout String) {
        guard let first = right.unicodeScalars.first else { return }
        if let last = left.unicodeScalars.last, !isWide(last), !isWide(first) { left += " " }
        left += right
    }

    /// Chinese written with spaces between its words, as Kaldi does, without them.
    static func closeGaps(_ text: String) -> String {
        text.split(separator: " ").reduce(into: "") { append($1, to: &$0) }
    }

    /// Written without spaces between words: CJK ideographs, kana, full-width forms and CJK marks.
    static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x2E80...0x312F, 0x31A0...0x9FFF, 0xF900...0xFAFF, 0xFE30...0xFE4F, 0xFF00...0xFF60: true
        case 0x20000...0x3FFFF: true
        default: false
        }
    }

    /// Letters and digits only, lower case, full-width Latin as half-width: for comparing what people say and write.
    static func folded(_ text: some StringProtocol) -> String {
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let half = (0xFF01...0xFF5E).contains(scalar.value) ? scalar.value - 0xFEE0 : scalar.value
            guard let plain = Unicode.Scalar(half), plain.properties.isAlphabetic || plain.properties.numericType != nil
            else { continue }
            out.append(plain)
        }
        return String(out).lowercased()
    }

    /// Most of what is said is ASCII or Chinese: the tables of Unicode are asked for the rest only.
    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20, 0x09...0x0D, 0x3000: true
        case 0x21...0x7E, 0x3001...0x9FFF, 0xFF00...0xFFEF: false
        default: scalar.properties.isWhitespace
        }
    }

    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7E, 0x2070...0xFDFF: false
        case 0x00...0x1F, 0x7F...0x9F, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x206F, 0xFEFF: true
        default: false
        }
    }
}
