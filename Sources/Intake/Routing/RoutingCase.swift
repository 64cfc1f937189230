/// One `given this, expect that` beside the catalogue.
struct RoutingCase: Sendable {
    let name: String
    /// Line in cases.yaml.
    let line: Int
    let submission: Submission
    let channel: String
    let at: Instant
    /// What is expected, by key; an empty text stands for `none`.
    let expected: [(key: Expectation, value: String)]

    /// What a case can expect. `with` and `emergency` are lists joined by blanks.
    enum Expectation: String, Sendable, CaseIterable {
        case area, category, rule, lead, with, emergency
    }
}

/// How one case came out.
package struct CaseResult: Sendable, Equatable, Codable {
    package struct Difference: Sendable, Equatable, Codable {
        /// `area`, `category`, `rule`, `lead`, `with` or `emergency`.
        package var what: String
        package var expected: String
        package var found: String
    }
    package var name: String
    /// Line in cases.yaml.
    package var line: Int
    /// Empty when all is as expected.
    package var differences: [Difference]
    /// How it was settled, to show why.
    package var settled: Settled
    package var passed: Bool { differences.isEmpty }
}

extension RoutingCase {
    /// A working morning, for cases that say no time.
    static let usual = "2026-03-02T10:00"

    /// Reads one case: name, given (text, place, area, category, kind, channel, at, latitude, longitude, datum,
    /// confidential, urgent) and expect.
    init(_ settings: Settings, _ city: City) {
        name = settings.string("name")
        line = settings.line
        let given = settings.table("given")
        var place = Place(text: given.optionalString("place"), area: given.optionalString("area"))
        place.point = given.point()
        submission = Submission(
            kind: given.optionalChoice("kind"), text: given.string("text", default: ""),
            category: given.optionalString("category"), place: place, urgent: given.bool("urgent", default: false),
            confidential: given.bool("confidential", default: false))
        channel = given.string("channel", default: "case")
        at = given.localTime("at", default: RoutingCase.usual, in: city.calendar.zone)
        expected = settings.table("expect").expectations(city)
    }
}

extension Settings {
    /// `latitude`, `longitude` and `datum` (WGS-84 unless said otherwise).
    fileprivate func point() -> Point? {
        guard has("latitude") || has("longitude") || has("datum") else { return nil }
        let degrees = Phrase(zh: "度数，如 30.12", en: "degrees such as 30.12")
        require("latitude", degrees)
        require("longitude", degrees)
        let latitude = value("latitude", degrees) { Double($0) } ?? 0
        let longitude = value("longitude", degrees) { Double($0) } ?? 0
        let point = Point(latitude: latitude, longitude: longitude, datum: choice("datum", default: .wgs84))
        if point == nil { complain("latitude", expected: degrees, found: "\(latitude), \(longitude)") }
        return point
    }

    fileprivate func localTime(_ key: String, default other: String, in zone: Zone) -> Instant {
        func read(_ text: String) -> Instant? {
            let parts = text.split(separator: "T", omittingEmptySubsequences: false)
            guard parts.count == 2, let day = Day(parts[0]), let minute = minuteOfDay(parts[1]) else { return nil }
            return zone.instant(day, minute: minute)
        }
        let expected = Phrase(zh: "当地时间，如 2026-03-02T10:00", en: "a local time such as 2026-03-02T10:00")
        return value(key, expected, read) ?? read(other) ?? Instant(milliseconds: 0)
    }

    fileprivate func expectations(_ city: City) -> [(key: RoutingCase.Expectation, value: String)] {
        func known(_ key: RoutingCase.Expectation) -> (names: [String], what: Phrase)? {
            switch key {
            case .area: (city.areas.codes, Phrase(zh: "区域代码", en: "the code of an area"))
            case .category: (city.categories.codes, Phrase(zh: "类别代码", en: "the code of a category"))
            case .rule: (city.catalogue.rules.map(\.name), Phrase(zh: "规则名", en: "the name of a rule"))
            case .lead, .with: (city.departments.codes, Phrase(zh: "单位代码", en: "the code of a department"))
            case .emergency: nil
            }
        }
        return RoutingCase.Expectation.allCases.compactMap { key in
            guard has(key.rawValue) else { return nil }
            let texts = strings(key.rawValue).filter { $0 != "none" }
            if let known = known(key) {
                for (item, text) in texts.enumerated() {
                    check(key.rawValue, item: item, text, among: known.names, known.what)
                }
            }
            return (key, texts.joined(separator: " "))
        }
    }
}
