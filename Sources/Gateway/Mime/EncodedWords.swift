import Intake

/// Text of a header: folds, encoded words (RFC 2047, and the liberties taken with it) and raw bytes of any charset.
package enum EncodedWords {
    private enum Piece {
        case plain([UInt8])
        case word(charset: String, bytes: [UInt8])
    }

    /// One line without control characters, trimmed. Characters that a mailer split over two encoded words of one
    /// charset are put together again.
    package static func decode(_ raw: [UInt8]) -> String {
        var pieces: [Piece] = []
        var plain: [UInt8] = []
        var index = 0
        func flush() {
            guard !plain.isEmpty else { return }
            pieces.append(.plain(plain))
            plain = []
        }
        let bytes = raw.filter { $0 != 13 && $0 != 10 }
        let last = lastMark(in: bytes)
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "="), let (word, end) = word(bytes, at: index, last: last) else {
                plain.append(bytes[index])
                index += 1
                continue
            }
            if case .word = pieces.last, plain.allSatisfy({ $0 == 32 || $0 == 9 }) { plain = [] }
            flush()
            if case .word(let charset, let before) = pieces.last, case .word(let same, let bytes) = word,
                charset.lowercased() == same.lowercased()
            {
                pieces[pieces.count - 1] = .word(charset: charset, bytes: before + bytes)
            } else {
                pieces.append(word)
            }
            index = end
        }
        flush()
        let text = pieces.map { piece in
            switch piece {
            case .plain(let bytes): Charset.decode(bytes, label: nil)
            case .word(let charset, let bytes): Charset.decode(bytes, label: charset)
            }
        }
        return oneLine(text.joined())
    }

    /// Where the encoded word that begins at this place ends; nil if none does. `last`: of these bytes (`lastMark`).
    static func end(ofWordIn bytes: [UInt8], at start: Int, last: Int) -> Int? {
        word(bytes, at: start, last: last)?.1
    }

    /// Place of the last "?=", behind which no word ends; -1 without one. Asked once, so that a header of words that are
    /// never closed is not searched to its end for each.
    static func lastMark(in bytes: [UInt8]) -> Int {
        bytes.indices.dropLast().last { bytes[$0] == UInt8(ascii: "?") && bytes[$0 + 1] == UInt8(ascii: "=") } ?? -1
    }

    /// "=?charset?B?text?=" at this place, and where it ends.
    private static func word(_ bytes: [UInt8], at start: Int, last: Int) -> (Piece, Int)? {
        guard start + 1 < bytes.count, bytes[start + 1] == UInt8(ascii: "?"),
            let charset = field(bytes, from: start + 2, longest: 40), charset.end > start + 2,
            let encoding = field(bytes, from: charset.end + 1, longest: 1), encoding.end > charset.end + 1
        else { return nil }
        let letter = encoding.text.lowercased()
        let first = encoding.end + 1
        guard letter == "b" || letter == "q", first <= last else { return nil }
        var end = first
        while !(bytes[end] == UInt8(ascii: "?") && bytes[end + 1] == UInt8(ascii: "=")) { end += 1 }
        let text = bytes[first..<end]
        let decoded = letter == "b" ? base64(text) : quoted(text)
        // RFC 2231 lets a language follow the charset: "utf-8*zh".
        let name = charset.text.prefix { $0 != "*" }
        return (.word(charset: String(name), bytes: decoded), end + 2)
    }

    private static func field(_ bytes: [UInt8], from start: Int, longest: Int) -> (text: String, end: Int)? {
        guard start < bytes.count else { return nil }
        var end = start
        while end < bytes.count, bytes[end] != UInt8(ascii: "?") {
            guard bytes[end] > 32, bytes[end] < 127, end - start < longest else { return nil }
            end += 1
        }
        return end < bytes.count ? (String(decoding: bytes[start..<end], as: UTF8.self), end) : nil
    }

    /// Whatever stands in the alphabet counts, the rest is passed over.
    private static func base64(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in text {
            let value: UInt8
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = byte - 65
            case UInt8(ascii: "a")...UInt8(ascii: "z"): value = byte - 71
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = byte + 4
            case UInt8(ascii: "+"): value = 62
            case UInt8(ascii: "/"): value = 63
            default: continue
            }
            bits = bits << 6 | UInt32(value)
            count += 1
            if count == 4 {
                result += [
                    UInt8(truncatingIfNeeded: bits >> 16), UInt8(truncatingIfNeeded: bits >> 8),
                    UInt8(truncatingIfNeeded: bits),
                ]
                (bits, count) = (0, 0)
            }
        }
        if count >= 2 { result.append(UInt8(truncatingIfNeeded: (bits << UInt32(24 - 6 * count)) >> 16)) }
        if count == 3 { result.append(UInt8(truncatingIfNeeded: (bits << 6) >> 8)) }
        return result
    }

    private static func quoted(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            if byte == UInt8(ascii: "="), index + 2 < text.endIndex,
                let value = UInt8(String(decoding: text[(index + 1)...(index + 2)], as: UTF8.self), radix: 16)
            {
                result.append(value)
                index += 3
            } else {
                result.append(byte == UInt8(ascii: "_") ? 32 : byte)
                index += 1
            }
        }
        return result
    }

    private static func oneLine(_ text: String) -> String {
        let clean = text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
        return String(String.UnicodeScalarView(clean)).trimmed
    }
}
