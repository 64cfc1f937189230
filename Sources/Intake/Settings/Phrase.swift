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
