import Intake

/// One mailbox of a From, To or Reply-To header.
package struct MailAddress: Sendable, Equatable {
    /// Decoded; empty if none was given.
    package var name: String
    /// As written, without angle brackets; empty if what was written is no address.
    package var address: String

    /// Most addresses read of one header.
    static let most = 200

    /// Reads a list of mailboxes (RFC 5322 section 3.4) with what is seen in its place: encoded words in quotes, raw
    /// bytes, no angle brackets, groups, comments as names.
    package static func list(_ raw: [UInt8]) -> [MailAddress] {
        var found: [MailAddress] = []
        var one = Parts()
        var index = 0
        let last = EncodedWords.lastMark(in: raw)
        while index < raw.count, found.count < most {
            let byte = raw[index]
            switch byte {
            case UInt8(ascii: "="):
                // A comma inside an encoded word separates nothing.
                let end = EncodedWords.end(ofWordIn: raw, at: index, last: last) ?? index + 1
                one.phrase += raw[index..<end]
                index = end
            case UInt8(ascii: "\""): index = one.quote(raw, from: index + 1)
            case UInt8(ascii: "("): index = one.comment(raw, from: index + 1)
            case UInt8(ascii: "<"): index = one.angle(raw, from: index + 1)
            case UInt8(ascii: ","), UInt8(ascii: ";"):
                found += one.address
                one = Parts()
                index += 1
            case UInt8(ascii: ":"):
                // The name of a group.
                one = Parts()
                index += 1
            default:
                one.phrase.append(byte)
                index += 1
            }
        }
        return found.count < most ? found + one.address : found
    }

    /// What one mailbox is put together from.
    private struct Parts {
        var phrase: [UInt8] = []
        var remark: [UInt8] = []
        var inside: [UInt8]?

        /// Until the closing quote. The second byte of a GBK character may be a backslash.
        mutating func quote(_ raw: [UInt8], from start: Int) -> Int {
            var index = start
            while index < raw.count, raw[index] != UInt8(ascii: "\"") {
                if raw[index] == UInt8(ascii: "\\"), index + 1 < raw.count, index == start || raw[index - 1] < 0x80 {
                    index += 1
                }
                phrase.append(raw[index])
                index += 1
            }
            return index + 1
        }

        mutating func comment(_ raw: [UInt8], from start: Int) -> Int {
            var depth = 1
            var index = start
            while index < raw.count {
                if raw[index] == UInt8(ascii: "(") { depth += 1 }
                if raw[index] == UInt8(ascii: ")") { depth -= 1 }
                if depth == 0 { return index + 1 }
                remark.append(raw[index])
                index += 1
            }
            return index
        }

        mutating func angle(_ raw: [UInt8], from start: Int) -> Int {
            let end = raw[start...].firstIndex(of: UInt8(ascii: ">")) ?? raw.endIndex
            inside = Array(raw[start..<end])
            return end + 1
        }

        /// Without white space and comments.
        private static func bare(_ text: String) -> String {
            var depth = 0
            return text.filter { character in
                if character == "(" { depth += 1 }
                defer { if character == ")" { depth = max(0, depth - 1) } }
                return depth == 0 && !character.isWhitespace
            }
        }

        var address: [MailAddress] {
            let phrase = EncodedWords.decode(phrase)
            let remark = EncodedWords.decode(remark)
            if let inside {
                // A route before the address (RFC 822) is dropped.
                let address = Parts.bare(EncodedWords.decode(inside)).split(separator: ":").last.map(String.init) ?? ""
                return [MailAddress(name: phrase.isEmpty ? remark : phrase, address: address)]
            }
            if phrase.isEmpty { return [] }
            let word = phrase.split(whereSeparator: \.isWhitespace).first { $0.contains("@") }
            return word.map { [MailAddress(name: remark, address: String($0))] } ?? [
                MailAddress(name: phrase, address: "")
            ]
        }
    }
}

extension MailAddress {
    /// Whether a mail can be sent there: printable ASCII without blanks and brackets, one "@" with something on both
    /// sides, at most 254 characters (RFC 5321 section 4.5.3.1.3).
    package var isSendable: Bool {
        let parts = address.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && address.utf8.count <= 254
            && address.utf8.allSatisfy { $0 > 32 && $0 < 127 && !"<>()[]\\,;:\"".utf8.contains($0) }
    }
}
