/// What unlabelled bytes are, out of what reaches a Chinese mailbox: UTF-8, GB18030, Big5, HZ, ISO-2022, Windows-1252.
enum CharsetGuess {
    /// A name for iconv (or "HZ"); nil where the text reads as UTF-8, or, with `latin`, where the label may be right.
    ///
    /// - Parameter latin: the label says ISO-8859-1: believed unless the bytes are plainly something else
    static func of(_ bytes: [UInt8], latin: Bool) -> String? {
        guard bytes.contains(where: { $0 >= 0x80 }) else { return latin ? nil : sevenBit(bytes) }
        let gb = Pairs(bytes, common: { lead, trail in (0xb0...0xd7).contains(lead) && trail >= 0xa1 })
        if String(validating: bytes, as: UTF8.self) != nil {
            if !latin, gb.rare == 0, gb.longest >= 2, !hasLong(bytes) { return "GB18030" }
            return latin ? "UTF-8" : nil
        }
        let big5 = Pairs(bytes, common: { lead, _ in (0xa4...0xc6).contains(lead) })
        let best = min(gb.share, big5.share)
        if latin {
            return best < 0.1 && gb.pairs >= 3 && gb.longest >= 2
                ? (gb.share <= big5.share ? "GB18030" : "BIG5-HKSCS") : nil
        }
        if best > 0.6 { return "WINDOWS-1252" }
        return gb.share <= big5.share ? "GB18030" : "BIG5-HKSCS"
    }

    /// The label says GB, but every byte reads as UTF-8 and, taken as GB, mostly as characters nobody writes.
    static func isUTF8Really(_ bytes: [UInt8]) -> Bool {
        guard hasLong(bytes), String(validating: bytes, as: UTF8.self) != nil else { return false }
        return Pairs(bytes, common: { lead, trail in (0xb0...0xd7).contains(lead) && trail >= 0xa1 }).share > 0.3
    }

    /// A UTF-8 sequence of three bytes or more: what Chinese takes.
    private static func hasLong(_ bytes: [UInt8]) -> Bool { bytes.contains { $0 >= 0xe0 } }

    private static func sevenBit(_ bytes: [UInt8]) -> String? {
        var escape = false
        var opened = false
        for (index, byte) in bytes.enumerated().dropLast() {
            let next = bytes[index + 1]
            if byte == 0x1b, next == UInt8(ascii: "$") { escape = true }
            if byte == UInt8(ascii: "~"), next == UInt8(ascii: "{") { opened = true }
            if byte == UInt8(ascii: "~"), next == UInt8(ascii: "}"), opened { return "HZ" }
        }
        guard escape else { return nil }
        return bytes.firstRange(of: [0x1b, 0x24, 0x29]) == nil ? "ISO-2022-JP-2" : "ISO-2022-CN-EXT"
    }
}

/// Bytes taken as a double-byte charset, and how many of the pairs are not what people commonly write.
private struct Pairs {
    var pairs = 0
    var rare = 0
    /// Pairs in the longest run without a plain byte between.
    var longest = 0

    /// - Parameter common: the pair is one of the few thousand characters of daily use
    init(_ bytes: [UInt8], common: (UInt8, UInt8) -> Bool) {
        var run = 0
        var index = 0
        while index < bytes.count {
            let lead = bytes[index]
            guard lead >= 0x80 else {
                run = 0
                index += 1
                continue
            }
            pairs += 1
            run += 1
            longest = max(longest, run)
            let trail = index + 1 < bytes.count ? bytes[index + 1] : 0
            // Punctuation (rows A1 to A3 in both charsets) speaks for neither.
            if !((0xa1...0xa3).contains(lead) && trail >= 0x40), !common(lead, trail) { rare += 1 }
            index += trail >= 0x40 ? 2 : 1
        }
    }

    var share: Double { pairs == 0 ? 0 : Double(rare) / Double(pairs) }
}
