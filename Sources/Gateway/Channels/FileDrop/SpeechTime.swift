/// Times inside a recording, in milliseconds from its start.
enum SpeechTime {
    /// A day: no call is longer, and what is longer is not a time inside one.
    static let longest: Int64 = 86_400_000

    /// "hh:mm:ss.mmm", "mm:ss", "h:mm:ss,m": hours and the fraction may be missing, the fraction may have any number
    /// of digits. Nil for anything else.
    static func clock(_ text: some StringProtocol) -> Int64? {
        let parts = text.split(separator: ":", maxSplits: 3, omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), let last = parts.last else { return nil }
        let seconds = last.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 == "." || $0 == "," }
        guard let whole = seconds.first.flatMap({ digits($0, atMost: 2) }), whole < 60 else { return nil }
        var total = whole
        var unit: Int64 = 60
        for part in parts.dropLast().reversed() {
            guard let value = digits(part, atMost: 3) else { return nil }
            total += value * unit
            unit *= 60
        }
        guard seconds.count == 2 else { return total * 1000 }
        guard let fraction = seconds.last, digits(fraction, atMost: 12) != nil else { return nil }
        let thousandths = (String(fraction) + "00").prefix(3)
        return total * 1000 + (Int64(thousandths) ?? 0)
    }

    /// `value` seconds; nil if it is no time inside a call.
    static func seconds(_ value: Double?) -> Int64? { value.flatMap { milliseconds($0 * 1000) } }

    /// `value` milliseconds; nil if it is no time inside a call.
    static func milliseconds(_ value: Double?) -> Int64? {
        guard let value, value.isFinite, value >= 0, value <= Double(longest) else { return nil }
        return Int64(value.rounded())
    }

    private static func digits(_ text: some StringProtocol, atMost most: Int) -> Int64? {
        guard (1...most).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int64(text)
    }
}
