import Intake

/// Times as people write and read them, on the city's clocks.
enum LocalTime {
    /// 2026-11-21 08:05.
    static func text(_ instant: Instant, in city: City) -> String {
        let (day, minute) = city.calendar.zone.local(instant)
        let digits = String(10_000 + minute / 60 * 100 + minute % 60).dropFirst()
        return "\(day) \(digits.prefix(2)):\(digits.suffix(2))"
    }

    /// Reads `2026-03-02` or `2026-03-02T10:00`; lasting trouble for anything else.
    static func read(_ text: String, in city: City) throws(Trouble) -> Instant {
        let parts = text.split(separator: "T", omittingEmptySubsequences: false)
        let digits = parts.count == 2 ? parts[1].split(separator: ":", omittingEmptySubsequences: false) : ["00", "00"]
        if (1...2).contains(parts.count), let day = Day(parts[0]), digits.map(\.utf8.count) == [2, 2],
            let hour = Int(digits[0]), let minute = Int(digits[1]), (0..<24).contains(hour), (0..<60).contains(minute)
        {
            return city.calendar.zone.instant(day, minute: hour * 60 + minute)
        }
        throw .lasting(
            Terminal.both("时间应写作 2026-03-02T10:00，实为 \(text)", "a time reads 2026-03-02T10:00, found \(text)"))
    }
}
