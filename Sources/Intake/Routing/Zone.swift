import Foundation

/// The city's time zone: an IANA name (`Asia/Shanghai`) or a fixed offset from UTC (`+08:00`). The server's own zone is
/// never read.
package struct Zone: Sendable {
    private let zone: TimeZone
    /// As it was written.
    package let name: String

    package static let utc = Zone(utc: "UTC")

    private init(utc name: String) {
        self.name = name
        zone = .gmt
    }

    package init?(_ name: String) {
        self.name = name
        if let offset = Zone.offset(name) {
            guard let fixed = TimeZone(secondsFromGMT: offset) else { return nil }
            zone = fixed
        } else {
            guard name.contains("/") || name == "UTC", let named = TimeZone(identifier: name) else { return nil }
            zone = named
        }
    }

    /// Day and minute of the day (0 to 1439) at a moment.
    package func local(_ instant: Instant) -> (day: Day, minute: Int) {
        let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant.milliseconds) / 1000))
        let local = instant + .seconds(offset)
        let ofDay = local.milliseconds % 86_400_000
        return (Day(instant, offset: .seconds(offset)), Int((ofDay + 86_400_000) % 86_400_000 / 60_000))
    }

    /// The moment a local clock shows this day and minute; 1440 is midnight at the end of the day. A minute the clock
    /// leaps over gives the moment as far after the leap.
    package func instant(_ day: Day, minute: Int) -> Instant {
        let local = Int64(day.daysSince1970) * 86_400 + Int64(minute) * 60
        var seconds = local
        for _ in 0..<2 {
            seconds = local - Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
        }
        return Instant(seconds: seconds)
    }

    /// Seconds of `+08:00` or `-03:30`; nil for other texts.
    private static func offset(_ text: String) -> Int? {
        guard let sign = text.first, sign == "+" || sign == "-", let minutes = minuteOfDay(text.dropFirst()),
            minutes <= 14 * 60
        else { return nil }
        return (sign == "-" ? -60 : 60) * minutes
    }
}

/// Minutes of `08:30`, from `00:00` to `24:00`; nil for other texts.
func minuteOfDay(_ text: some StringProtocol) -> Int? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2,
        parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
        let hour = Int(parts[0]), let minute = Int(parts[1]), minute < 60, hour * 60 + minute <= 1440
    else { return nil }
    return hour * 60 + minute
}
