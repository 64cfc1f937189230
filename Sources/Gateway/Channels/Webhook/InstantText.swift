package import Intake

extension Instant {
    /// ISO 8601 as RFC 3339 profiles it: `2024-01-01T08:00:00.250+08:00`; a blank for the "T" and a zone without colon
    /// are tolerated, a leap second counts as the second before. Nil without a zone: the server's own is never read.
    package init?(text: String) {
        var rest = Substring(text.trimmed)
        guard let day = Day(rest.prefix(10)) else { return nil }
        rest = rest.dropFirst(10)
        guard rest.take("T") || rest.take("t") || rest.take(" "), let hour = rest.number(2), rest.take(":"),
            let minute = rest.number(2), rest.take(":"), let second = rest.number(2), hour < 24, minute < 60,
            second <= 60
        else { return nil }
        var milliseconds: Int64 = 0
        if rest.take(".") || rest.take(",") {
            let fraction = rest.prefix { $0.isASCII && $0.isWholeNumber }
            guard !fraction.isEmpty, fraction.count <= 12, let value = Int64(fraction.prefix(3)) else { return nil }
            milliseconds = value * [100, 10, 1][min(fraction.count, 3) - 1]
            rest = rest.dropFirst(fraction.count)
        }
        guard let offset = rest.offset(), rest.isEmpty else { return nil }
        let clock = (hour * 60 + minute) * 60 + min(second, 59) - offset
        let seconds = day.daysSince1970 * 86_400 + clock
        self.init(milliseconds: Int64(seconds) * 1000 + milliseconds)
    }
}

extension Substring {
    fileprivate mutating func take(_ character: Character) -> Bool {
        guard first == character else { return false }
        removeFirst()
        return true
    }

    fileprivate mutating func number(_ digits: Int) -> Int? {
        let head = prefix(digits)
        guard head.count == digits, head.allSatisfy({ $0.isASCII && $0.isWholeNumber }) else { return nil }
        self = dropFirst(digits)
        return Int(head)
    }

    /// Seconds east of UTC.
    fileprivate mutating func offset() -> Int? {
        if take("Z") || take("z") { return 0 }
        let sign = take("+") ? 1 : take("-") ? -1 : 0
        guard sign != 0, let hours = number(2) else { return nil }
        _ = take(":")
        guard let minutes = number(2), hours < 24, minutes < 60 else { return nil }
        return sign * (hours * 60 + minutes) * 60
    }
}
