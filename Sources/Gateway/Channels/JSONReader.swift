import Intake

/// Walks over the bytes of one JSON text. Recursion is bounded by `JSONValue.deepest`.
struct JSONReader {
    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
    }

    mutating func whole() throws(Trouble) -> JSONValue {
        try count()
        let value = try value(depth: 0)
        space()
        guard at == bytes.count else { throw unexpected("结尾", "the end") }
        return value
    }

    /// Looks how many values there can be before any is built: what is built only to be thrown away costs us more than its
    /// sender. None but the first comes without a bracket or a comma before it, and a name is no value.
    private func count() throws(Trouble) {
        var (values, quoted, escaped) = (1, false, false)
        for byte in bytes {
            if escaped {
                escaped = false
            } else if quoted {
                escaped = byte == UInt8(ascii: "\\")
                quoted = byte != UInt8(ascii: "\"")
            } else {
                switch byte {
                case UInt8(ascii: "\""): quoted = true
                case UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "{"): values += 1
                default: break
                }
            }
        }
        guard values <= JSONValue.mostValues else {
            throw .lasting(
                "JSON 至多 \(JSONValue.mostValues) 个值：请分批发送",
                "expected JSON of \(JSONValue.mostValues) values at most, found more: send fewer items at once")
        }
    }

    private func unexpected(_ chinese: String, _ english: String) -> Trouble {
        at < bytes.count
            ? .lasting(
                "应为 JSON，第 \(at) 字节处不是\(chinese)", "expected JSON, found something else than \(english) at byte \(at)")
            : .lasting(
                "JSON 不完整：第 \(at) 字节处应有\(chinese)",
                "expected JSON, found its end at byte \(at) where \(english) should stand")
    }

    private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

    private mutating func space() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        at += 1
        return true
    }

    private mutating func value(depth: Int) throws(Trouble) -> JSONValue {
        space()
        guard depth <= JSONValue.deepest else {
            throw .lasting(
                "JSON 至多 \(JSONValue.deepest) 层", "expected JSON of \(JSONValue.deepest) levels at most, found more")
        }
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(Trouble) -> JSONValue {
        let text = Array(word.description.utf8)
        guard bytes[at...].starts(with: text) else { throw unexpected(" \(word)", word.description) }
        at += text.count
        return value
    }

    private mutating func object(depth: Int) throws(Trouble) -> JSONValue {
        at += 1
        var members: [JSONValue.Member] = []
        space()
        if take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            space()
            guard next == UInt8(ascii: "\"") else { throw unexpected("名称", "a name") }
            let name = try string()
            space()
            guard take(UInt8(ascii: ":")) else { throw unexpected("冒号", "a colon") }
            members.append(.init(name: name, value: try value(depth: depth + 1)))
            space()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw unexpected("逗号或右花括号", "a comma or a closing brace") }
        }
    }

    private mutating func array(depth: Int) throws(Trouble) -> JSONValue {
        at += 1
        var values: [JSONValue] = []
        space()
        if take(UInt8(ascii: "]")) { return .array(values) }
        while true {
            values.append(try value(depth: depth + 1))
            space()
            if take(UInt8(ascii: "]")) { return .array(values) }
            guard take(UInt8(ascii: ",")) else { throw unexpected("逗号或右方括号", "a comma or a closing bracket") }
        }
    }

    private mutating func digits() -> Int {
        let start = at
        while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { at += 1 }
        return at - start
    }

    private mutating func number() throws(Trouble) -> String {
        let start = at
        _ = take(UInt8(ascii: "-"))
        let leading = next
        let whole = digits()
        guard whole > 0, whole == 1 || leading != UInt8(ascii: "0") else { throw unexpected("值", "a value") }
        if take(UInt8(ascii: ".")) { guard digits() > 0 else { throw unexpected("数字", "a digit") } }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            guard digits() > 0 else { throw unexpected("数字", "a digit") }
        }
        return String(decoding: bytes[start..<at], as: UTF8.self)
    }

    /// A string from its opening quote. Half of a surrogate pair becomes U+FFFD; bytes that are no UTF-8 end the read,
    /// because a text in another charset would become a ticket nobody can read.
    private mutating func string() throws(Trouble) -> String {
        at += 1
        let start = at
        while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { at += 1 }
        guard let stop = next, stop >= 0x20 else { throw unexpected("右引号", "a closing quote") }
        if stop == UInt8(ascii: "\"") {
            defer { at += 1 }
            return try text(bytes[start..<at])
        }
        var result = Array(bytes[start..<at])
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                at += 1
                return try text(result[...])
            case UInt8(ascii: "\\"):
                at += 1
                result.append(contentsOf: Array(String(try escaped()).utf8))
            case 0..<0x20: throw unexpected("右引号", "a closing quote")
            default:
                result.append(byte)
                at += 1
            }
        }
        throw unexpected("右引号", "a closing quote")
    }

    private func text(_ bytes: ArraySlice<UInt8>) throws(Trouble) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .lasting(
                "JSON 应为 UTF-8，第 \(at) 字节之前不是",
                "expected JSON in UTF-8, found other bytes before byte \(at): send UTF-8")
        }
        return text
    }

    private mutating func escaped() throws(Trouble) -> Unicode.Scalar {
        guard let byte = next else { throw unexpected("转义字符", "an escape") }
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let unit = try hexadecimal()
            if let scalar = Unicode.Scalar(unit) { return scalar }
            let mark = at
            guard unit < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
                at = mark
                return "\u{FFFD}"
            }
            let low = try hexadecimal()
            guard (0xDC00..<0xE000).contains(low),
                let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
            else {
                at = mark
                return "\u{FFFD}"
            }
            return scalar
        default:
            at -= 1
            throw unexpected("转义字符", "an escape")
        }
    }

    private mutating func hexadecimal() throws(Trouble) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw unexpected("四位十六进制数", "four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            at += 1
        }
        return value
    }
}
