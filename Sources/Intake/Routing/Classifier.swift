/// What a text is about, or why that cannot be told.
package struct Classified: Sendable, Equatable, Codable {
    /// Code of the deepest category the words speak for clearly; nil when unsure, which sends it to triage.
    package var category: String?
    /// Weight of the words found for it; 0 for a category somebody chose.
    package var score: Int
    /// Code of the category that came next at the last choice.
    package var runnerUp: String?
    package var reason: Phrase

    package init(category: String?, score: Int, runnerUp: String?, reason: Phrase) {
        self.category = category
        self.score = score
        self.runnerUp = runnerUp
        self.reason = reason
    }
}

/// Finds the category of a text by weighted words.
///
/// Each word found counts once. What it gives to a category is the weight written there, or else the most it gives to
/// one of the categories below (never less than nothing). From the top down the child with the most is taken, as long as
/// it has at least `minimum` and is at least `lead` ahead of the next; where that ends, the category reached is the
/// answer.
struct Classifier: Sendable {
    private let tree: Hierarchy<Category>
    private let minimum: Int
    private let lead: Int
    private var finder = WordFinder()
    private var spellings: [String] = []
    /// For each word what it gives to which categories.
    private var gifts: [[(category: Int, weight: Int)]] = []
    private var children: [Int: [Int]] = [:]
    private let roots: [Int]

    init(_ tree: Hierarchy<Category>, minimum: Int, lead: Int) {
        self.tree = tree
        self.minimum = minimum
        self.lead = lead
        roots = tree.childIndices(of: nil)
        var given: [[Int: Int]] = []
        for (index, category) in tree.elements.enumerated() {
            if let parent = tree.parent(of: index) { children[parent, default: []].append(index) }
            for (word, weight) in category.words.sorted(by: { $0.key < $1.key }) {
                guard let number = finder.add(word) else { continue }
                if number == given.count {
                    given.append([:])
                    spellings.append(word)
                }
                given[number][index] = weight
            }
        }
        finder.seal()
        gifts = given.map { own in
            var all = own
            // Elements stand before those below them, so from the back each is complete before it is handed up.
            for index in tree.elements.indices.reversed() {
                guard let weight = all[index], weight > 0, let parent = tree.parent(of: index), own[parent] == nil
                else { continue }
                all[parent] = max(all[parent] ?? 0, weight)
            }
            return all.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        }
    }

    /// `chosen` is a code the sender chose. One that has others below it is refined by the words. Words inside one of the
    /// `names` do not count: the name of a place (春晖幼儿园) says where, not what.
    func classify(chosen: String?, text: PlainText, names: [Range<Int>]) -> Classified {
        let start = chosen.flatMap { tree.index(of: $0) }
        if let start, children[start] == nil {
            return Classified(
                category: chosen, score: 0, runnerUp: nil, reason: Phrase(zh: "来件已选类别", en: "chosen by the sender"))
        }
        // Both stand in order of the text: of the names that begin no later than a match, the one that ends last decides.
        let names = names.sorted { $0.lowerBound < $1.lowerBound }
        var (begun, reach) = (0, 0)
        var words: Set<Int> = []
        for match in finder.matches(in: text).sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
            while begun < names.count, names[begun].lowerBound <= match.range.lowerBound {
                reach = max(reach, names[begun].upperBound)
                begun += 1
            }
            if match.range.upperBound > reach { words.insert(match.word) }
        }
        var scores = [Int](repeating: 0, count: tree.elements.count)
        for word in words { for gift in gifts[word] { scores[gift.category] += gift.weight } }
        var place = start
        var next: Int?
        while true {
            let choices = place.map { children[$0] ?? [] } ?? roots
            guard !choices.isEmpty else { break }
            let order = choices.sorted { (scores[$1], $0) < (scores[$0], $1) }
            next = order.dropFirst().first { scores[$0] > 0 }
            let ahead = scores[order[0]] - max(0, next.map { scores[$0] } ?? 0)
            guard scores[order[0]] >= minimum, ahead >= lead else {
                if place == nil { return unsure(order, scores, words) }
                break
            }
            place = order[0]
        }
        guard let place else { return unsure([], scores, words) }
        return Classified(
            category: tree.elements[place].code, score: scores[place], runnerUp: next.map { tree.elements[$0].code },
            reason: reason(place, next, scores, words, chosen: place == start))
    }

    private func unsure(_ order: [Int], _ scores: [Int], _ words: Set<Int>) -> Classified {
        guard let first = order.first, scores[first] > 0 else {
            return Classified(
                category: nil, score: 0, runnerUp: nil,
                reason: Phrase(zh: "没有找到任何类别的关键词", en: "no keyword of any category found"))
        }
        let second = order.dropFirst().first { scores[$0] > 0 }
        func list(_ language: Language) -> String {
            [first, second].compactMap { $0 }.map { index in
                "\(tree.elements[index].name[language]) \(scores[index]) (\(evidence(for: index, words)))"
            }.joined(separator: ", ")
        }
        return Classified(
            category: nil, score: scores[first], runnerUp: second.map { tree.elements[$0].code },
            reason: Phrase(
                zh: "关键词不足以判断：\(list(.chinese))；需至少 \(minimum) 分且领先 \(lead) 分",
                en: "keywords do not decide: \(list(.english)); \(minimum) and a lead of \(lead) are needed"))
    }

    private func reason(_ place: Int, _ next: Int?, _ scores: [Int], _ words: Set<Int>, chosen: Bool) -> Phrase {
        if chosen {
            return Phrase(
                zh: "来件已选类别，关键词未能细分", en: "chosen by the sender; keywords do not tell the kind below it")
        }
        let found = evidence(for: place, words)
        var zh = "关键词 \(found)，共 \(scores[place]) 分"
        var en = "keywords \(found), \(scores[place]) in all"
        if let next {
            zh += "；其次 \(tree.elements[next].name.zh) \(scores[next]) 分"
            en += "; next \(tree.elements[next].name.en) with \(scores[next])"
        }
        return Phrase(zh: zh, en: en)
    }

    /// The words that gave most to a category, at most six: 路灯 +6, 不亮 +2.
    private func evidence(for category: Int, _ words: Set<Int>) -> String {
        let given = words.compactMap { word -> (word: String, weight: Int)? in
            gifts[word].first { $0.category == category }.map { (spellings[word], $0.weight) }
        }
        let strongest = given.sorted { (abs($1.weight), $0.word) < (abs($0.weight), $1.word) }.prefix(6)
        return strongest.map { "\($0.word) \($0.weight > 0 ? "+" : "")\($0.weight)" }.joined(separator: ", ")
    }
}
