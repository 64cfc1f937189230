package import Intake

/// What is wrong with one field of an item, for a sender who can mend it. Never repeats the value.
package struct FieldProblem: Error, Sendable, Equatable {
    package enum Cause: Sendable, Equatable {
        case missing
        /// The sort that would have been read ("text", "a number"), and the one that stands there.
        case sort(expected: Phrase, found: Phrase)
        /// One of these was expected.
        case choice([String])
        case tooLong(bytes: Int)
        case tooMany(Int)
        case twice
        /// What was expected.
        case malformed(Phrase)
    }
    /// Path inside the item: "place.lat", "attachments[0].url"; empty for the item itself.
    package var field: String
    package var cause: Cause

    package init(field: String, cause: Cause) {
        self.field = field
        self.cause = cause
    }

    /// A stable word for programs.
    package var code: String {
        switch cause {
        case .missing: "missing"
        case .sort: "wrong-type"
        case .choice: "unknown-value"
        case .tooLong: "too-long"
        case .tooMany: "too-many"
        case .twice: "twice"
        case .malformed: "malformed"
        }
    }

    /// One line for a person.
    package var phrase: Phrase {
        let en = field.isEmpty ? "the item" : field
        let zh = field.isEmpty ? "该条目" : field
        return switch cause {
        case .missing: Phrase(zh: "缺少 \(zh)", en: "\(en) is missing")
        case .sort(let expected, let found):
            Phrase(zh: "\(zh) 应为\(expected.zh)，实为\(found.zh)", en: "\(en) should be \(expected.en), not \(found.en)")
        case .choice(let values):
            Phrase(
                zh: "\(zh) 应为以下之一：\(values.joined(separator: "、"))",
                en: "\(en) should be one of \(values.joined(separator: ", "))")
        case .tooLong(let bytes):
            Phrase(zh: "\(zh) 过长，最多 \(bytes) 字节（UTF-8）", en: "\(en) should be \(bytes) bytes of UTF-8 at most")
        case .tooMany(let count): Phrase(zh: "\(zh) 最多 \(count) 个", en: "\(en) should hold \(count) at most")
        case .twice: Phrase(zh: "\(zh) 重复出现", en: "\(en) stands twice")
        case .malformed(let expected): Phrase(zh: "\(zh) 应为\(expected.zh)", en: "\(en) should be \(expected.en)")
        }
    }
}

/// Every complaint about one item; never empty.
package struct FieldProblems: Error, Sendable, Equatable {
    package var all: [FieldProblem]
    init(_ all: [FieldProblem]) { self.all = all }

    /// The first ten in one line.
    package var phrase: Phrase {
        let first = all.prefix(10).map(\.phrase)
        return Phrase(
            zh: first.map(\.zh).joined(separator: "；"), en: first.map(\.en).joined(separator: "; "))
    }
}
