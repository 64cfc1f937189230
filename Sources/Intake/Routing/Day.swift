/// Days are written as ISO 8601 dates, `2026-10-01`.
extension Day: CustomStringConvertible {
    /// Reads `YYYY-MM-DD`; nil for anything else and for days that do not exist.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.map(\.utf8.count) == [4, 2, 2],
            parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }), let number = Int32(parts.joined())
        else { return nil }
        self.init(number: number)
    }

    package var description: String {
        func padded(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(number / 10_000)-\(padded(number / 100 % 100))-\(padded(number % 100))"
    }
}

extension Day {
    /// The day so many days after 1970-01-01.
    init(daysSince1970: Int) { self.init(Instant(seconds: Int64(daysSince1970) * 86_400), offset: .zero) }

    /// Days from 1970-01-01, by counting years from March, so that the leap day comes last (H. Hinnant,
    /// "chrono-compatible low-level date algorithms", days_from_civil).
    package var daysSince1970: Int {
        let (year, month, day) = (Int(number / 10_000), Int(number / 100 % 100), Int(number % 100))
        let shifted = month <= 2 ? year - 1 : year
        let yearOfEra = shifted % 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return shifted / 400 * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    package enum Weekday: String, Sendable, CaseIterable { case mon, tue, wed, thu, fri, sat, sun }

    package var weekday: Weekday {
        // 1970-01-01 was a Thursday.
        Weekday.allCases[((daysSince1970 + 3) % 7 + 7) % 7]
    }

    package static func + (left: Day, days: Int) -> Day { Day(daysSince1970: left.daysSince1970 + days) }
}

extension Day: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let day = Day(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "a day reads 2026-10-01")
        }
        self = day
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
