extension Settings {
    /// Complaints about the whole file up to now, at most 500.
    package var complaintsSoFar: Int { complaints.list.count }

    /// Adds a complaint about the value of `key` (or of its item number `item`, from 0), with its line. An absent table
    /// adds none.
    package func complain(
        _ key: String, item: Int? = nil, expected: Phrase, found: Phrase, suggestion: String? = nil
    ) {
        guard !absent else { return }
        let place = below(key) + (item.map { "[\($0)]" } ?? "")
        complaints.add(
            Complaint(
                file: file, line: line(of: key, item: item), path: place, expected: expected, found: found,
                suggestion: suggestion))
    }

    /// The line of the value of `key`, or of its item; that of the table where the key is not written.
    package func line(of key: String, item: Int? = nil) -> Int {
        guard let value = field(key)?.value else { return line }
        if let item, case .list(let items, _) = value, items.indices.contains(item) { return items[item].line }
        return value.line
    }

    /// Adds the complaint that a value names nothing known, with the nearest of `names` as a suggestion, and all of them
    /// where they are few.
    package func complain(_ key: String, item: Int? = nil, unknown what: Phrase, found: String, among names: [String]) {
        var expected = what
        if (1...12).contains(names.count) {
            let list = names.joined(separator: ", ")
            expected = Phrase(zh: "\(what.zh)（\(list)）", en: "\(what.en) (\(list))")
        }
        complain(
            key, item: item, expected: expected, found: Phrase(stringLiteral: "\"\(found)\""),
            suggestion: found.nearest(among: names))
    }

    /// The scalar text of `key`. Nil with a complaint if something else stands there, or nothing after the colon; nil
    /// without one if the key is not written.
    func scalar(_ key: String, _ expected: Phrase) -> String? {
        guard let value = field(key)?.value else { return nil }
        if case .text(let text, written: true, line: _) = value { return text }
        complain(key, expected: expected, found: value.found)
        return nil
    }

    /// The common shape of a getter: nil if the key is not written; a complaint and nil if `read` does not understand it.
    func value<Value>(_ key: String, _ expected: Phrase, _ read: (String) -> Value?) -> Value? {
        guard let text = scalar(key, expected) else { return nil }
        if let value = read(text) { return value }
        complain(key, expected: expected, found: Phrase(stringLiteral: "\"\(text.prefix(80))\""))
        return nil
    }

    /// Complains that `key` is missing, if it is.
    func require(_ key: String, _ expected: Phrase) {
        guard !absent, field(key) == nil else { return }
        let expected = Phrase(zh: "键 \"\(key)\"（\(expected.zh)）", en: "the key \"\(key)\" (\(expected.en))")
        complain(key, expected: expected, found: Phrase(zh: "未写", en: "none"))
    }
}
