package import Intake

extension Instant {
    /// ISO 8601 as RFC 3339 profiles it: `2024-01-01T08:00:00.250+08:00`; a blank for the "T" and a zone without colon
    /// are tolerated, a leap second counts as the second before. Nil without a zone: the server's own is never read.
    package init?(text: String) {
        var rest = Substring(text.trimmed)
        guard let year = rest.number(4), rest.take("-"), let month = rest.number(2), rest.take("-"),
            let day = rest.number(2), rest.take("T") || rest.take("t") || rest.take(" "),
            let hour = rest.number(2), rest.take(":"), let minute = rest.number(2), rest.take(":"),
            let second = rest.number(2), (1...12).contains(month), (1...Self.days(year, month)).contains(day),
            hour < 24, minute < 60, second <= 60
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
        let seconds = Self.dayNumber(year, month, day) * 86_400 + clock
        self.init(milliseconds: Int64(seconds) * 1000 + milliseconds)
    }

    private static func days(_ year: Int, _ month: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01 in the Gregorian calendar (H. Hinnant, "chrono-compatible low-level date algorithms").
    private static func dayNumber(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month > 2 ? year : year - 1
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
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
