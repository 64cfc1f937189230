/// Words in a report that call for 110, 119, 120 or 122 rather than a hotline.
package struct EmergencyNotice: Sendable, Equatable, Codable {
    /// The number to call.
    package var number: String
    /// The words found, as they stand in emergency.yaml.
    package var words: [String]
    /// What to tell the citizen at once.
    package var message: Phrase
}

extension EmergencyNotice {
    /// Those of numbers that earlier ones do not call for: a second, other danger.
    static func others(in found: [EmergencyNotice], than earlier: [EmergencyNotice]) -> [EmergencyNotice] {
        found.filter { notice in !earlier.contains { $0.number == notice.number } }
    }
}

/// Finds emergency words. Where a longer harmless phrase (`unless`) overlaps a word, the word does not count: 火灾隐患 is no
/// 火灾. Words take nothing from each other: 车祸有人受伤 calls for 122 and 120.
struct EmergencyWords: Sendable {
    private var notices: [(number: String, message: Phrase)] = []
    private var finder = WordFinder()
    private var spellings: [String] = []
    /// For each word the notices it stands for; none for the harmless phrases.
    private var meanings: [[Int]] = []
    private var longest = 0

    /// Reads emergency.yaml: `notices`, each with number, words, unless, message and english.
    init(_ settings: Settings) {
        for table in settings.each("notices") {
            let number = table.string("number")
            let message = table.string("message")
            notices.append((number, Phrase(zh: message, en: table.string("english", default: message))))
            table.require("words", Phrase(zh: "词语列表", en: "a list of words"))
            for (index, word) in table.strings("words").enumerated() {
                table.checkFindable("words", item: index, word)
                add(word, notices.count - 1)
            }
            for word in table.strings("unless") { add(word, nil) }
        }
        finder.seal()
        longest = finder.longest
    }

    private mutating func add(_ word: String, _ notice: Int?) {
        guard let number = finder.add(word) else { return }
        if number == meanings.count {
            meanings.append([])
            spellings.append(word)
        }
        if let notice { meanings[number].append(notice) }
    }

    /// Every notice with all of its words, in the order of the file.
    var all: [EmergencyNotice] {
        notices.indices.map { notice in
            let words = meanings.indices.filter { meanings[$0].contains(notice) }.map { spellings[$0] }
            return EmergencyNotice(number: notices[notice].number, words: words, message: notices[notice].message)
        }
    }

    /// Every phrase that holds such a word and means no harm.
    var harmless: [String] { meanings.indices.filter { meanings[$0].isEmpty }.map { spellings[$0] } }

    /// One notice a number, in the order of the file. The whole text is looked through, however long: a danger may be
    /// told at the end of a long call.
    func notices(in text: String) -> [EmergencyNotice] {
        var found: [Int: [String]] = [:]
        PlainText.windows(of: text, overlap: 4 * longest) { window, own in
            let matches = finder.matches(in: window)
            // For each place the length of the longest harmless phrase over it.
            var harmless = [Int](repeating: 0, count: window.scalars.count)
            for match in matches where meanings[match.word].isEmpty {
                for place in match.range { harmless[place] = max(harmless[place], match.range.count) }
            }
            for match in matches where own.contains(match.range.lowerBound) {
                if match.range.contains(where: { harmless[$0] > match.range.count }) { continue }
                for notice in meanings[match.word] where !(found[notice]?.contains(spellings[match.word]) ?? false) {
                    found[notice, default: []].append(spellings[match.word])
                }
            }
        }
        return found.sorted { $0.key < $1.key }.map {
            EmergencyNotice(number: notices[$0.key].number, words: $0.value, message: notices[$0.key].message)
        }
    }
}
