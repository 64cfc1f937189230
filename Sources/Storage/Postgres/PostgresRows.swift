import CPostgres
import Foundation

/// What a statement gave, in binary. Owns libpq's result; stays on the thread of its connection.
@safe
final class PostgresRows {
    private let result: OpaquePointer

    /// Takes the result over.
    init(_ result: OpaquePointer) { unsafe self.result = result }
    deinit { unsafe PQclear(result) }

    var count: Int { Int(unsafe PQntuples(result)) }

    /// Rows an INSERT, UPDATE or DELETE touched.
    var touched: Int { unsafe Int(String(cString: PQcmdTuples(result))) ?? 0 }

    /// Reads every row with `read`.
    func map<Value>(
        _ read: (inout PostgresRow) throws(PostgresFailure) -> Value
    ) throws(PostgresFailure) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(count)
        for index in 0..<count {
            var row = PostgresRow(rows: self, row: Int32(index))
            values.append(try read(&row))
        }
        return values
    }

    /// The first row, read with `read`; nil where there is none.
    func first<Value>(
        _ read: (inout PostgresRow) throws(PostgresFailure) -> Value
    ) throws(PostgresFailure) -> Value? {
        guard count > 0 else { return nil }
        var row = PostgresRow(rows: self, row: 0)
        return try read(&row)
    }

    /// The bytes of one field; nil for NULL and for a column that is not there.
    fileprivate func field(_ row: Int32, _ column: Int32) -> Data? {
        guard unsafe column < PQnfields(result), unsafe PQgetisnull(result, row, column) == 0,
            let start = unsafe PQgetvalue(result, row, column)
        else { return nil }
        return unsafe Data(bytes: start, count: Int(PQgetlength(result, row, column)))
    }
}

/// One row, read column by column from the left.
struct PostgresRow {
    fileprivate let rows: PostgresRows
    fileprivate let row: Int32
    private var column: Int32 = 0

    fileprivate init(rows: PostgresRows, row: Int32) {
        self.rows = rows
        self.row = row
    }

    mutating func optionalBytes() -> Data? {
        defer { column += 1 }
        return rows.field(row, column)
    }

    mutating func bytes() throws(PostgresFailure) -> Data {
        let place = column
        guard let bytes = optionalBytes() else { throw .refused("column \(place) of a row is empty") }
        return bytes
    }

    /// Any of smallint, int and bigint.
    mutating func optionalInt() throws(PostgresFailure) -> Int64? {
        guard let bytes = optionalBytes() else { return nil }
        switch bytes.count {
        case 2: return Int64(Int16(truncatingIfNeeded: Self.number(bytes)))
        case 4: return Int64(Int32(truncatingIfNeeded: Self.number(bytes)))
        case 8: return Int64(bitPattern: Self.number(bytes))
        default: throw .refused("column \(column - 1) of a row is no integer")
        }
    }

    mutating func int() throws(PostgresFailure) -> Int64 {
        guard let int = try optionalInt() else { throw .refused("column \(column - 1) of a row is empty") }
        return int
    }

    mutating func optionalText() -> String? { optionalBytes().map { String(decoding: $0, as: UTF8.self) } }
    mutating func text() throws(PostgresFailure) -> String { String(decoding: try bytes(), as: UTF8.self) }
    mutating func flag() throws(PostgresFailure) -> Bool { try bytes().first == 1 }

    /// A word of the domain; needs a person if the column holds one this version does not know.
    mutating func word<Word: RawRepresentable<String>>(_: Word.Type) throws(PostgresFailure) -> Word {
        let text = try text()
        guard let word = Word(rawValue: text) else { throw .refused("\(Word.self) has no “\(text)”") }
        return word
    }

    mutating func optionalWord<Word: RawRepresentable<String>>(_: Word.Type) throws(PostgresFailure) -> Word? {
        guard let text = optionalText() else { return nil }
        guard let word = Word(rawValue: text) else { throw .refused("\(Word.self) has no “\(text)”") }
        return word
    }

    private static func number(_ bytes: Data) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
}
