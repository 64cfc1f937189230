extension Condition {
    /// What the condition wants and what the scene has, for `route explain`: 区域 要求临江区，实为东山区.
    func words(in scene: Scene, areas: Hierarchy<Area>, categories: Hierarchy<Category>) -> Phrase {
        switch self {
        case .area(let codes):
            return Phrase.wanted(
                Phrase(zh: "区域", en: "area"), codes.map { areas[$0]?.name ?? Phrase(stringLiteral: $0) },
                found: scene.facts.area.map { place(areas, $0) })
        case .category(let codes):
            return Phrase.wanted(
                Phrase(zh: "类别", en: "category"), codes.map { categories[$0]?.name ?? Phrase(stringLiteral: $0) },
                found: scene.facts.category.map { place(categories, $0) })
        case .kind(let kinds):
            return Phrase.wanted(
                Phrase(zh: "诉求类型", en: "kind"), kinds.map(\.name), found: scene.facts.kind.map(\.name))
        case .channel(let names):
            return Phrase.wanted(
                Phrase(zh: "渠道", en: "channel"), names.map { Phrase(stringLiteral: $0) },
                found: Phrase(stringLiteral: scene.facts.channel))
        case .words(let words):
            let found = words.filter { scene.words.contains($0.number) }.map(\.spelling).joined(separator: "、")
            return Phrase.wanted(
                Phrase(zh: "词语", en: "words"), words.map { Phrase(stringLiteral: $0.spelling) },
                found: found.isEmpty ? nil : Phrase(stringLiteral: found))
        case .without(let words):
            let found = words.filter { scene.words.contains($0.number) }.map(\.spelling).joined(separator: "、")
            return Phrase.wanted(
                Phrase(zh: "不含词语", en: "none of the words"), words.map { Phrase(stringLiteral: $0.spelling) },
                found: found.isEmpty ? nil : Phrase(stringLiteral: found))
        case .time(let times):
            let day = scene.isWorkingDay ? Time.workingDay.name : Time.dayOff.name
            return Phrase.wanted(
                Phrase(zh: "时间", en: "time"), times.map(\.name),
                found: Phrase(zh: "\(day.zh) \(clock(scene.minute))", en: "\(day.en), \(clock(scene.minute))"))
        case .confidential(let wanted):
            return Phrase.wanted(
                Phrase(zh: "保密", en: "confidential"), [Phrase.yes(wanted)], found: Phrase.yes(scene.facts.confidential))
        case .urgent(let wanted):
            return Phrase.wanted(Phrase(zh: "紧急", en: "urgent"), [Phrase.yes(wanted)], found: Phrase.yes(scene.urgent))
        }
    }

    private func place<Element>(_ tree: Hierarchy<Element>, _ code: String) -> Phrase {
        guard tree[code] != nil else { return Phrase(stringLiteral: code) }
        return Phrase(zh: tree.pathName(of: code, in: .chinese), en: tree.pathName(of: code, in: .english))
    }
}

extension Kind {
    /// In both languages.
    package var name: Phrase { Phrase(zh: chinese, en: rawValue) }
}

extension Phrase {
    fileprivate static func yes(_ value: Bool) -> Phrase {
        value ? Phrase(zh: "是", en: "yes") : Phrase(zh: "否", en: "no")
    }

    fileprivate static func wanted(_ what: Phrase, _ wanted: [Phrase], found: Phrase?) -> Phrase {
        let zh = wanted.prefix(8).map(\.zh).joined(separator: "、") + (wanted.count > 8 ? "等" : "")
        let en = wanted.prefix(8).map(\.en).joined(separator: ", ") + (wanted.count > 8 ? " …" : "")
        return Phrase(
            zh: "\(what.zh)要求 \(zh)，实为 \(found?.zh ?? "无")", en: "\(what.en) wants \(en), found \(found?.en ?? "none")")
    }
}
