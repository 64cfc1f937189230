import Intake

/// Text in the forms IMAP wants it.
enum ImapText {
    /// Between quotes. Nil for what no quoted string can hold.
    static func quoted(_ text: String) -> String? {
        guard text.utf8.allSatisfy({ $0 >= 32 && $0 < 127 }) else { return nil }
        return "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// The name of a mailbox, in modified UTF-7 (RFC 3501 section 5.1.3), between quotes: 已受理 is "&XfJT13QG-".
    static func mailbox(_ name: String) -> String {
        var output = ""
        var wide: [UInt16] = []
        func flush() {
            guard !wide.isEmpty else { return }
            output += "&" + base64(wide.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }) + "-"
            wide = []
        }
        for scalar in name.unicodeScalars {
            if (0x20...0x7e).contains(scalar.value) {
                flush()
                output += scalar == "&" ? "&-" : String(Character(scalar))
            } else {
                wide += Array(String(Character(scalar)).utf16)
            }
        }
        flush()
        return quoted(output) ?? "\"\""
    }

    /// Base 64 with "," for "/" and without padding.
    private static func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
            for index in 0...group.count { text.append(alphabet[Int(bits >> UInt32(18 - 6 * index) & 63)]) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// A set of UIDs as ranges: [1, 2, 3, 7] is "1:3,7".
    static func set(_ uids: some Sequence<UInt32>) -> String {
        var ranges: [ClosedRange<UInt32>] = []
        for uid in uids.sorted() {
            if let last = ranges.last, last.upperBound < .max, uid <= last.upperBound + 1 {
                ranges[ranges.count - 1] = last.lowerBound...max(uid, last.upperBound)
            } else {
                ranges.append(uid...uid)
            }
        }
        return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound):\($0.upperBound)" }.joined(
            separator: ",")
    }
}
