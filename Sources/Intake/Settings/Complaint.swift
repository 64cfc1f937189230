/// One thing wrong with a configuration file, said so that an administrator can mend it without asking.
package struct Complaint: Sendable, Hashable, Codable {
    /// As it was handed to `Settings.read`.
    package var file: String
    /// Counted from 1.
    package var line: Int
    /// Where in the file: `channels[2].smtp.port`; empty for the file as a whole.
    package var path: String
    package var expected: Phrase
    package var found: Phrase
    /// What was probably meant.
    package var suggestion: String?

    package init(
        file: String, line: Int, path: String, expected: Phrase, found: Phrase, suggestion: String? = nil
    ) {
        self.file = file
        self.line = line
        self.path = path
        self.expected = expected
        self.found = found
        self.suggestion = suggestion
    }

    /// One line, `file:line: path: …`, in the given language.
    package func text(in language: Language) -> String {
        let place = "\(file):\(line): " + (path.isEmpty ? "" : "\(path): ")
        switch language {
        case .chinese:
            return place + "应为：\(expected.zh)；实为：\(found.zh)" + (suggestion.map { "；是否想写 \"\($0)\"？" } ?? "")
        case .english:
            return place + "expected \(expected.en), found \(found.en)"
                + (suggestion.map { "; did you mean \"\($0)\"?" } ?? "")
        }
    }
}

extension Complaint: CustomStringConvertible {
    package var description: String { text(in: .english) }
}

/// Collects the complaints of one reading, which may span several files. A start-up class, not Sendable.
package final class Complaints {
    package private(set) var list: [Complaint] = []
    /// More than this are counted but not kept: a file that is wrong everywhere needs no longer list.
    static let limit = 500
    private var more = 0
    /// Put before the names of files; empty where they are whole.
    let folder: String

    /// `folder` holds the files that are complained about by their names alone.
    package init(folder: String = "") { self.folder = folder }

    package func add(_ complaint: Complaint) {
        if list.count < Complaints.limit {
            list.append(placed(complaint))
        } else {
            more += 1
        }
    }

    /// The same with its file as an administrator would open it.
    func placed(_ complaint: Complaint) -> Complaint {
        var complaint = complaint
        if !folder.isEmpty { complaint.file = "\(folder)/\(complaint.file)" }
        return complaint
    }

    /// Throws everything collected so far, in order of file and line; returns when there is nothing.
    package func throwIfAny() throws(ConfigurationError) {
        if !list.isEmpty { throw ConfigurationError(list, more: more) }
    }
}

/// Why a configuration is refused: all of its complaints at once. The daemon ends with 78 (EX_CONFIG).
package struct ConfigurationError: Error, Sendable, Equatable, Codable {
    /// In order of file and line.
    package let complaints: [Complaint]
    /// How many further ones were not kept.
    package let more: Int

    package init(_ complaints: [Complaint], more: Int = 0) {
        self.complaints = complaints.sorted { ($0.file, $0.line, $0.path) < ($1.file, $1.line, $1.path) }
        self.more = more
    }

    /// One line a complaint.
    package func text(in language: Language) -> String {
        var lines = complaints.map { $0.text(in: language) }
        if more > 0 { lines.append(Phrase(zh: "另有 \(more) 处", en: "and \(more) more")[language]) }
        return lines.joined(separator: "\n")
    }
}

extension ConfigurationError: CustomStringConvertible {
    package var description: String { text(in: .english) }
}
