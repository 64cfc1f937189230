import Intake

/// Times of day as telephone systems write them.
enum CallTime {
    /// "2026-01-05T09:24:00+08:00", "2026-01-05 09:24:00.5", "2026/1/5 9:24", "20260105092400", or seconds or
    /// milliseconds since 1970. Without a zone it is the city's time, `zone`. Nil for anything else.
    static func parse(_ text: String, zone: Zone) -> Instant? {
        let text = text.trimmed
        if text.utf8.count <= 13, let number = Int64(text) {
            switch text.utf8.count {
            case 10: return Instant(seconds: number)
            case 13: return Instant(milliseconds: number)
            default: return nil
            }
        }
        var scan = Scan(text[...])
        guard let day = day(&scan), let (minute, past) = time(&scan) else { return nil }
        _ = scan.run(of: " ")
        if scan.isAtEnd { return zone.instant(day, minute: minute) + .milliseconds(past) }
        guard let away = offset(&scan), scan.isAtEnd else { return nil }
        return Zone.utc.instant(day, minute: minute) + .milliseconds(past - away)
    }

    /// "2026-01-05", "2026/1/5", "2026年1月5日" or "20260105", with the white space or "T" behind it.
    private static func day(_ scan: inout Scan) -> Day? {
        guard let year = scan.number(4...4) else { return nil }
        let marked = scan.takeOne(of: ["-", "/", ".", "年"]) != nil
        guard let month = scan.number(marked ? 1...2 : 2...2) else { return nil }
        if marked, scan.takeOne(of: ["-", "/", ".", "月"]) == nil { return nil }
        guard let day = scan.number(marked ? 1...2 : 2...2) else { return nil }
        _ = scan.take("日")
        if scan.run(of: " T").isEmpty, marked { return nil }
        func padded(_ number: Int64, _ width: Int) -> String {
            String(repeating: "0", count: max(0, width - String(number).count)) + String(number)
        }
        return Day("\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))")
    }

    /// The minute of the day, and milliseconds past it, of "09:24", "9:24:00.5" or "092400".
    private static func time(_ scan: inout Scan) -> (minute: Int, past: Int64)? {
        guard let hour = scan.number(1...2), hour < 24 else { return nil }
        let marked = scan.take(":")
        guard let minute = scan.number(2...2), minute < 60 else { return nil }
        var second: Int64 = 0
        if marked ? scan.take(":") : !scan.isAtEnd {
            guard let read = scan.number(2...2), read <= 60 else { return nil }
            second = read
        }
        var thousandths: Int64 = 0
        if scan.takeOne(of: [".", ","]) != nil {
            let digits = scan.run(of: "0123456789")
            thousandths = Int64((digits + "00").prefix(3)) ?? 0
            if digits.isEmpty { return nil }
        }
        return (Int(hour * 60 + minute), second * 1000 + thousandths)
    }

    /// Milliseconds east of UTC of "Z", "+08:00" or "+0800".
    private static func offset(_ scan: inout Scan) -> Int64? {
        guard let sign = scan.takeOne(of: ["Z", "z", "+", "-"]) else { return nil }
        if sign.lowercased() == "z" { return 0 }
        guard let hours = scan.number(2...2), hours <= 14 else { return nil }
        _ = scan.take(":")
        guard let minutes = scan.number(2...2), minutes < 60 else { return nil }
        return (hours * 60 + minutes) * (sign == "-" ? -60_000 : 60_000)
    }
}
