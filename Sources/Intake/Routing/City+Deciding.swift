extension City {
    /// The facts as the conditions see them.
    func scene(_ facts: Facts) -> Scene {
        let (day, minute) = calendar.zone.local(facts.at)
        let category = facts.category.flatMap { categories[$0] }
        return Scene(
            facts: facts, areas: facts.area.map { areas.path(to: $0).map(\.code) } ?? [],
            categories: facts.category.map { categories.path(to: $0).map(\.code) } ?? [],
            urgent: facts.urgent || category?.urgent == true, words: catalogue.words(in: facts.text),
            isOpen: calendar.isOpen(at: facts.at), isWorkingDay: calendar.isWorking(day), minute: minute)
    }

    /// What a rule decides; nil if a condition does not hold or the local lead cannot be found.
    func decide(_ rule: Rule, _ scene: Scene) -> Decision? {
        guard rule.conditions.allSatisfy({ $0.holds(in: scene) }), let lead = department(rule.lead, scene) else {
            return nil
        }
        var coHandlers: [String] = []
        for helper in rule.coHandlers {
            guard let code = department(helper, scene), code != lead, !coHandlers.contains(code) else { continue }
            coHandlers.append(code)
        }
        let above = scene.facts.category.flatMap { categories[$0]?.limits } ?? limits
        return Decision(
            version: version, rule: rule.name, lead: lead, coHandlers: coHandlers,
            limits: rule.limits.filled(from: above), reason: why(rule, scene, true))
    }

    private func department(_ lead: Lead, _ scene: Scene) -> String? {
        switch lead {
        case .department(let code): return code
        case .local(.nearest): return scene.areas.reversed().lazy.compactMap(departments.localOffice).first?.code
        case .local(.district): return scene.areas.first.flatMap(departments.localOffice)?.code
        }
    }

    /// All conditions of a rule that matched, the failed ones of another.
    func why(_ rule: Rule, _ scene: Scene, _ matched: Bool) -> Phrase {
        let failed = rule.conditions.filter { !$0.holds(in: scene) }
        let shown = (matched ? rule.conditions : failed).map {
            $0.words(in: scene, areas: areas, categories: categories)
        }
        if shown.isEmpty {
            return matched
                ? Phrase(zh: "无条件，总是匹配", en: "no conditions, always matches")
                : Phrase(zh: "区域未知或没有属地单位", en: "the area is unknown or has no local office")
        }
        return Phrase(
            zh: shown.map(\.zh).joined(separator: "；"), en: shown.map(\.en).joined(separator: "; "))
    }
}
