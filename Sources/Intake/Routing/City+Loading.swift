import Crypto

/// A road, estate or landmark of places.yaml, and the area it lies in.
private struct NamedPlace {
    var area: Int
    var name: String
    var line: Int
}

extension City {
    /// The files of a city directory; those that may be missing are false.
    private static let files: [(name: String, required: Bool)] = [
        ("areas.geojson", false), ("areas.yaml", true), ("calendar.yaml", true), ("cases.yaml", false),
        ("catalogue.yaml", true), ("categories.yaml", true), ("city.yaml", true), ("departments.yaml", true),
        ("emergency.yaml", true), ("keywords.yaml", false), ("places.yaml", false),
    ]

    /// Reads a city from the files of a directory, each at most 8 MiB (polygons 64 MiB). `destinations` and `channels`
    /// are the names intake.yaml knows; nil leaves those of the city unchecked. Throws every complaint about every file.
    package static func load(
        directory: String, destinations: [String]? = nil, channels: [String]? = nil
    ) throws(ConfigurationError) -> City {
        var contents: [String: [UInt8]] = [:]
        let complaints = Complaints(folder: directory)
        for file in files {
            let limit = file.name.hasSuffix(".geojson") ? 64 << 20 : 8 << 20
            contents[file.name] = boundedContents("\(directory)/\(file.name)", limit: limit)
            guard file.required, contents[file.name] == nil else { continue }
            let expected = Phrase(zh: "可读的文件（\(limit >> 20)MiB 以内）", en: "a readable file of at most \(limit >> 20)MiB")
            complaints.add(
                Complaint(
                    file: file.name, line: 1, path: "", expected: expected, found: Phrase(zh: "没有", en: "none")))
        }
        return try City(contents, destinations, channels, complaints)
    }

    /// Reads a city from the contents of its files by name.
    init(
        _ contents: [String: [UInt8]], _ destinations: [String]?, _ channels: [String]?, _ complaints: Complaints
    ) throws(ConfigurationError) {
        var roots: [Settings] = []
        func settings(_ name: String) -> Settings? {
            guard let bytes = contents[name] else { return nil }
            let settings = Settings.read(bytes: bytes, file: name, complaints: complaints)
            roots.append(settings)
            return settings
        }
        func required(_ name: String) -> Settings { settings(name) ?? Settings.absent(name, complaints) }

        let general = required("city.yaml")
        let name = general.name()
        let calendar = WorkingCalendar(required("calendar.yaml"))
        let areas = Hierarchy<Area>(required("areas.yaml"))
        let departments = Departments(required("departments.yaml"), areas: areas, destinations: destinations)
        let tree = required("categories.yaml")
        let limits = tree.limits()
        let categories = Hierarchy<Category>(tree, limits: limits, weights: settings("keywords.yaml"))
        let decided = tree.optionalTable("decide-from")
        let classifier = Classifier(
            categories, minimum: decided?.int("score", default: 3, in: 1...1000) ?? 3,
            lead: decided?.int("lead", default: 1, in: 1...1000) ?? 1)
        var warnings: [Complaint] = []
        let known = Known(departments: departments, areas: areas, categories: categories, channels: channels)
        let catalogue = Catalogue(required("catalogue.yaml"), known, warnings: &warnings)
        let emergencyWords = EmergencyWords(required("emergency.yaml"))
        let places = settings("places.yaml").map { City.places($0, areas) } ?? []
        let shapes = contents["areas.geojson"].map { City.shapes($0, areas, complaints) } ?? []
        let gazetteer = Gazetteer(areas, places: places.map { ($0.area, $0.name) })
        warnings += City.warnings(about: calendar) + City.warnings(about: gazetteer, areas, places)
        let placed = warnings.map(complaints.placed)
        func city(_ cases: [RoutingCase]) -> City {
            City(
                version: City.digest(contents), name: name, departments: departments, categories: categories,
                areas: areas, calendar: calendar, limits: limits, warnings: placed,
                locator: Locator(areas, gazetteer: gazetteer, shapes: shapes),
                classifier: classifier, catalogue: catalogue, emergencyWords: emergencyWords, cases: cases)
        }
        let withoutCases = city([])
        // Without rules every case would be one complaint more about what is missing already.
        let cases =
            catalogue.rules.isEmpty
            ? [] : settings("cases.yaml")?.each("cases").map { RoutingCase($0, withoutCases) } ?? []
        for root in roots { root.finish() }
        try complaints.throwIfAny()
        self = city(cases)
    }

