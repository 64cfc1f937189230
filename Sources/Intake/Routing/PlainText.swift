import Foundation

/// A text made ready for finding words in it: Unicode scalars with full-width forms made half-width, letters lower-case,
/// traditional characters simplified, runs of white space one blank, and none between Chinese characters (mail wraps
/// lines anywhere). At most `limit` scalars are kept, so that the work on one text is bounded.
struct PlainText: Sendable {
    static let limit = 100_000
    let scalars: [UInt32]

    init(_ text: some StringProtocol) {
        var source = PlainScalars(text.unicodeScalars.makeIterator())
        scalars = PlainText.next(PlainText.limit, from: &source, room: text.utf8.count)
    }

    private init(scalars: [UInt32]) { self.scalars = scalars }

    private static func next(
        _ count: Int, from source: inout PlainScalars<some IteratorProtocol<Unicode.Scalar>>, room: Int
    ) -> [UInt32] {
        var kept: [UInt32] = []
        kept.reserveCapacity(min(room, count))
        while kept.count < count, let value = source.next() { kept.append(value) }
        return kept
    }

    /// Calls `body` with a text of any length window by window, each of at most `limit` scalars and beginning with the
    /// last `overlap` of the one before. `own` are the places where a match may start to count as this window's: every
    /// place of the text is one window's own, with half the overlap around it to see.
    static func windows(
        of text: some StringProtocol, overlap: Int, _ body: (_ window: PlainText, _ own: Range<Int>) -> Void
    ) {
        var source = PlainScalars(text.unicodeScalars.makeIterator())
        let overlap = min(overlap, limit / 2)
        var window = next(limit, from: &source, room: text.utf8.count)
        // No scalar takes less than one byte: most texts have nothing left, and no room is made for it.
        let rest = max(0, text.utf8.count - limit)
        var first = 0
        while true {
            let following = next(limit - overlap, from: &source, room: rest)
            let end = following.isEmpty ? window.count : window.count - overlap / 2
            body(PlainText(scalars: window), first..<max(first, end))
            if following.isEmpty { return }
            first = overlap - overlap / 2
            window = Array(window.suffix(overlap)) + following
        }
    }

    /// Whether a word may start or end between these two: not inside a run of Latin letters and digits.
    static func isBoundary(_ left: UInt32, _ right: UInt32) -> Bool { !(isLatin(left) && isLatin(right)) }

    private static func isLatin(_ scalar: UInt32) -> Bool {
        (0x30...0x39).contains(scalar) || (0x61...0x7A).contains(scalar)
    }
}

/// The scalars of a text one after the other as `PlainText` has them.
private struct PlainScalars<Source: IteratorProtocol<Unicode.Scalar>>: IteratorProtocol {
    private var source: Source
    private var last: UInt32?
    /// A scalar read already, before which a blank stands.
    private var held: UInt32?

    init(_ source: Source) { self.source = source }

    mutating func next() -> UInt32? {
        if let value = held {
            held = nil
            last = value
            return value
        }
        var blank = false
        while let scalar = source.next() {
            let value = plain(scalar.value)
            if value == 0 { continue }
            if value == 0x20 {
                blank = true
                continue
            }
            if blank, let last, last < 0x80 || value < 0x80 {
                held = value
                return 0x20
            }
            last = value
            return value
        }
        return nil
    }
}

/// The scalar to compare by; 0 for one to leave out, 0x20 for white space.
private func plain(_ scalar: UInt32) -> UInt32 {
    switch scalar {
    case 0x41...0x5A: scalar + 0x20
    case 0x21...0x7E: scalar
    case 0x09...0x0D, 0x20, 0x85, 0xA0, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: 0x20
    case 0x00...0x1F, 0x7F, 0xAD, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x2064, 0xFE00...0xFE0F, 0xFEFF: 0
    case 0xFF01...0xFF5E: plain(scalar - 0xFEE0)
    case simplifiedRange: UInt32(simplified[Int(scalar - simplifiedRange.lowerBound)])
    default: scalar
    }
}

private let simplifiedRange: ClosedRange<UInt32> = 0x4E00...0x9FFF

/// For each CJK unified ideograph the simplified one, by the transform `Hant-Hans` of Unicode CLDR; itself where the
/// transform is missing or gives several characters.
private let simplified: [UInt16] = {
    let own = simplifiedRange.map { UInt16($0) }
    let lines = own.compactMap { Unicode.Scalar($0) }.map { String($0) }.joined(separator: "\n")
    guard let changed = lines.applyingTransform(StringTransform("Hant-Hans"), reverse: false) else { return own }
    let other = changed.split(separator: "\n", omittingEmptySubsequences: false)
    guard other.count == own.count else { return own }
    return zip(own, other).map { scalar, line in
        let scalars = line.unicodeScalars
        guard scalars.count == 1, let first = scalars.first, simplifiedRange.contains(first.value) else {
            return scalar
        }
        return UInt16(first.value)
    }
}()
