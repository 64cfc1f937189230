import Intake

extension Instant {
    /// RFC 3339 in UTC with milliseconds: "2026-11-21T05:45:00.000Z".
    var text: String {
        let day = Day(self, offset: .zero)
        // Of the day, also before 1970.
        let rest = (milliseconds % 86_400_000 + 86_400_000) % 86_400_000
        func padded(_ number: Int64, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let (hour, minute, second) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60)
        return "\(day)T\(padded(hour, 2)):\(padded(minute, 2)):\(padded(second, 2)).\(padded(rest % 1000, 3))Z"
    }
}
