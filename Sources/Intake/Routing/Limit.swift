/// How long something may take. Written `24h`, `4wh`, `7d` or `5wd`.
package enum Limit: Sendable, Hashable {
    /// By the clock, day and night.
    case hours(Int)
    /// By the clock, but only while the offices are open.
    case workingHours(Int)
    /// To the end of the last day; the day it starts on is not counted.
    case naturalDays(Int)
    /// To the end of office hours of the last working day; the day it starts on is not counted.
    case workingDays(Int)
}

extension Limit: CustomStringConvertible {
    package init?(_ text: some StringProtocol) {
        let digits = text.prefix { ("0"..."9").contains($0) }
        guard let count = Int(digits), (1...3650).contains(count) else { return nil }
        switch text.dropFirst(digits.count) {
        case "h": self = .hours(count)
        case "wh": self = .workingHours(count)
        case "d": self = .naturalDays(count)
        case "wd": self = .workingDays(count)
        default: return nil
        }
    }

    package var description: String {
        switch self {
        case .hours(let count): "\(count)h"
        case .workingHours(let count): "\(count)wh"
        case .naturalDays(let count): "\(count)d"
        case .workingDays(let count): "\(count)wd"
        }
    }

    /// For a person: 5 个工作日.
    package var words: Phrase {
        switch self {
        case .hours(let count): Phrase(zh: "\(count) 小时", en: "\(count) hours")
        case .workingHours(let count): Phrase(zh: "\(count) 个工作小时", en: "\(count) working hours")
        case .naturalDays(let count): Phrase(zh: "\(count) 日", en: "\(count) days")
        case .workingDays(let count): Phrase(zh: "\(count) 个工作日", en: "\(count) working days")
        }
    }
}

extension Limit: Codable {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let limit = Limit(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "expected a limit like 5wd, found \(text)"))
        }
        self = limit
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// The limits of an assignment; nil where nothing is limited.
package struct Limits: Sendable, Hashable, Codable {
    /// To sign for it.
    package var sign: Limit?
    /// To speak with the citizen.
    package var contact: Limit?
    /// To answer it.
    package var resolve: Limit?

    package init(sign: Limit? = nil, contact: Limit? = nil, resolve: Limit? = nil) {
        self.sign = sign
        self.contact = contact
        self.resolve = resolve
    }

    /// These, and where they are silent the other ones.
    func filled(from other: Limits) -> Limits {
        Limits(sign: sign ?? other.sign, contact: contact ?? other.contact, resolve: resolve ?? other.resolve)
    }
}

/// When the limits of an assignment end.
package struct Deadlines: Sendable, Hashable, Codable {
    package var sign: Instant?
    package var contact: Instant?
    package var resolve: Instant?
}

extension Settings {
    /// `limits: { sign: 4wh, contact: 1wd, resolve: 5wd }`, each optional.
    func limits(_ key: String = "limits") -> Limits {
        guard let table = optionalTable(key) else { return Limits() }
        let expected = Phrase(
            zh: "时限，如 24h（小时）、4wh（工作小时）、7d（自然日）、5wd（工作日）",
            en: "a limit such as 24h (hours), 4wh (working hours), 7d (days) or 5wd (working days)")
        func limit(_ key: String) -> Limit? { table.value(key, expected) { Limit($0) } }
        return Limits(sign: limit("sign"), contact: limit("contact"), resolve: limit("resolve"))
    }
}
