private let aDay = Phrase(zh: "日期，如 2026-10-01", en: "a day such as 2026-10-01")
private let hoursText = Phrase(
    zh: "先后排列、互不重叠的时段，如 09:00-12:00", en: "spans in order and not overlapping, such as 09:00-12:00")

extension WorkingCalendar {
    /// Reads calendar.yaml: `zone`, `hours`, `weekdays`, `holidays` (name, english, from, to), `make-up-days`,
    /// `provisional`.
    init(_ settings: Settings) {
        let name = settings.string("zone", default: "UTC")
        if let zone = Zone(name) {
            self.zone = zone
        } else {
            settings.complain(
                "zone",
                expected: Phrase(zh: "IANA 时区名（Asia/Shanghai）或偏移（+08:00）", en: "an IANA zone or an offset like +08:00"),
                found: "\"\(name)\"")
            zone = .utc
        }
        settings.require("zone", "Asia/Shanghai")
        hours = WorkingCalendar.hours(settings)
        weekdays = WorkingCalendar.weekdays(settings)
        (holidays, makeUpDays) = WorkingCalendar.exceptions(settings)
        provisional = Set(settings.strings("provisional").compactMap { Int($0) })
    }

    private static func hours(_ settings: Settings) -> [Range<Int>] {
        settings.require("hours", hoursText)
        var spans: [Range<Int>] = []
        for (index, text) in settings.strings("hours").enumerated() {
            if let span = minuteSpan(text), span.lowerBound < span.upperBound,
                spans.last.map({ $0.upperBound <= span.lowerBound }) ?? true
            {
                spans.append(span.lowerBound..<span.upperBound)
            } else {
                settings.complain("hours", item: index, expected: hoursText, found: "\"\(text)\"")
            }
        }
        return spans.isEmpty ? [0..<1440] : spans
    }

    private static func weekdays(_ settings: Settings) -> Set<Day.Weekday> {
        let names = Day.Weekday.allCases.map(\.rawValue)
        let expected = Phrase(stringLiteral: names.joined(separator: ", "))
        settings.require("weekdays", expected)
        var days: Set<Day.Weekday> = []
        for (index, text) in settings.strings("weekdays").enumerated() {
            if let day = Day.Weekday(rawValue: text) {
                days.insert(day)
            } else {
                settings.complain("weekdays", item: index, unknown: expected, found: text, among: names)
            }
        }
        return days.isEmpty ? [.mon, .tue, .wed, .thu, .fri] : days
    }

    private static func exceptions(_ settings: Settings) -> (holidays: [Day: Phrase], makeUpDays: Set<Day>) {
        var holidays: [Day: Phrase] = [:]
        for table in settings.each("holidays") {
            let name = table.string("name")
            let phrase = Phrase(zh: name, en: table.string("english", default: name))
            guard let from = table.value("from", aDay, { Day($0) }) else {
                table.require("from", aDay)
                continue
            }
            let to = table.value("to", aDay) { Day($0) } ?? from
            guard (0..<60).contains(to.daysSince1970 - from.daysSince1970) else {
                table.complain(
                    "to", expected: Phrase(zh: "不早于 from 且 60 日以内的日期", en: "a day from the first on, within 60"),
                    found: "\(to)")
                continue
            }
            for number in from.daysSince1970...to.daysSince1970 { holidays[Day(daysSince1970: number)] = phrase }
        }
        var makeUpDays: Set<Day> = []
        for (index, text) in settings.strings("make-up-days").enumerated() {
            guard let day = Day(text) else {
                settings.complain("make-up-days", item: index, expected: aDay, found: "\"\(text)\"")
                continue
            }
            if holidays[day] != nil {
                settings.complain(
                    "make-up-days", item: index, expected: Phrase(zh: "不在节假日内的日期", en: "a day that is no holiday"),
                    found: "\(day)")
            }
            makeUpDays.insert(day)
        }
        return (holidays, makeUpDays)
    }
}

/// Reads `09:00-12:00`; the end may lie before the start (`22:00-06:00`), for spans that cross midnight.
func minuteSpan(_ text: String) -> (lowerBound: Int, upperBound: Int)? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, let from = minuteOfDay(parts[0]), let to = minuteOfDay(parts[1]), from != to else {
        return nil
    }
    return (from, to)
}
