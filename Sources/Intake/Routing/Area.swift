/// A part of the city: a district, a street (街道 or 镇) in it, a community in that.
package struct Area: Coded, Equatable {
    package enum Level: Int, Sendable, CaseIterable {
        case district, street, community
    }
    package let code: String
    package let name: Phrase
    package let level: Level
    /// Other names people use for it.
    package let aliases: [String]
    /// Line in areas.yaml.
    let line: Int
}

extension Hierarchy where Element == Area {
    /// Reads areas.yaml: `areas`, each with code, name, english, aliases and further `areas`, three levels deep.
    init(_ settings: Settings) {
        self.init()
        read(settings, under: nil, level: .district)
        if isEmpty { settings.require("areas", Phrase(zh: "至少一个区域", en: "at least one area")) }
    }

    private mutating func read(_ settings: Settings, under parent: Int?, level: Area.Level) {
        for table in settings.each("areas") {
            let area = Area(
                code: table.code(), name: table.name(), level: level, aliases: table.strings("aliases"),
                line: table.line(of: "aliases"))
            for (index, alias) in area.aliases.enumerated() { table.checkFindable("aliases", item: index, alias) }
            guard table.unique(area.code, self[area.code] == nil), let index = add(area, under: parent) else {
                table.ignoreRest()
                continue
            }
            if let below = Area.Level(rawValue: level.rawValue + 1) {
                read(table, under: index, level: below)
            }
        }
    }
}

extension Settings {
    /// Complains about a word too short to be looked for in texts: one letter finds itself everywhere.
    func checkFindable(_ key: String, item: Int? = nil, _ word: String) {
        guard PlainText(word).scalars.count < 2 else { return }
        complain(
            key, item: item, expected: Phrase(zh: "至少两个字", en: "a word of at least two letters"), found: "\"\(word)\"")
    }
}
