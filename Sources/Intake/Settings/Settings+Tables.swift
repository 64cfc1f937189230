private let aTable = Phrase(zh: "键值表", en: "a table")
private let aList = Phrase(zh: "列表", en: "a list")

extension Settings {
    /// The texts of a list, empty if the key is not written or has nothing after it. One text alone counts as a list.
    package func strings(_ key: String) -> [String] {
        items(key).enumerated().compactMap { index, item in
            if case .text(let text, written: true, line: _) = item, !text.isEmpty { return text }
            complain(key, item: index, expected: Phrase(zh: "文字", en: "text"), found: item.found)
            return nil
        }
    }

    /// A table that must be written; an absent one with a complaint otherwise.
    package func table(_ key: String) -> Settings {
        require(key, aTable)
        return optionalTable(key) ?? Settings(nil, path: below(key), line: line, under: self)
    }

    /// A table; one with nothing after its key counts as an empty one.
    package func optionalTable(_ key: String) -> Settings? {
        field(key).map { read($0.value, of: key, path: below(key)) }
    }

    /// The tables of a list, empty if the key is not written or has nothing after it.
    package func each(_ key: String) -> [Settings] {
        items(key).enumerated().map { index, item in read(item, of: key, at: index, path: "\(below(key))[\(index)]") }
    }

    /// Every key of this table with the table under it, in the order of the file: for maps of named things.
    package func entries() -> [(name: String, settings: Settings)] {
        allFields().map { ($0.name, read($0.value, of: $0.name, path: below($0.name))) }
    }

    /// Every key of this table with the list of texts after it, in the order of the file.
    package func lists() -> [(key: String, texts: [String])] {
        allFields().map { ($0.name, strings($0.name)) }
    }

    func below(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    private func read(_ value: Tree, of key: String, at item: Int? = nil, path: String) -> Settings {
        switch value {
        case .table(let fields, let line): return Settings(fields, path: path, line: line, under: self)
        case .text(_, written: false, let line): return Settings([], path: path, line: line, under: self)
        case .text, .list:
            complain(key, item: item, expected: aTable, found: value.found)
            return Settings(nil, path: path, line: value.line, under: self)
        }
    }

    /// The items of a list; a text or table alone counts as the only item of one.
    func items(_ key: String) -> [Tree] {
        switch field(key)?.value {
        case nil, .text(_, written: false, line: _): return []
        case .list(let items, _): return items
        case .text(let text, let written, let line): return [.text(text, written: written, line: line)]
        case .table(let fields, let line):
            complain(key, expected: aList, found: Tree.table(fields, line: line).found)
            return []
        }
    }
}
