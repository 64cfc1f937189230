/// The lines of a text, whatever ends them: LF, CR LF or, in a file without LF, CR.
struct Lines: Sequence, IteratorProtocol {
    private var rest: Substring.UTF8View
    private let end: UInt8

    init(_ text: String) {
        rest = text[...].utf8
        end = text.utf8.contains(0x0A) ? 0x0A : 0x0D
    }

    mutating func next() -> Substring? {
        if rest.isEmpty { return nil }
        var line: Substring.UTF8View
        if let stop = rest.firstIndex(of: end) {
            line = rest[..<stop]
            rest = rest[rest.index(after: stop)...]
        } else {
            line = rest
            rest = rest[rest.endIndex...]
        }
        if line.last == 0x0D { line = line.dropLast() }
        return Substring(line)
    }
}

extension Substring {
    /// Nothing but ASCII white space: told without looking at characters, for files of one endless line.
    var isBlank: Bool { utf8.allSatisfy { $0 == 0x20 || (0x09...0x0D).contains($0) } }
}
