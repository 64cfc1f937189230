/// One loaded and checked version of the city's own data: who there is, what reports are about, where things are, who
/// works on what, and when offices are open. A value: a reload makes a new one, decisions name the version they used.
package struct City: Sendable {
    /// Twelve hexadecimal digits over the bytes of every file.
    package let version: String
    package let name: Phrase
    package let departments: Departments
    package let categories: Hierarchy<Category>
    package let areas: Hierarchy<Area>
    package let calendar: WorkingCalendar
    /// What holds for a report of no known category.
    package let limits: Limits
    /// What is allowed but probably not meant: rules that can never decide, provisional holidays.
    package let warnings: [Complaint]
    let locator: Locator
    let classifier: Classifier
    let catalogue: Catalogue
    let emergencyWords: EmergencyWords
    let cases: [RoutingCase]

    /// Where the problem is. `text` is the subject and text of the report.
    package func locate(_ place: Place, text: String) -> Located { locator.locate(place, text: text) }

    /// What it is about. `chosen` is a category code the sender chose.
    package func classify(chosen: String?, text: String) -> Classified {
        let plain = PlainText(text)
        return classifier.classify(chosen: chosen, text: plain, names: locator.gazetteer.names(in: plain))
    }

    /// The emergency numbers the text calls for, usually none.
    package func emergency(in text: String) -> [EmergencyNotice] { emergencyWords.notices(in: text) }

    /// All there is to warn of, and the phrases that only sound like it: for a page that warns while somebody types.
    package var emergencies: (notices: [EmergencyNotice], harmless: [String]) {
        (emergencyWords.all, emergencyWords.harmless)
    }

    /// Who leads and who helps. There is always an answer: the last rule matches everything.
    package func route(_ facts: Facts) -> Decision {
        let scene = scene(facts)
        for rule in catalogue.rules {
            if let decision = decide(rule, scene) { return decision }
        }
        // Not reached in a checked catalogue; its last rule still names the department to ask.
        return Decision(
            version: version, rule: "", lead: departments.codes.last ?? "", coHandlers: [], limits: Limits(),
            reason: Phrase(zh: "没有规则匹配", en: "no rule matched"))
    }

    /// The department of the last rule, which has no conditions: where people sort what nobody else is for.
    package var triage: String {
        if case .department(let code) = catalogue.rules.last?.lead { code } else { "" }
    }

    /// Every rule in order, with each of its conditions and what was found for it.
    package func explain(_ facts: Facts) -> [RuleTrial] {
        let scene = scene(facts)
        var decided = false
        return catalogue.rules.map { rule in
            let matched = decide(rule, scene) != nil
            defer { decided = decided || matched }
            return RuleTrial(
                rule: rule.name, line: rule.line, matched: matched, decides: matched && !decided,
                why: why(rule, scene, matched))
        }
    }

    /// Name of a department for people at work; of one that the data no longer has, its code with a word about that.
    package func name(ofDepartment code: String) -> Phrase {
        departments[code]?.name ?? Phrase(zh: "\(code)（已不在名录中）", en: "\(code) (no longer in the city's data)")
    }

    /// When the limits of a decision end for a report received at `start`.
    package func deadlines(_ decision: Decision, from start: Instant) -> Deadlines {
        calendar.deadlines(from: start, limits: decision.limits)
    }
}
