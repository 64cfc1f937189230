import Foundation

/// A cursor over one table of a YAML file: what is asked for by key, checked, with every complaint collected.
///
/// No getter throws. One that finds nothing usable adds a complaint and gives a neutral value (empty text, zero, the
/// first choice), so that one reading finds every mistake; the caller ends with `conclude()` on the whole, which throws
/// them all. Values read before that must not be acted on. A key nobody asked for is a mistake too. What `table` and
/// `each` give for a missing key is *absent*: its getters complain no further.
///
/// A start-up class, not Sendable.
package final class Settings {
    /// Where this table stands: `channels[2].smtp`; empty for the whole file.
    package let path: String
    /// Line of the table's first key, counted from 1.
    package let line: Int
    package let file: String
    /// Directory the `credential:NAME` secrets are read from; nil where the service manager handed none over.
    let credentials: String?
    let complaints: Complaints
    /// Stands for a table that is not there or not readable, about which a complaint is already made.
    let absent: Bool
    private let fields: [String: Tree.Field]
    private let order: [String]
    private var asked: Set<String> = []
    private var children: [Settings] = []
    private var whole = false

    init(_ fields: [Tree.Field]?, path: String, line: Int, under parent: Settings) {
        self.fields = Dictionary((fields ?? []).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        order = (fields ?? []).map(\.name)
        absent = fields == nil
        self.path = path
        self.line = line
        file = parent.file
        credentials = parent.credentials
        complaints = parent.complaints
        parent.children.append(self)
    }

    private init(root: [Tree.Field]?, line: Int, file: String, credentials: String?, complaints: Complaints) {
        fields = Dictionary((root ?? []).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        order = (root ?? []).map(\.name)
        absent = root == nil
        path = ""
        self.line = line
        self.file = file
        self.credentials = credentials
        self.complaints = complaints
    }

    /// Reads a whole YAML text of at most 8 MiB. `file` is what complaints call it. Several files can share `complaints`.
    /// Text that is no YAML, has anchors, a key twice, or is nested too deeply gives one complaint and an absent table.
    package static func read(
        text: String, file: String, credentials: String? = nil, complaints: Complaints = Complaints()
    ) -> Settings {
        func root(_ fields: [Tree.Field]?, line: Int) -> Settings {
            Settings(root: fields, line: line, file: file, credentials: credentials, complaints: complaints)
        }
        do throws(TreeTrouble) {
            switch try Tree.read(text) {
            case nil, .text(_, written: false, line: _): return root([], line: 1)
            case .table(let fields, let line): return root(fields, line: line)
            case .some(let other):
                throw TreeTrouble(
                    line: other.line, expected: Phrase(zh: "键值表", en: "a table of keys and values"), found: other.found)
            }
        } catch {
            complaints.add(
                Complaint(file: file, line: error.line, path: "", expected: error.expected, found: error.found))
            return root(nil, line: error.line)
        }
    }

    /// Reads the bytes of a file as `read(text:)` does. What is not UTF-8 gives one complaint and an absent table.
    package static func read(
        bytes: [UInt8], file: String, credentials: String? = nil, complaints: Complaints = Complaints()
    ) -> Settings {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return absent(
                file, complaints, expected: Phrase(zh: "UTF-8 编码的文件", en: "a file in UTF-8"),
                found: Phrase(zh: "其他编码", en: "another encoding"), credentials: credentials)
        }
        let marked = text.unicodeScalars.first == "\u{FEFF}"
        return read(
            text: marked ? String(text.unicodeScalars.dropFirst()) : text, file: file, credentials: credentials,
            complaints: complaints)
    }

    /// Reads the file at `path`, which names it in complaints. A file that cannot be read gives one complaint and an
    /// absent table.
    package static func read(
        path: String, credentials: String? = nil, complaints: Complaints = Complaints()
    ) -> Settings {
        guard let bytes = boundedContents(path, limit: Bounds.bytes) else {
            return absent(
                path, complaints, expected: Phrase(zh: "可读的文件（8MiB 以内）", en: "a readable file of at most 8MiB"),
                found: Phrase(zh: "没有", en: "none"), credentials: credentials)
        }
        return read(bytes: bytes, file: path, credentials: credentials, complaints: complaints)
    }

    /// Stands for a file that is not there; with `expected` and `found` the complaint about it is made here.
    static func absent(
        _ file: String, _ complaints: Complaints, expected: Phrase? = nil, found: Phrase? = nil,
        credentials: String? = nil
    ) -> Settings {
        if let expected, let found {
            complaints.add(Complaint(file: file, line: 1, path: "", expected: expected, found: found))
        }
        return Settings(root: nil, line: 1, file: file, credentials: credentials, complaints: complaints)
    }

    /// The field for `key`, which counts as asked for from now on; nil if the key is not written.
    func field(_ key: String) -> Tree.Field? {
        asked.insert(key)
        return fields[key]
    }

    /// Every key of the table in the order of the file, all counted as asked for.
    func allFields() -> [Tree.Field] {
        whole = true
        return order.compactMap { fields[$0] }
    }

    /// Whether the key is written, with or without a value. Does not count as asking for it.
    package func has(_ key: String) -> Bool { fields[key] != nil }

    /// Leaves the keys nobody asked for without complaint: for a table whose owner could not be found out.
    package func ignoreRest() { whole = true }

    /// Complains about each key that nobody asked for, here and in every table handed out from here, with the line and
    /// the key that was probably meant. A second call adds nothing.
    package func finish() {
        if !whole {
            for name in order where !asked.contains(name) {
                let near = name.nearest(among: asked.subtracting(order).sorted())
                let known = asked.sorted().prefix(30).joined(separator: ", ")
                let expected = Phrase(
                    zh: known.isEmpty ? "没有任何键" : "已知的键（\(known)）",
                    en: known.isEmpty ? "no keys" : "one of the keys \(known)")
                let found = Phrase(zh: "未知的键 \"\(name)\"", en: "the unknown key \"\(name)\"")
                complain(name, expected: expected, found: found, suggestion: near)
            }
            whole = true
        }
        for child in children { child.finish() }
        children = []
    }

    /// `finish()`, then throws all complaints collected by this reading and those it shares a collector with.
    package func conclude() throws(ConfigurationError) {
        finish()
        try complaints.throwIfAny()
    }
}

/// Up to `limit` bytes of a file; nil if it cannot be read or holds more.
package func boundedContents(_ path: String, limit: Int) -> [UInt8]? {
    guard let handle = FileHandle(forReadingAtPath: path) else { return nil }
    defer { try? handle.close() }
    var bytes: [UInt8] = []
    do {
        while let piece = try handle.read(upToCount: limit + 1 - bytes.count), !piece.isEmpty {
            bytes.append(contentsOf: piece)
            if bytes.count > limit { return nil }
        }
    } catch {
        return nil
    }
    return bytes
}
