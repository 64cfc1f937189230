/// Who leads or helps: a department by its code, or the local office of wherever the problem is.
enum Lead: Sendable, Equatable {
    enum Local: String, Sendable, CaseIterable {
        /// The office of the deepest area that has one: the street's, else the district's.
        case nearest = "local"
        /// The office of the district.
        case district = "local-district"
    }
    case department(String)
    case local(Local)
}

/// One rule of the catalogue: when all conditions hold, these departments work on it.
struct Rule: Sendable {
    let name: String
    /// Line in catalogue.yaml.
    let line: Int
    let conditions: [Condition]
    let lead: Lead
    let coHandlers: [Lead]
    let limits: Limits
}

/// The names a rule may use.
struct Known {
    let departments: Departments
    let areas: Hierarchy<Area>
    let categories: Hierarchy<Category>
    /// Nil leaves channels unchecked.
    let channels: [String]?
}

extension Rule {
    /// Reads one rule: name, when, lead, with, limits. Words are added to `finder`.
    init(_ settings: Settings, _ known: Known, _ finder: inout WordFinder) {
        name = settings.string("name")
        line = settings.line
        lead = settings.leads("lead", known).first ?? .department("")
        settings.require("lead", Settings.leadExpected)
        coHandlers = settings.leads("with", known)
        limits = settings.limits()
        var conditions: [Condition] = []
        if let when = settings.optionalTable("when") {
            func read<Value>(_ key: String, _ make: ([Value]) -> Condition, _ value: (String, Int) -> Value?) {
                guard when.has(key) else { return }
                let texts = when.strings(key)
                if texts.isEmpty {
                    when.complain(
                        key, expected: Phrase(zh: "至少一项", en: "at least one"), found: Phrase(zh: "空", en: "none"))
                }
                conditions.append(make(texts.enumerated().compactMap { value($1, $0) }))
            }
            read("area", Condition.area) { code, item in
                when.check(
                    "area", item: item, code, among: known.areas.codes, Phrase(zh: "区域代码", en: "the code of an area"))
                return code
            }
            read("category", Condition.category) { code, item in
                when.check(
                    "category", item: item, code, among: known.categories.codes,
                    Phrase(zh: "类别代码", en: "the code of a category"))
                return code
            }
            read("kind", Condition.kind) { text, item in
                let names = Kind.allCases.map(\.rawValue)
                when.check(
                    "kind", item: item, text, among: names, Phrase(stringLiteral: names.joined(separator: ", ")))
                return Kind(rawValue: text)
            }
            read("channel", Condition.channel) { name, item in
                if let channels = known.channels {
                    when.check(
                        "channel", item: item, name, among: channels, Phrase(zh: "已配置的渠道", en: "a configured channel"))
                }
                return name
            }
            func word(_ text: String, _ item: Int) -> Condition.Word? {
                finder.add(text).map { Condition.Word(number: $0, spelling: text) }
            }
            read("words", Condition.words, word)
            read("without", Condition.without, word)
            read("time", Condition.time) { text, item in
                let time = Condition.Time(text)
                if time == nil {
                    when.complain("time", item: item, expected: Condition.Time.expected, found: "\"\(text)\"")
                }
                return time
            }
            if when.has("confidential") { conditions.append(.confidential(when.bool("confidential", default: true))) }
            if when.has("urgent") { conditions.append(.urgent(when.bool("urgent", default: true))) }
        }
        self.conditions = conditions
    }

    /// Whether every report the other rule matches is one this matches too. A local lead can fail to be found, and
    /// covers only where the other asks for the same one.
    func covers(_ other: Rule, _ known: Known) -> Bool {
        if case .local = lead, lead != other.lead { return false }
        return conditions.allSatisfy { condition in
            other.conditions.contains {
                condition.covers($0, isArea: known.areas.isWithin, isCategory: known.categories.isWithin)
            }
        }
    }
}

extension Settings {
    fileprivate static let leadExpected = Phrase(
        zh: "单位代码、local（属地街道或区）或 local-district（属地区）",
        en: "the code of a department, local (the nearest local office) or local-district")

    fileprivate func leads(_ key: String, _ known: Known) -> [Lead] {
        strings(key).enumerated().map { item, text in
            if let local = Lead.Local(rawValue: text) { return .local(local) }
            let names = known.departments.codes + Lead.Local.allCases.map(\.rawValue)
            check(key, item: item, text, among: names, Settings.leadExpected)
            return .department(text)
        }
    }
}
