/// When the city's offices work: hours, weekdays, holidays and the make-up working days that Chinese holidays bring.
package struct WorkingCalendar: Sendable {
    package let zone: Zone
    /// Office hours as minutes of the day, in order, not overlapping.
    let hours: [Range<Int>]
    let weekdays: Set<Day.Weekday>
    let holidays: [Day: Phrase]
    let makeUpDays: Set<Day>
    /// Years whose holidays are not yet published and therefore guessed.
    package let provisional: Set<Int>

    package func isWorking(_ day: Day) -> Bool {
        makeUpDays.contains(day) || (weekdays.contains(day.weekday) && holidays[day] == nil)
    }

    /// The name of the holiday on this day; nil on others, also on plain Sundays.
    package func holiday(on day: Day) -> Phrase? { holidays[day] }

    /// Whether the offices are open.
    package func isOpen(at instant: Instant) -> Bool {
        let (day, minute) = zone.local(instant)
        return isWorking(day) && hours.contains { $0.contains(minute) }
    }

    /// When a limit that starts now ends; see the cases of `Limit` for what is counted. Days beyond the years of the
    /// calendar are judged by their weekday alone.
    package func deadline(from start: Instant, limit: Limit) -> Instant {
        switch limit {
        case .hours(let count): return start + .seconds(Int64(count) * 3600)
        case .naturalDays(let count): return zone.instant(zone.local(start).day + count, minute: 1440)
        case .workingDays(let count):
            var day = zone.local(start).day
            var left = count
            while left > 0 {
                day = nextWorkingDay(after: day)
                left -= 1
            }
            return zone.instant(day, minute: hours.last?.upperBound ?? 1440)
        case .workingHours(let count): return afterWork(start, minutes: count * 60)
        }
    }

    package func deadlines(from start: Instant, limits: Limits) -> Deadlines {
        func end(_ limit: Limit?) -> Instant? { limit.map { deadline(from: start, limit: $0) } }
        return Deadlines(sign: end(limits.sign), contact: end(limits.contact), resolve: end(limits.resolve))
    }

    private func afterWork(_ start: Instant, minutes: Int) -> Instant {
        var (day, minute) = zone.local(start)
        if !isWorking(day) { (day, minute) = (nextWorkingDay(after: day), 0) }
        var left = minutes
        while true {
            for span in hours where span.upperBound > minute {
                let from = max(span.lowerBound, minute)
                if from + left <= span.upperBound { return zone.instant(day, minute: from + left) }
                left -= span.upperBound - from
            }
            (day, minute) = (nextWorkingDay(after: day), 0)
        }
    }

    /// Ends because there is a working weekday (checked on reading) and holidays are finitely many.
    private func nextWorkingDay(after day: Day) -> Day {
        var next = day + 1
        while !isWorking(next) { next = next + 1 }
        return next
    }
}
