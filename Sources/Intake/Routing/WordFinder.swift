/// Finds every one of many words in a text in one pass (Aho and Corasick, "Efficient string matching", 1975), over
/// Unicode scalars of `PlainText`. Words are numbered as they are added; equal ones after normalising share a number.
struct WordFinder: Sendable {
    struct Match: Sendable, Equatable {
        var word: Int
        /// Scalars of the plain text.
        var range: Range<Int>
    }

    private(set) var words: [PlainText] = []
    private var numbers: [[UInt32]: Int] = [:]
    private var automaton = Automaton([])

    /// The number of a word. Nil for one that is empty after normalising. Call `seal()` after the last.
    mutating func add(_ word: String) -> Int? {
        let plain = PlainText(word)
        guard !plain.scalars.isEmpty else { return nil }
        if let number = numbers[plain.scalars] { return number }
        numbers[plain.scalars] = words.count
        words.append(plain)
        return words.count - 1
    }

    /// The number of a word that was added; nil for any other.
    func number(of word: String) -> Int? { numbers[PlainText(word).scalars] }

    /// Scalars of the longest word.
    var longest: Int { words.map(\.scalars.count).max() ?? 0 }

    mutating func seal() { automaton = Automaton(words.map(\.scalars)) }

    /// Every place where a word stands, overlapping ones too, by where they end. Latin words count only when they stand
    /// alone ("east" is not found in "beast").
    func matches(in text: PlainText) -> [Match] {
        var found: [Match] = []
        let scalars = text.scalars
        automaton.scan(scalars) { word, end in
            let start = end - words[word].scalars.count
            if start > 0, !PlainText.isBoundary(scalars[start - 1], scalars[start]) { return }
            if end < scalars.count, !PlainText.isBoundary(scalars[end - 1], scalars[end]) { return }
            found.append(Match(word: word, range: start..<end))
        }
        return found
    }

    /// The longest matches that do not overlap: a longer one wins over a shorter one it touches, an earlier one over an
    /// equally long later one. In the order of the text.
    func longestMatches(in text: PlainText) -> [Match] {
        let all = matches(in: text).sorted {
            ($1.range.count, $0.range.lowerBound) < ($0.range.count, $1.range.lowerBound)
        }
        var covered = [Bool](repeating: false, count: text.scalars.count)
        var kept: [Match] = []
        for match in all where !match.range.contains(where: { covered[$0] }) {
            for index in match.range { covered[index] = true }
            kept.append(match)
        }
        return kept.sorted { $0.range.lowerBound < $1.range.lowerBound }
    }
}
