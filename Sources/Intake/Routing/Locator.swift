/// Where a report's problem is, or why that cannot be told.
package struct Located: Sendable, Equatable, Codable {
    package enum How: String, Sendable, Codable, CaseIterable {
        case choice, coordinates, gazetteer, none
    }
    /// Code of the area; nil when unknown or unsure.
    package var area: String?
    package var how: How
    package var reason: Phrase

    package init(area: String?, how: How, reason: Phrase) {
        self.area = area
        self.how = how
        self.reason = reason
    }
}

/// Finds the area: by choice, else by coordinates in polygons, else by names in the text of the place, else by names in
/// the text of the report. What a later one says more exactly within an earlier one's area is taken.
struct Locator: Sendable {
    private let areas: Hierarchy<Area>
    let gazetteer: Gazetteer
    /// The deepest areas first.
    private let shapes: [(area: Int, shape: Shape)]

    init(_ areas: Hierarchy<Area>, gazetteer: Gazetteer, shapes: [(area: Int, shape: Shape)]) {
        self.areas = areas
        self.gazetteer = gazetteer
        self.shapes = shapes.sorted { (areas.depth(of: $1.area), $0.area) < (areas.depth(of: $0.area), $1.area) }
    }

    func locate(_ place: Place, text: String) -> Located {
        var found: (area: Int, how: Located.How)?
        var notes: [Phrase] = []
        if let code = place.area {
            found = areas.index(of: code).map { ($0, .choice) }
            notes.append(
                found.map { Phrase(zh: "来件选择 \(name($0.area).zh)", en: "\(name($0.area).en) chosen by the sender") }
                    ?? Phrase(zh: "所选区域 \(code) 未知", en: "the chosen area \(code) is unknown"))
        }
        if let point = place.point { add(point, &found, &notes) }
        addNames(place, text, &found, &notes)
        if notes.isEmpty { notes = [Phrase(zh: "没有区域、坐标或已知地名", en: "no area, coordinates or known name of a place")] }
        let reason = Phrase(
            zh: notes.map(\.zh).joined(separator: "；"), en: notes.map(\.en).joined(separator: "; "))
        return Located(area: found.map { areas.elements[$0.area].code }, how: found?.how ?? .none, reason: reason)
    }

    private func add(_ point: Point, _ found: inout (area: Int, how: Located.How)?, _ notes: inout [Phrase]) {
        guard !shapes.isEmpty else { return }
        let position = point.wgs84
        guard let area = shapes.first(where: { $0.shape.contains(position) })?.area else {
            notes.append(Phrase(zh: "坐标不在本市已知区域内", en: "the coordinates lie in no known area"))
            return
        }
        if let chosen = found?.area, !areas.isWithin(area, chosen) {
            if areas.isWithin(chosen, area) { return }
            notes.append(Phrase(zh: "但坐标在 \(name(area).zh)", en: "though the coordinates lie in \(name(area).en)"))
            return
        }
        found = (area, .coordinates)
        notes.append(Phrase(zh: "坐标在 \(name(area).zh)", en: "the coordinates lie in \(name(area).en)"))
    }

    private func addNames(
        _ place: Place, _ text: String, _ found: inout (area: Int, how: Located.How)?, _ notes: inout [Phrase]
    ) {
        if let area = found?.area, areas.elements[area].level == .community { return }
        let inPlace = gazetteer.mentions(in: place.text ?? "")
        let inText = gazetteer.mentions(in: text)
        var open: [String] = []
        for (mentions, context) in [(inPlace, inPlace), (inPlace, inPlace + inText), (inText, inPlace + inText)] {
            switch gazetteer.resolve(mentions, context: context, within: found?.area) {
            case .area(let area, let names):
                if area == found?.area { continue }
                if found == nil || found?.how == .gazetteer { found = (area, .gazetteer) } else { found?.area = area }
                let list = names.joined(separator: "、")
                notes.append(
                    Phrase(zh: "地名 \(list) 在 \(name(area).zh)", en: "\(list) is named, in \(name(area).en)"))
            case .unsure(let names): open = names
            case .nothing: continue
            }
        }
        if found == nil, !open.isEmpty {
            let list = open.joined(separator: "、")
            notes.append(Phrase(zh: "地名 \(list) 不能确定同一区域", en: "the names \(list) do not agree on one area"))
        }
    }

    private func name(_ area: Int) -> Phrase {
        let code = areas.elements[area].code
        return Phrase(zh: areas.pathName(of: code, in: .chinese), en: areas.pathName(of: code, in: .english))
    }
}
