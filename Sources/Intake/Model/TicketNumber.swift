/// What citizens and departments call a ticket: the day it came (in the city's zone) and the ledger's ascending id,
/// as in `20261121-000042`. It carries the id, so no index of numbers is needed; it is no secret (see
/// `Keys.lookupCode`).
package struct TicketNumber: Sendable, Hashable, Codable, CustomStringConvertible {
    package var day: Day
    package var id: Int64

    package init(day: Day, id: Int64) {
        self.day = day
        self.id = id
    }

    /// Reads `yyyymmdd-n`, digits only, with n in 1...10^15; white space around it is forgiven.
    package init?(_ text: some StringProtocol) {
        let parts = text.trimmed.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].count == 8, (1...16).contains(parts[1].count),
            parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }),
            let day = Int32(parts[0]).flatMap(Day.init(number:)), let id = Int64(parts[1]), id > 0
        else { return nil }
        self.init(day: day, id: id)
    }

    package var description: String {
        let digits = String(id)
        return "\(day.number)-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let number = TicketNumber(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "a ticket number reads 20261121-000042")
        }
        self = number
    }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// A calendar day without a zone, kept as the number yyyymmdd.
package struct Day: Sendable, Hashable, Comparable {
    package var number: Int32

    /// Nil unless the digits read as a day of the years 1970 to 9999 (month 1...12, day within the month).
    package init?(number: Int32) {
        let (year, month, day) = (number / 10000, number / 100 % 100, number % 100)
        guard (1970...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= Day.length(of: month, in: year)
        else { return nil }
        self.number = number
    }

    /// The day of an instant where local time is UTC plus `offset`. Civil-from-days arithmetic of the proleptic
    /// Gregorian calendar.
    package init(_ instant: Instant, offset: Duration) {
        let days = (instant + offset).milliseconds.flooredQuotient(by: 86_400_000)
        let shifted = days + 719_468
        let era = shifted.flooredQuotient(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * march + 2) / 5 + 1
        let month = march < 10 ? march + 3 : march - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        number = Int32(clamping: year * 10_000 + month * 100 + day)
    }

    package static func < (left: Day, right: Day) -> Bool { left.number < right.number }

    private static func length(of month: Int32, in year: Int32) -> Int32 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension Int64 {
    fileprivate func flooredQuotient(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
