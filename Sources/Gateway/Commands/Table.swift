/// Columns for a terminal, where a Chinese character takes two places.
struct Table {
    var heads: [String]
    var rows: [[String]] = []
    /// Columns of numbers, set to the right.
    var right: Set<Int> = []

    var text: String {
        var widths = heads.map(Table.width)
        for row in rows {
            for (column, cell) in row.enumerated() { widths[column] = max(widths[column], Table.width(cell)) }
        }
        return ([heads] + rows).map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let pad = String(repeating: " ", count: widths[column] - Table.width(cell))
                line += right.contains(column) ? pad + cell : cell + pad
                line += "  "
            }
            while line.last == " " { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }

    /// Places on the terminal: two for the wide ranges of UAX #11 that our texts hold, none for combining marks.
    static func width(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { total, scalar in
            switch scalar.value {
            case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE4F, 0xFF00...0xFF60,
                0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
                total + 2
            default: total + (scalar.properties.canonicalCombiningClass == .notReordered ? 1 : 0)
            }
        }
    }
}
