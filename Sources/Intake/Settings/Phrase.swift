/// One thing said to a person, in Chinese and in English. A literal says the same in both.
package struct Phrase: Sendable, Hashable, Codable, ExpressibleByStringInterpolation {
    package var zh: String
    package var en: String

    package init(zh: String, en: String) {
        self.zh = zh
        self.en = en
    }

    package init(stringLiteral value: String) { self.init(zh: value, en: value) }

    /// The words in one language.
    package subscript(language: Language) -> String {
        switch language {
        case .chinese: zh
        case .english: en
        }
    }
}

/// A phrase as one line of text, for columns and fields that hold one: read by people as it stands, Chinese first.
extension Phrase {
    private static let mark = " ‖ "

    package var kept: String { zh == en ? zh : zh + Phrase.mark + en }

    /// Reads what `kept` wrote; any other text says the same in both languages.
    package init(kept text: String) {
        guard let mark = text.firstRange(of: Phrase.mark) else {
            self.init(zh: text, en: text)
            return
        }
        self.init(zh: String(text[..<mark.lowerBound]), en: String(text[mark.upperBound...]))
    }
}
