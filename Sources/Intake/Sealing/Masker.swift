/// Takes identities out of text that leaves us or enters an index (rule 8): telephone numbers, numbers of identity
/// cards and bank cards, number plates, mail addresses, and the names it is told. It reads shapes, not meaning: names
/// nobody told it of it cannot see. It would rather mask a long number too many than a telephone number too few. Its
/// time grows with the length of the text and nothing else.
package enum Masker {
    /// `names`: of the people the report names; each is masked wherever it stands in `text`.
    package static func mask(_ text: String, names: [String] = []) -> String {
        let reading = MaskReading(text)
        let spans =
            (reading.numbers() + reading.plates() + reading.mails() + reading.places(of: names)).sorted {
                ($0.start, $1.end) < ($1.start, $0.end)
            }
        guard !spans.isEmpty else { return text }
        var output = String.UnicodeScalarView()
        var copied = 0
        for span in spans {
            let start = reading.places[span.start]
            // With whatever invisible clings to it.
            let end = span.end < reading.places.count ? reading.places[span.end] : reading.original.count
            // What two shapes claim is masked as a whole.
            if start >= copied {
                output.append(contentsOf: reading.original[copied..<start])
                output.append(contentsOf: span.label.unicodeScalars)
            }
            copied = max(copied, end)
        }
        output.append(contentsOf: reading.original[copied...])
        return String(output)
    }

    /// Masked first and cut afterwards: the other way round a cut number is no number any more and goes out. At most
    /// `count` characters, the last one "…" where something was cut; no mask word is left by half.
    package static func mask(_ text: String, names: [String] = [], cutTo count: Int) -> String {
        cut(mask(text, names: names), to: count)
    }

    /// `masked` with at most `count` characters, the last one "…" where something was cut; no mask word is left by half.
    package static func cut(_ masked: String, to count: Int) -> String {
        guard masked.count > count else { return masked }
        var head = masked.prefix(count - 1)
        if let open = head.lastIndex(of: "〔"), !head[open...].contains("〕"),
            MaskSpan.labels.contains(where: { masked[open...].hasPrefix($0) })
        {
            head = head[..<open]
        }
        return head + "…"
    }
}

/// What is to be masked: places in a `MaskReading`, and the word that stands for it.
struct MaskSpan {
    static let (phone, card, number, plate, mail, name) = ("〔电话〕", "〔证件号〕", "〔号码〕", "〔车牌〕", "〔邮箱〕", "〔姓名〕")
    static let labels = [phone, card, number, plate, mail, name]
    var start: Int
    var end: Int
    var label: String
}
