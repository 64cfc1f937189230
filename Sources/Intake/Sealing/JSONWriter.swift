import Foundation

/// Writes a value as JSON straight into bytes, in the order in which its members are encoded: equal values have equal
/// bytes. In Foundation's encoder, which builds a tree first and sorts it, a report spent more time than in the ledger.
/// What it writes reads back with `JSONDecoder`.
final class JSONWriter {
    private(set) var bytes: [UInt8] = []
    /// What closes each open object and array, outermost first.
    private var open: [UInt8] = []
    /// Whether the innermost has a member already.
    private var begun = false

    static func write(_ value: some Encodable) throws -> [UInt8] {
        let writer = JSONWriter()
        writer.bytes.reserveCapacity(512)
        try writer.add(value)
        return writer.bytes
    }

    fileprivate var depth: Int { open.count }

    fileprivate func begin(_ bracket: Unicode.Scalar, _ closing: Unicode.Scalar) -> Int {
        bytes.append(UInt8(ascii: bracket))
        open.append(UInt8(ascii: closing))
        begun = false
        return open.count
    }

    /// Closes what is open beyond a depth: what a container's owner writes next ends the containers within.
    fileprivate func close(to depth: Int) {
        while open.count > depth, let closing = open.popLast() {
            bytes.append(closing)
            begun = true
        }
    }

    /// Makes ready for the next member of the container at a depth.
    fileprivate func next(at depth: Int) {
        close(to: depth)
        if begun { bytes.append(UInt8(ascii: ",")) }
        begun = true
    }

    fileprivate func name(_ name: String, at depth: Int) {
        next(at: depth)
        string(name)
        bytes.append(UInt8(ascii: ":"))
    }

    fileprivate func plain(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// RFC 8259, section 7: quotes, backslashes and control characters are escaped.
    fileprivate func string(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
            bytes.append(contentsOf: text.utf8)
        } else {
            for byte in text.utf8 { escaped(byte) }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private func escaped(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
        case UInt8(ascii: "\n"): plain("\\n")
        case UInt8(ascii: "\r"): plain("\\r")
        case UInt8(ascii: "\t"): plain("\\t")
        case 0..<0x20: plain((byte < 0x10 ? "\\u000" : "\\u00") + String(byte, radix: 16))
        default: bytes.append(byte)
        }
    }

    fileprivate func number(_ number: Double) throws {
        guard number.isFinite else {
            throw EncodingError.invalidValue(
                number, .init(codingPath: [], debugDescription: "JSON has no number that is not finite"))
        }
        plain("\(number)")
    }

    /// Any value, with what it opened closed again.
    fileprivate func add<Value: Encodable>(_ value: Value) throws {
        if Value.self == String.self, let text = value as? String { return string(text) }
        // As Foundation's decoder wants them: bytes in base64, the members of a dictionary in an object.
        if Value.self == Data.self, let data = value as? Data { return string(data.base64EncodedString()) }
        if Value.self == [String: String].self, let dictionary = value as? [String: String] {
            let depth = begin("{", "}")
            for (key, value) in dictionary.sorted(by: { $0.key < $1.key }) {
                name(key, at: depth)
                string(value)
            }
            return close(to: depth - 1)
        }
        let (before, length) = (depth, bytes.count)
        try value.encode(to: JSONPlace(writer: self))
        close(to: before)
        if bytes.count == length { plain("{}") }
    }
}

/// Where one value goes.
private struct JSONPlace: Encoder, SingleValueEncodingContainer {
    let writer: JSONWriter
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(JSONObject<Key>(writer: writer, depth: writer.begin("{", "}")))
    }
    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        JSONArray(writer: writer, depth: writer.begin("[", "]"))
    }
    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    func encodeNil() { writer.plain("null") }
    func encode(_ value: Bool) { writer.plain(value ? "true" : "false") }
    func encode(_ value: String) { writer.string(value) }
    func encode(_ value: Double) throws { try writer.number(value) }
    func encode(_ value: Float) throws { try writer.number(Double(value)) }
    func encode(_ value: some Encodable & FixedWidthInteger) { writer.plain(String(value)) }
    func encode(_ value: some Encodable) throws { try writer.add(value) }
}

private struct JSONObject<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let writer: JSONWriter
    let depth: Int
    var codingPath: [any CodingKey] { [] }

    private func place(_ key: Key) -> JSONPlace {
        writer.name(key.stringValue, at: depth)
        return JSONPlace(writer: writer)
    }

    func encodeNil(forKey key: Key) { place(key).encodeNil() }
    func encode(_ value: Bool, forKey key: Key) { place(key).encode(value) }
    func encode(_ value: String, forKey key: Key) { place(key).encode(value) }
    func encode(_ value: Double, forKey key: Key) throws { try place(key).encode(value) }
    func encode(_ value: Float, forKey key: Key) throws { try place(key).encode(value) }
    func encode(_ value: some Encodable & FixedWidthInteger, forKey key: Key) { place(key).encode(value) }
    func encode(_ value: some Encodable, forKey key: Key) throws { try place(key).encode(value) }
    func nestedContainer<Inner: CodingKey>(
        keyedBy type: Inner.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Inner> { place(key).container(keyedBy: type) }
    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { place(key).unkeyedContainer() }
    func superEncoder() -> any Encoder {
        writer.name("super", at: depth)
        return JSONPlace(writer: writer)
    }
    func superEncoder(forKey key: Key) -> any Encoder { place(key) }
}

private struct JSONArray: UnkeyedEncodingContainer {
    let writer: JSONWriter
    let depth: Int
    var codingPath: [any CodingKey] { [] }
    private(set) var count = 0

    init(writer: JSONWriter, depth: Int) {
        self.writer = writer
        self.depth = depth
    }

    private mutating func place() -> JSONPlace {
        writer.next(at: depth)
        count += 1
        return JSONPlace(writer: writer)
    }

    mutating func encodeNil() { place().encodeNil() }
    mutating func encode(_ value: Bool) { place().encode(value) }
    mutating func encode(_ value: String) { place().encode(value) }
    mutating func encode(_ value: Double) throws { try place().encode(value) }
    mutating func encode(_ value: Float) throws { try place().encode(value) }
    mutating func encode(_ value: some Encodable & FixedWidthInteger) { place().encode(value) }
    mutating func encode(_ value: some Encodable) throws { try place().encode(value) }
    mutating func nestedContainer<Inner: CodingKey>(keyedBy type: Inner.Type) -> KeyedEncodingContainer<Inner> {
        place().container(keyedBy: type)
    }
    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { place().unkeyedContainer() }
    mutating func superEncoder() -> any Encoder { place() }
}