    /// places.yaml: under the code of an area the names of places in it.
    private static func places(_ settings: Settings, _ areas: Hierarchy<Area>) -> [NamedPlace] {
        var places: [NamedPlace] = []
        for (code, names) in settings.lists() {
            guard let area = areas.index(of: code) else {
                settings.complain(
                    code, unknown: Phrase(zh: "区域代码", en: "the code of an area"), found: code, among: areas.codes)
                continue
            }
            for (item, name) in names.enumerated() {
                settings.checkFindable(code, item: item, name)
                places.append(NamedPlace(area: area, name: name, line: settings.line(of: code, item: item)))
            }
        }
        return places
    }

    private static func shapes(
        _ bytes: [UInt8], _ areas: Hierarchy<Area>, _ complaints: Complaints
    ) -> [(area: Int, shape: Shape)] {
        GeoJSON(bytes, file: "areas.geojson", complaints: complaints).shapes.compactMap { code, feature, shape in
            if let area = areas.index(of: code) { return (area, shape) }
            complaints.add(
                Complaint(
                    file: "areas.geojson", line: 1, path: "features[\(feature)].properties.code",
                    expected: Phrase(zh: "区域代码", en: "the code of an area"),
                    found: Phrase(stringLiteral: "\"\(code)\""),
                    suggestion: code.nearest(among: areas.codes)))
            return nil
        }
    }

    private static func warnings(about calendar: WorkingCalendar) -> [Complaint] {
        calendar.provisional.sorted().map { year in
            Complaint(
                file: "calendar.yaml", line: 1, path: "provisional",
                expected: Phrase(zh: "已公布的 \(year) 年放假安排", en: "the published holidays of \(year)"),
                found: Phrase(zh: "暂定安排", en: "provisional ones"))
        }
    }

    /// Aliases and places that mean several areas. Names of areas are as they are: nobody can mend them.
    private static func warnings(
        about gazetteer: Gazetteer, _ areas: Hierarchy<Area>, _ places: [NamedPlace]
    ) -> [Complaint] {
        var warnings: [Complaint] = []
        var told: Set<Int> = []
        func warn(_ file: String, _ line: Int, _ path: String, _ name: String) {
            let meant = gazetteer.meanings(of: name)
            // One name, one warning, at the first place it is written.
            guard meant.count > 1, told.insert(gazetteer.number(of: name) ?? 0).inserted else { return }
            let shown = meant.prefix(4).map { areas.elements[$0].name }
            warnings.append(
                Complaint(
                    file: file, line: line, path: path,
                    expected: Phrase(
                        zh: "只指一个区域的名称（只说此名的诉求定不了区域）",
                        en: "a name of one area (a report that says no more is placed nowhere)"),
                    found: Phrase(
                        zh: "\"\(name)\"，指 \(meant.count) 个区域：\(shown.map(\.zh).joined(separator: "、"))"
                            + (meant.count > 4 ? "等" : ""),
                        en: "\"\(name)\", which means \(meant.count) areas: \(shown.map(\.en).joined(separator: ", "))"
                            + (meant.count > 4 ? " …" : ""))))
        }
        for area in areas.elements {
            for alias in area.aliases { warn("areas.yaml", area.line, "\(area.code).aliases", alias) }
        }
        for place in places { warn("places.yaml", place.line, areas.elements[place.area].code, place.name) }
        return warnings
    }

    private static func digest(_ contents: [String: [UInt8]]) -> String {
        var hash = SHA256()
        for (name, bytes) in contents.sorted(by: { $0.key < $1.key }) {
            hash.update(data: Array("\(name) \(bytes.count)\n".utf8))
            hash.update(data: bytes)
        }
        return hash.finalize().prefix(6).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0\(digits)" : digits
        }.joined()
    }
}
