import Intake

/// The rows of a CSV or TSV text (RFC 4180): cells in double quotes may hold separators, line ends and doubled quotes.
struct TableRows {
    static let mostCells = 100

    private var rest: Substring.UTF8View
    private let separator: UInt8

    init(_ text: String, separator: UInt8) {
        rest = text[...].utf8
        self.separator = separator
    }

    /// The next row with something in it; nil at the end. Fails `lasting` if the text ends inside quotes.
    mutating func next() throws(Trouble) -> [String]? {
        while !rest.isEmpty {
            let row = try read()
            if row.count > 1 || row.first?.trimmed.isEmpty == false { return row }
        }
        return nil
    }

    private mutating func read() throws(Trouble) -> [String] {
        var row: [String] = []
        while true {
            let (cell, last) = try cell()
            row.append(cell)
            if last { return row }
            guard row.count < TableRows.mostCells else {
                throw .unreadable("一行超过 \(TableRows.mostCells) 格", "more than \(TableRows.mostCells) cells in a row")
            }
        }
    }

    /// One cell, and whether it ends the row.
    private mutating func cell() throws(Trouble) -> (String, Bool) {
        var bytes: [UInt8] = []
        let isQuoted = rest.first == UInt8(ascii: "\"")
        var quoted = isQuoted
        if isQuoted { rest = rest.dropFirst() }
        while let byte = rest.first {
            rest = rest.dropFirst()
            if quoted {
                if byte != UInt8(ascii: "\"") {
                    bytes.append(byte)
                } else if rest.first == UInt8(ascii: "\"") {
                    bytes.append(byte)
                    rest = rest.dropFirst()
                } else {
                    quoted = false
                }
            } else if byte == separator {
                return (String(decoding: bytes, as: UTF8.self), false)
            } else if byte == 0x0A || byte == 0x0D {
                if byte == 0x0D, rest.first == 0x0A { rest = rest.dropFirst() }
                return (String(decoding: bytes, as: UTF8.self), true)
            } else {
                bytes.append(byte)
            }
        }
        if quoted { throw .unreadable("表格不完整：引号未闭合", "the table is cut short: it ends inside quotes") }
        return (String(decoding: bytes, as: UTF8.self), true)
    }
}
