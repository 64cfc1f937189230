/// Finds areas by the names people write: names, aliases and places within them.
///
/// Of overlapping names only the longest counts (桃源北路 is not 桃源). A name several areas share counts for the one
/// that fits the unambiguous names beside it; without such it is unsure.
struct Gazetteer: Sendable {
    /// A name found in a text and the areas it may mean.
    struct Mention: Sendable, Equatable {
        var name: String
        var areas: [Int]
    }

    enum Answer: Sendable, Equatable {
        /// The area, and the names that led to it.
        case area(Int, names: [String])
        /// Names were found but do not agree on one area.
        case unsure(names: [String])
        case nothing
    }

    private let areas: Hierarchy<Area>
    private var finder = WordFinder()
    private var spellings: [String] = []
    private var meanings: [[Int]] = []

    /// `places` are names of roads, estates and landmarks by the code of the area they lie in.
    init(_ areas: Hierarchy<Area>, places: [(area: Int, name: String)]) {
        self.areas = areas
        for (index, area) in areas.elements.enumerated() {
            for name in [area.name.zh, area.name.en] + area.aliases { add(name, index) }
        }
        for place in places { add(place.name, place.area) }
        finder.seal()
    }

    private mutating func add(_ name: String, _ area: Int) {
        guard let number = finder.add(name) else { return }
        if number == meanings.count {
            meanings.append([])
            spellings.append(name)
        }
        if !meanings[number].contains(area) { meanings[number].append(area) }
    }

    func mentions(in text: String) -> [Mention] {
        var seen: Set<Int> = []
        return finder.longestMatches(in: PlainText(text)).filter { seen.insert($0.word).inserted }.map {
            Mention(name: spellings[$0.word], areas: meanings[$0.word])
        }
    }

    /// Where the names stand, in scalars.
    func names(in text: PlainText) -> [Range<Int>] { finder.longestMatches(in: text).map(\.range) }

    /// The area these mentions agree on: the deepest if they stand on one line, else the one they share. `context` are
    /// mentions that may decide between meanings; `within` leaves aside everything outside one area.
    func resolve(_ mentions: [Mention], context: [Mention], within: Int? = nil) -> Answer {
        let inside = mentions.compactMap { mention -> Mention? in
            let areas = mention.areas.filter { area in within.map { self.areas.isWithin(area, $0) } ?? true }
            return areas.isEmpty ? nil : Mention(name: mention.name, areas: areas)
        }
        let certain = (context + inside).filter { $0.areas.count == 1 }.flatMap(\.areas)
        let decided = inside.map { decide($0, certain) }
        let single = decided.filter { $0.areas.count == 1 }
        // A name still open counts for what its meanings share, but only where nothing better is said.
        let used = single.isEmpty ? decided : single
        guard !used.isEmpty else { return .nothing }
        let named = used.compactMap { areas.common($0.areas) }
        guard named.count == used.count else { return .unsure(names: used.map(\.name)) }
        let deepest = Set(named).filter { one in !named.contains { $0 != one && areas.isWithin($0, one) } }
        guard let area = areas.common(deepest) else { return .unsure(names: used.map(\.name)) }
        return .area(area, names: used.map(\.name))
    }

    /// The meanings that stand on one line with a certain area; all if none does.
    private func decide(_ mention: Mention, _ certain: [Int]) -> Mention {
        guard mention.areas.count > 1 else { return mention }
        let fitting = mention.areas.filter { area in
            certain.contains { areas.isWithin(area, $0) || areas.isWithin($0, area) }
        }
        return fitting.isEmpty ? mention : Mention(name: mention.name, areas: fitting)
    }

    /// The areas a name means, in any of its spellings.
    func meanings(of name: String) -> [Int] { number(of: name).map { meanings[$0] } ?? [] }

    /// The same for all spellings of a name; nil for one that is not known.
    func number(of name: String) -> Int? { finder.number(of: name) }
}
