import Foundation

/// One bound parameter, sent in binary. Arrays carry many rows in one statement (`unnest`).
enum PostgresValue: Sendable {
    case int(Int64?)
    case text(String?)
    case bytes(Data?)
    case flag(Bool)
    case ints([Int64?])
    case texts([String?])
    case byteses([Data?])
    case flags([Bool])

    /// Object id of the type in `pg_type`.
    var type: UInt32 {
        switch self {
        case .int: 20
        case .text: 25
        case .bytes: 17
        case .flag: 16
        case .ints: 1016
        case .texts: 1009
        case .byteses: 1001
        case .flags: 1000
        }
    }
}

/// One statement with its parameters.
struct PostgresStatement: Sendable {
    var sql: String
    var values: [PostgresValue]

    init(_ sql: String, _ values: PostgresValue...) {
        self.sql = sql
        self.values = values
    }
}

/// The parameters of one statement, laid one after another.
struct PostgresParameters {
    private(set) var bytes: [UInt8] = []
    /// Start of each parameter; nil for NULL.
    private(set) var starts: [Int?] = []
    private(set) var lengths: [Int32] = []

    init(_ values: [PostgresValue]) {
        for value in values { append(value) }
        // An address is needed even where every parameter is empty.
        bytes.append(0)
    }

    private mutating func append(_ value: PostgresValue) {
        let start = bytes.count
        switch value {
        case .int(nil), .text(nil), .bytes(nil):
            starts.append(nil)
            lengths.append(0)
            return
        case .int(let int?): add(int)
        case .text(let text?): add(text)
        case .bytes(let data?): bytes.append(contentsOf: data)
        case .flag(let flag): bytes.append(flag ? 1 : 0)
        case .ints(let ints): array(of: 20, ints) { $0.add($1) }
        case .texts(let texts): array(of: 25, texts) { $0.add($1) }
        case .byteses(let datas): array(of: 17, datas) { $0.bytes.append(contentsOf: $1) }
        case .flags(let flags): array(of: 16, flags) { $0.bytes.append($1 ? 1 : 0) }
        }
        starts.append(start)
        lengths.append(Int32(clamping: bytes.count - start))
    }

    /// Layout of `array_recv`: dimensions, whether there are NULLs, element type, length and lower bound of each
    /// dimension, then each element with its length, -1 for NULL.
    private mutating func array<Element>(
        of type: Int32, _ elements: [Element?], _ append: (inout PostgresParameters, Element) -> Void
    ) {
        add(Int32(elements.isEmpty ? 0 : 1))
        add(Int32(1))
        add(type)
        if elements.isEmpty { return }
        add(Int32(clamping: elements.count))
        add(Int32(1))
        for element in elements {
            guard let element else {
                add(Int32(-1))
                continue
            }
            let place = bytes.count
            add(Int32(0))
            append(&self, element)
            let length = UInt32(clamping: bytes.count - place - 4)
            for (offset, shift) in [24, 16, 8, 0].enumerated() {
                bytes[place + offset] = UInt8(truncatingIfNeeded: length >> UInt32(shift))
            }
        }
    }

    private mutating func add(_ int: some FixedWidthInteger) {
        for shift in stride(from: int.bitWidth - 8, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: int >> shift))
        }
    }

    /// PostgreSQL has no NUL in text; it becomes U+FFFD, so that a hostile value is kept rather than refused.
    private mutating func add(_ text: String) {
        if text.utf8.contains(0) {
            bytes.append(contentsOf: text.replacing("\0", with: "\u{FFFD}").utf8)
        } else {
            bytes.append(contentsOf: text.utf8)
        }
    }
}
