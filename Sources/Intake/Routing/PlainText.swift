import Foundation

/// A text made ready for finding words in it: Unicode scalars with full-width forms made half-width, letters lower-case,
/// traditional characters simplified, runs of white space one blank, and none between Chinese characters (mail wraps
/// lines anywhere). At most `limit` scalars are kept, so that the work on one text is bounded.
struct PlainText: Sendable {
    static let limit = 100_000
    let scalars: [UInt32]

    init(_ text: some StringProtocol) {
        var kept: [UInt32] = []
        kept.reserveCapacity(min(text.utf8.count, PlainText.limit))
        var blank = false
        for scalar in text.unicodeScalars {
            let value = plain(scalar.value)
            if value == 0 { continue }
            if value == 0x20 {
                blank = true
                continue
            }
            if blank, let last = kept.last, last < 0x80 || value < 0x80 { kept.append(0x20) }
            blank = false
            kept.append(value)
            if kept.count >= PlainText.limit { break }
        }
        scalars = kept
    }

    /// Whether a word may start or end between these two: not inside a run of Latin letters and digits.
    static func isBoundary(_ left: UInt32, _ right: UInt32) -> Bool { !(isLatin(left) && isLatin(right)) }

    private static func isLatin(_ scalar: UInt32) -> Bool {
        (0x30...0x39).contains(scalar) || (0x61...0x7A).contains(scalar)
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
