/// One condition of a rule. Each holds when any of what it lists applies.
enum Condition: Sendable, Equatable {
    enum Time: Sendable, Equatable {
        case officeHours, closed, workingDay, dayOff
        /// Minutes of the day; the end may lie before the start.
        case between(Int, Int)
    }

    /// In one of these areas or below.
    case area([String])
    /// Of one of these categories or below.
    case category([String])
    case kind([Kind])
    case channel([String])
    /// One of these words, by their number in the catalogue's finder.
    case words([Word])
    /// None of these words.
    case without([Word])
    case time([Time])
    case confidential(Bool)
    case urgent(Bool)

    struct Word: Sendable, Equatable {
        var number: Int
        var spelling: String
    }
}

/// What the conditions look at, worked out once for all rules.
struct Scene: Sendable {
    let facts: Facts
    /// Codes of the area and those above it; of the category likewise.
    let areas: [String]
    let categories: [String]
    let urgent: Bool
    let words: Set<Int>
    let isOpen: Bool
    let isWorkingDay: Bool
    let minute: Int
}

extension Condition {
    func holds(in scene: Scene) -> Bool {
        switch self {
        case .area(let codes): codes.contains(where: scene.areas.contains)
        case .category(let codes): codes.contains(where: scene.categories.contains)
        case .kind(let kinds): scene.facts.kind.map(kinds.contains) ?? false
        case .channel(let names): names.contains(scene.facts.channel)
        case .words(let words): words.contains { scene.words.contains($0.number) }
        case .without(let words): !words.contains { scene.words.contains($0.number) }
        case .time(let times): times.contains { $0.holds(in: scene) }
        case .confidential(let wanted): scene.facts.confidential == wanted
        case .urgent(let wanted): scene.urgent == wanted
        }
    }

    /// Whether every scene the other condition holds in is one this holds in too. False where that is not certain.
    func covers(_ other: Condition, isArea: (String, String) -> Bool, isCategory: (String, String) -> Bool) -> Bool {
        switch (self, other) {
        case (.area(let own), .area(let others)): others.allSatisfy { one in own.contains { isArea(one, $0) } }
        case (.category(let own), .category(let others)):
            others.allSatisfy { one in own.contains { isCategory(one, $0) } }
        case (.kind(let own), .kind(let others)): others.allSatisfy(own.contains)
        case (.channel(let own), .channel(let others)): others.allSatisfy(own.contains)
        case (.words(let own), .words(let others)): others.allSatisfy(own.contains)
        case (.without(let own), .without(let others)): own.allSatisfy(others.contains)
        case (.time(let own), .time(let others)): others.allSatisfy(own.contains)
        default: self == other
        }
    }
}

extension Condition.Time {
    func holds(in scene: Scene) -> Bool {
        switch self {
        case .officeHours: scene.isOpen
        case .closed: !scene.isOpen
        case .workingDay: scene.isWorkingDay
        case .dayOff: !scene.isWorkingDay
        case .between(let from, let to) where from < to: (from..<to).contains(scene.minute)
        case .between(let from, let to): scene.minute >= from || scene.minute < to
        }
    }

    /// Reads `office-hours`, `closed`, `working-day`, `day-off` or `22:00-06:00`.
    init?(_ text: String) {
        switch text {
        case "office-hours": self = .officeHours
        case "closed": self = .closed
        case "working-day": self = .workingDay
        case "day-off": self = .dayOff
        default:
            guard let span = minuteSpan(text) else { return nil }
            self = .between(span.lowerBound, span.upperBound)
        }
    }

    static let expected = Phrase(
        zh: "office-hours（上班时间）、closed（下班时间）、working-day（工作日）、day-off（休息日）或时段如 22:00-06:00",
        en: "office-hours, closed, working-day, day-off or a span like 22:00-06:00")

    var name: Phrase {
        switch self {
        case .officeHours: Phrase(zh: "上班时间", en: "office hours")
        case .closed: Phrase(zh: "下班时间", en: "closed hours")
        case .workingDay: Phrase(zh: "工作日", en: "a working day")
        case .dayOff: Phrase(zh: "休息日", en: "a day off")
        case .between(let from, let to): Phrase(stringLiteral: "\(clock(from))-\(clock(to))")
        }
    }
}

/// `08:05` for 485.
func clock(_ minute: Int) -> String {
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(two(minute / 60)):\(two(minute % 60))"
}
