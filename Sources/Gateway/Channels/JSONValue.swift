package import Intake

/// A JSON text (RFC 8259) as a value that loses nothing an item needs: numbers stay text (64-bit ids do not fit a
/// Double), members keep their order, and a name that stands twice stays twice, so that the reader of an item can say
/// so instead of guessing.
package enum JSONValue: Sendable, Equatable {
    case object([Member])
    case array([JSONValue])
    case string(String)
    case number(String)
    case bool(Bool)
    case null

    package struct Member: Sendable, Equatable {
        package var name: String
        package var value: JSONValue
        package init(name: String, value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// Bounds against hostile input; the length of a body is bounded by who received it.
    package static let deepest = 32
    package static let mostValues = 100_000

    /// Reads one value that fills `bytes` (UTF-8, an initial byte order mark is skipped). Throws a lasting trouble that
    /// names the offset of what was not expected.
    package static func read(_ bytes: [UInt8]) throws(Trouble) -> JSONValue {
        var reader = JSONReader(bytes)
        return try reader.whole()
    }

    /// What a complaint calls this value.
    package var sort: Phrase {
        switch self {
        case .object: Phrase(zh: "对象", en: "an object")
        case .array: Phrase(zh: "数组", en: "an array")
        case .string: Phrase(zh: "文字", en: "text")
        case .number: Phrase(zh: "数字", en: "a number")
        case .bool: Phrase(zh: " true 或 false", en: "true or false")
        case .null: Phrase(zh: " null", en: "null")
        }
    }

    /// The only member with this name; nil if there is none, or several.
    package func member(_ name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        var found: JSONValue?
        for member in members where member.name == name {
            guard found == nil else { return nil }
            found = member.value
        }
        return found
    }
}
