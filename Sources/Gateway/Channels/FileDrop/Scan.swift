/// Reads a short text from its head, byte by byte: what times and dates need, without the cost of a regular expression
/// on every line of every call.
struct Scan {
    private(set) var rest: Substring.UTF8View

    init(_ text: Substring) { rest = text.utf8 }

    var isAtEnd: Bool { rest.isEmpty }
    var text: Substring { Substring(rest) }

    /// A number of `length` digits; nil, with nothing read, if fewer are there. Further digits are left.
    mutating func number(_ length: ClosedRange<Int>) -> Int64? {
        let digits = rest.prefix(length.upperBound).prefix { (0x30...0x39).contains($0) }
        guard digits.count >= length.lowerBound else { return nil }
        rest = rest.dropFirst(digits.count)
        return Int64(Substring(digits))
    }

    /// True, and read, if `mark` stands next.
    mutating func take(_ mark: String) -> Bool {
        guard rest.starts(with: mark.utf8) else { return false }
        rest = rest.dropFirst(mark.utf8.count)
        return true
    }

    /// The first of `marks` that stands next, read.
    mutating func takeOne(of marks: [String]) -> String? {
        for mark in marks where take(mark) { return mark }
        return nil
    }

    /// The run of bytes of `set` that stands next, read.
    mutating func run(of set: String) -> Substring {
        let run = rest.prefix { set.utf8.contains($0) }
        rest = rest.dropFirst(run.count)
        return Substring(run)
    }
}
