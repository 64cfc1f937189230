import Foundation
package import Intake

/// Looks at the brackets of a JSON text before anything is built from it: how deep and how wide it is, where each
/// top-level value ends, and whether it was cut short. Memory stays flat whatever the text holds.
package enum JSONFrame {
    static let deepest = 64
    /// Values in one file. Word-by-word results of a two-hour call hold about 300,000.
    static let mostValues = 2_000_000
    static let mostDocuments = 100_000

    /// The top-level values of `text`, which are several where a recogniser writes one object an utterance.
    package static func documents(in text: String) throws(Trouble) -> [Substring] {
        let bytes = text.utf8
        var documents: [Substring] = []
        var start: String.Index?
        var open: [UInt8] = []
        var values = 0
        var quoted = false
        var escaped = false
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            let next = bytes.index(after: index)
            if quoted {
                if escaped { escaped = false } else if byte == 0x5C { escaped = true } else { quoted = byte != 0x22 }
            } else {
                switch byte {
                case 0x22: quoted = true
                case 0x7B, 0x5B:
                    if open.isEmpty { start = index }
                    open.append(byte + 2)
                    values += 1
                case 0x7D, 0x5D:
                    guard open.popLast() == byte else {
                        throw .unreadable("JSON 无效：括号不配对", "not valid JSON: a bracket has no partner")
                    }
                    if open.isEmpty, let begin = start {
                        documents.append(text[begin..<next])
                        start = nil
                    }
                case 0x2C: values += 1
                case 0x20, 0x09, 0x0A, 0x0D, 0x1E: break
                default:
                    if open.isEmpty {
                        throw .unreadable("JSON 无效：括号外有文字", "not valid JSON: text stands outside the brackets")
                    }
                }
                guard open.count <= deepest, values <= mostValues, documents.count <= mostDocuments else {
                    throw .tooMuch(
                        "JSON 超过 \(deepest) 层或 \(mostValues) 个值",
                        "JSON deeper than \(deepest) or with more than \(mostValues) values")
                }
            }
            index = next
        }
        guard open.isEmpty, !quoted else {
            throw .unreadable("JSON 不完整：还有 \(open.count) 个括号未闭合", "JSON is cut short: \(open.count) brackets are open")
        }
        return documents
    }

    /// `document` with U+FFFD for each half of a surrogate pair that stands alone (RFC 8259 section 8.2). Foundation reads
    /// no string that holds one, and the words around it would be lost.
    static func mended(_ document: Data) -> Data {
        var bytes = [UInt8](document)
        /// The number after "\u" at `start`; nil if there is none.
        func unit(_ start: Int) -> Int? {
            guard start + 6 <= bytes.count, bytes[start] == 0x5C, bytes[start + 1] == 0x75 else { return nil }
            return Int(String(decoding: bytes[start + 2..<start + 6], as: UTF8.self), radix: 16)
        }
        var mended = false
        var index = 0
        while let next = bytes[index...].firstIndex(of: 0x5C) {
            index = min(next + 2, bytes.count)
            guard let first = unit(next) else { continue }
            index = next + 6
            switch first {
            case 0xD800...0xDBFF where unit(index).map { (0xDC00...0xDFFF).contains($0) } ?? false: index += 6
            case 0xD800...0xDFFF:
                bytes.replaceSubrange(next + 2..<index, with: "fffd".utf8)
                mended = true
            default: break
            }
        }
        return mended ? Data(bytes) : document
    }
}
