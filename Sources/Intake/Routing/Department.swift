/// One that receives work: a bureau, a district or street office, a company that runs a public service.
package struct Department: Coded, Equatable {
    package let code: String
    package let name: Phrase
    /// Code of the department it belongs to.
    package let parent: String?
    /// Name of the destination its work is delivered to. Destinations are described in intake.yaml.
    package let destination: String
    /// Code of the area it is the local office of: what `lead: local-street` and `lead: local-district` find.
    package let area: String?
}

/// All departments by code, in the order of the file.
package struct Departments: Sendable {
    package private(set) var list: [Department] = []
    private var byCode: [String: Int] = [:]
    private var byArea: [String: Int] = [:]

    package subscript(code: String) -> Department? { byCode[code].map { list[$0] } }
    package var codes: [String] { list.map(\.code) }

    /// The local office of exactly this area.
    package func localOffice(of area: String) -> Department? { byArea[area].map { list[$0] } }

    /// Reads departments.yaml. `destinations` are the known destination names; nil leaves them unchecked.
    init(_ settings: Settings, areas: Hierarchy<Area>, destinations: [String]?) {
        var tables: [Settings] = []
        for table in settings.each("departments") {
            let code = table.code()
            let area = table.optionalString("area")
            let department = Department(
                code: code, name: table.name(), parent: table.optionalString("parent"),
                destination: table.string("deliver"), area: area)
            if let area { table.check("area", area, among: areas.codes, Phrase(zh: "区域代码", en: "the code of an area")) }
            if let destinations, table.has("deliver") {
                table.check(
                    "deliver", department.destination, among: destinations,
                    Phrase(zh: "intake.yaml 中的交付目的地", en: "a destination of intake.yaml"))
            }
            guard table.unique(code, byCode[code] == nil && Lead.Local(rawValue: code) == nil) else { continue }
            if let area, byArea.updateValue(list.count, forKey: area) != nil {
                table.complain(
                    "area", expected: Phrase(zh: "每个区域至多一个属地单位", en: "one local office for an area"), found: "\(area)")
            }
            byCode[code] = list.count
            list.append(department)
            tables.append(table)
        }
        for (department, table) in zip(list, tables) {
            guard let parent = department.parent else { continue }
            table.check("parent", parent, among: codes, Phrase(zh: "单位代码", en: "the code of a department"))
        }
        if list.isEmpty { settings.require("departments", Phrase(zh: "至少一个单位", en: "at least one department")) }
    }
}

extension Settings {
    /// A code: 1 to 64 of a-z, 0-9, `-` and `.`.
    func code() -> String {
        let expected = Phrase(zh: "代码（小写字母、数字、- 与 .，至多 64 个）", en: "a code of a-z, 0-9, - and ., up to 64")
        require("code", expected)
        let allowed = { (byte: UInt8) in
            (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x2E
        }
        return value("code", expected) { text in
            (1...64).contains(text.utf8.count) && text.utf8.allSatisfy(allowed) ? text : nil
        } ?? ""
    }

    /// `name` in Chinese, which must be written, and `english`, which falls back to it.
    func name() -> Phrase {
        let name = string("name")
        return Phrase(zh: name, en: string("english", default: name))
    }

    /// Complains unless the value of a key is one of the known names.
    func check(_ key: String, item: Int? = nil, _ value: String, among names: [String], _ what: Phrase) {
        if !names.contains(value) { complain(key, item: item, unknown: what, found: value, among: names) }
    }

    /// Whether a code is usable; complains if it is taken. An empty one has had its complaint.
    func unique(_ code: String, _ free: Bool) -> Bool {
        if code.isEmpty || free { return !code.isEmpty }
        complain("code", expected: Phrase(zh: "未用过的代码", en: "a code not used before"), found: "\"\(code)\"")
        return false
    }
}
