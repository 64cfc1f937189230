/// 派单目录: ordered rules; the first whose conditions all hold decides; the last one has none.
struct Catalogue: Sendable {
    private(set) var rules: [Rule] = []
    private var finder = WordFinder()

    /// Reads `rules` of catalogue.yaml. Rules that can never decide because an earlier one matches all they match are
    /// added to `warnings`.
    init(_ settings: Settings, _ known: Known, warnings: inout [Complaint]) {
        var names: Set<String> = []
        for table in settings.each("rules") {
            let rule = Rule(table, known, &finder)
            if !names.insert(rule.name).inserted {
                table.complain(
                    "name", expected: Phrase(zh: "未用过的规则名", en: "a name no other rule has"), found: "\"\(rule.name)\"")
            }
            if let earlier = rules.first(where: { $0.covers(rule, known) }) {
                warnings.append(
                    Complaint(
                        file: table.file, line: table.line, path: table.path,
                        expected: Phrase(zh: "可能被用到的规则", en: "a rule that can decide"),
                        found: Phrase(
                            zh: "\"\(rule.name)\" 总被第 \(earlier.line) 行的 \"\(earlier.name)\" 抢先",
                            en: "\"\(rule.name)\" always after \"\(earlier.name)\" of line \(earlier.line)")))
            }
            rules.append(rule)
        }
        finder.seal()
        let last = rules.last
        if case .department = last?.lead, last?.conditions.isEmpty == true { return }
        settings.complain(
            "rules",
            expected: Phrase(
                zh: "最后一条规则不带 when，并由固定单位主办（分拨席）", en: "a last rule without \"when\" and with a fixed lead (triage)"),
            found: last.map { Phrase(zh: "\"\($0.name)\"", en: "\"\($0.name)\"") } ?? Phrase(zh: "没有规则", en: "no rules")
        )
    }

    /// Numbers of the rules' words that stand in a text.
    func words(in text: String) -> Set<Int> { Set(finder.matches(in: PlainText(text)).map(\.word)) }
}
