/// Base64 (RFC 4648 section 4) read as leniently as platforms write it: padding may be missing, and the bits left over
/// in the last digit may be other than zero (EncodingAESKey of WeChat, unpadded webhook secrets).
package enum Base64 {
    /// The bytes that `digits` stand for; nil when a byte is outside the alphabet, when padding is followed by more,
    /// or when a single digit is left over (six bits make no byte).
    package static func bytes(_ digits: some Collection<UInt8>) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(digits.count / 4 * 3 + 2)
        var bits: UInt32 = 0
        var held = 0
        var count = 0
        var padding = 0
        for digit in digits {
            if digit == UInt8(ascii: "=") {
                padding += 1
                continue
            }
            guard padding == 0, let value = value(digit) else { return nil }
            count += 1
            bits = bits << 6 | UInt32(value)
            held += 6
            if held >= 8 {
                held -= 8
                result.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
            }
        }
        guard count % 4 != 1, padding <= 2 else { return nil }
        return result
    }

    /// The same for text.
    package static func bytes(_ text: some StringProtocol) -> [UInt8]? { bytes(text.utf8) }

    /// With padding, without line ends.
    package static func text(_ bytes: some Sequence<UInt8>) -> String {
        var digits: [UInt8] = []
        var bits: UInt32 = 0
        var held = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            held += 8
            while held >= 6 {
                held -= 6
                digits.append(digit(UInt8(truncatingIfNeeded: bits >> UInt32(held)) & 63))
            }
        }
        if held > 0 { digits.append(digit(UInt8(truncatingIfNeeded: bits << UInt32(6 - held)) & 63)) }
        while digits.count % 4 != 0 { digits.append(UInt8(ascii: "=")) }
        return String(decoding: digits, as: UTF8.self)
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): digit - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        switch value {
        case 0..<26: value + UInt8(ascii: "A")
        case 26..<52: value - 26 + UInt8(ascii: "a")
        case 52..<62: value - 52 + UInt8(ascii: "0")
        case 62: UInt8(ascii: "+")
        default: UInt8(ascii: "/")
        }
    }
}
