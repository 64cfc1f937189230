import Intake

/// Takes the fields of one JSON object one by one and gathers every complaint, so that a sender hears of all of them
/// at once. `null` counts as absent. What is never asked for is "not understood" and harmless.
struct FieldReader {
    private let members: [JSONValue.Member]
    private let path: String
    private var asked: Set<String> = []
    private var strangers: [String] = []
    var problems: [FieldProblem] = []

    /// `path` stands before each field name in complaints ("place." or ""). A value that is no object is a complaint.
    init(_ value: JSONValue, path: String = "") {
        self.path = path
        if case .object(let members) = value {
            self.members = members
        } else {
            members = []
            let field = path.hasSuffix(".") ? String(path.dropLast()) : path
            problems.append(
                .init(field: field, cause: .sort(expected: Phrase(zh: "对象", en: "an object"), found: value.sort)))
        }
    }

    mutating func complain(_ name: String, _ cause: FieldProblem.Cause) {
        problems.append(.init(field: path + name, cause: cause))
    }

    /// The value of a field; nil when absent or null. A name that stands twice is a complaint: which one is meant
    /// nobody can know (RFC 8259 section 4).
    mutating func value(_ name: String) -> JSONValue? {
        asked.insert(name)
        var found: JSONValue?
        for member in members where member.name == name {
            if found != nil {
                complain(name, .twice)
                return nil
            }
            found = member.value
        }
        return found == .null ? nil : found
    }

    /// Text of `longest` bytes at most, cleaned of control characters and white space at its ends; nil when absent or
    /// empty. With `numbers` a number counts as its digits, because ids and telephone numbers are often sent so.
    mutating func text(_ name: String, longest: Int, numbers: Bool = false) -> String? {
        switch value(name) {
        case nil: return nil
        case .string(let text):
            guard text.utf8.count <= longest else {
                complain(name, .tooLong(bytes: longest))
                return nil
            }
            let clean = text.withoutControls.trimmed
            return clean.isEmpty ? nil : clean
        case .number(let digits) where numbers:
            guard digits.utf8.count <= longest else {
                complain(name, .tooLong(bytes: longest))
                return nil
            }
            return digits
        case .some(let other):
            let expected =
                numbers ? Phrase(zh: "文字或数字", en: "text or a number") : Phrase(zh: "文字", en: "text")
            complain(name, .sort(expected: expected, found: other.sort))
            return nil
        }
    }

    mutating func flag(_ name: String) -> Bool {
        switch value(name) {
        case nil: return false
        case .bool(let flag): return flag
        case .some(let other):
            complain(name, .sort(expected: Phrase(zh: " true 或 false", en: "true or false"), found: other.sort))
            return false
        }
    }

    /// A number, or text that is one ("39.9"); nil when absent or a complaint.
    mutating func number(_ name: String) -> Double? {
        let text: String
        switch value(name) {
        case nil: return nil
        case .number(let digits): text = digits
        case .string(let digits): text = digits.trimmed
        case .some(let other):
            complain(name, .sort(expected: Phrase(zh: "数字", en: "a number"), found: other.sort))
            return nil
        }
        guard text.utf8.count <= 64, let number = Double(text), number.isFinite else {
            complain(name, .malformed(Phrase(zh: "数字", en: "a number")))
            return nil
        }
        return number
    }

    /// A reader over a nested object; nil when absent.
    mutating func object(_ name: String) -> FieldReader? {
        value(name).map { FieldReader($0, path: path + name + ".") }
    }

    /// The elements of an array, at most `most`; empty when absent.
    mutating func list(_ name: String, most: Int) -> [JSONValue] {
        switch value(name) {
        case nil: return []
        case .array(let values):
            guard values.count <= most else {
                complain(name, .tooMany(most))
                return []
            }
            return values
        case .some(let other):
            complain(name, .sort(expected: Phrase(zh: "数组", en: "an array"), found: other.sort))
            return []
        }
    }

    /// Takes over what a reader of a nested object found.
    mutating func absorb(_ inner: FieldReader) {
        problems += inner.problems
        strangers += inner.unasked
    }

    /// Names that nothing asked for, with their path: for a remark, so that a mistyped name is seen by somebody. Only
    /// names that look like names, at most ten.
    var unasked: [String] {
        let names = members.map(\.name).filter { name in
            !asked.contains(name) && name.utf8.count <= 40
                && name.utf8.allSatisfy { $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") || isLetter($0) }
        }
        return Array((names.map { path + $0 } + strangers).prefix(10))
    }

    private func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}

extension String {
    /// Without characters that no text needs and that a database or a terminal may stumble over (U+0000, escapes);
    /// tabs stay, and every kind of line end becomes one line feed.
    var withoutControls: String {
        guard utf8.contains(where: { $0 < 0x20 || $0 == 0x7F || $0 == 0xC2 }) else { return self }
        var result = String.UnicodeScalarView()
        var previous: Unicode.Scalar?
        for scalar in unicodeScalars {
            switch scalar {
            case "\r": result.append("\n")
            case "\n": if previous != "\r" { result.append("\n") }
            case "\t": result.append(scalar)
            default: if scalar.properties.generalCategory != .control { result.append(scalar) }
            }
            previous = scalar
        }
        return String(result)
    }
}
