/// What a report is about, in the city's own tree of up to five levels.
package struct Category: Coded, Equatable {
    package let code: String
    package let name: Phrase
    /// Its own or that of the nearest category above that says so.
    package let urgent: Bool
    /// Its own limits, filled from the categories above and the city's.
    package let limits: Limits
    /// The words that speak for it, or with a negative weight against it.
    package let words: [String: Int]
}

extension Hierarchy where Element == Category {
    static var deepest: Int { 5 }

    /// Reads categories.yaml: `categories`, each with code, name, english, words, urgent, limits and
    /// further `categories`. `weights` gives more words by category code (keywords.yaml); they stand in for a word of
    /// the tree of the same spelling. `limits` hold where no category says otherwise.
    init(_ settings: Settings, limits: Limits, weights: Settings?) {
        self.init()
        var extra: [String: [String: Int]] = [:]
        for (code, table) in weights?.entries() ?? [] { extra[code] = table.words() }
        let above = Category(code: "", name: "", urgent: false, limits: limits, words: [:])
        read(settings, under: nil, above: above, level: 1, extra: extra)
        if isEmpty { settings.require("categories", Phrase(zh: "至少一个类别", en: "at least one category")) }
        for code in extra.keys.sorted() where self[code] == nil {
            weights?.complain(
                code, unknown: Phrase(zh: "类别代码", en: "the code of a category"), found: code, among: codes)
        }
    }

    private mutating func read(
        _ settings: Settings, under parent: Int?, above: Category, level: Int, extra: [String: [String: Int]]
    ) {
        for table in settings.each("categories") {
            let code = table.code()
            let own = table.optionalTable("words")?.words() ?? [:]
            let category = Category(
                code: code, name: table.name(), urgent: table.bool("urgent", default: above.urgent),
                limits: table.limits().filled(from: above.limits), words: own.merging(extra[code] ?? [:]) { $1 })
            guard table.unique(code, self[code] == nil), let index = add(category, under: parent) else {
                table.ignoreRest()
                continue
            }
            if level < Self.deepest {
                read(table, under: index, above: category, level: level + 1, extra: extra)
            }
        }
    }
}

extension Settings {
    /// A map of words to weights from -99 to 99, not 0.
    fileprivate func words() -> [String: Int] {
        let expected = Phrase(zh: "-99 到 99 且不为 0 的整数", en: "a whole number from -99 to 99, not 0")
        var words: [String: Int] = [:]
        for field in allFields() {
            checkFindable(field.name, field.name)
            words[field.name] = value(field.name, expected) { text in
                Int(text).flatMap { (-99...99).contains($0) && $0 != 0 ? $0 : nil }
            }
        }
        return words
    }
}
