import CXML
package import Intake

/// A small XML text, as WeChat and WeCom push it: one root whose elements hold text, bare or as CDATA, in any order.
/// An element inside an element is kept under the names joined by a full stop ("SendPicsInfo.Count"), the first one if
/// there are several.
package struct FlatXML: Sendable, Equatable {
    /// Name of the root.
    package private(set) var root = ""
    /// Text of each element that holds no other, not trimmed: a signature may be over it.
    package private(set) var fields: [String: String] = [:]

    package static let mostBytes = 256 * 1024
    package static let mostNodes = 2_000
    package static let deepest = 8

    package subscript(_ name: String) -> String? { fields[name] }

    /// Reads UTF-8 whatever the declaration says. Throws a lasting trouble for what is not well-formed, has a DTD or
    /// an entity, is larger, deeper or longer than the bounds, or has one element under the root twice. Nothing outside
    /// the bytes is ever opened. Control characters that XML 1.0 forbids, but that citizens type, count as blanks.
    package static func read(_ bytes: [UInt8]) throws(Trouble) -> FlatXML {
        guard bytes.count <= mostBytes else {
            throw .lasting(
                "XML 至多 \(mostBytes) 字节，实为 \(bytes.count)",
                "expected XML of \(mostBytes) bytes at most, found \(bytes.count)")
        }
        guard !bytes.isEmpty else { throw .lasting("应为 XML，内容为空", "expected XML, found nothing") }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw .lasting("XML 应为 UTF-8 编码", "expected XML in UTF-8, found other bytes")
        }
        let clean = bytes.map { $0 < 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D ? 0x20 : CChar(bitPattern: $0) }
        let options =
            XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue
            | XML_PARSE_IGNORE_ENC.rawValue
        xmlInitParser()
        do {
            return try unsafe clean.withUnsafeBufferPointer { buffer in
                let reader = unsafe xmlReaderForMemory(
                    buffer.baseAddress, Int32(buffer.count), nil, "UTF-8", Int32(options))
                guard let reader = unsafe reader else {
                    throw Trouble.passing("内存不足，不能读 XML", "no memory for the XML reader")
                }
                defer { unsafe xmlFreeTextReader(reader) }
                return try unsafe walk(reader)
            }
        } catch let trouble as Trouble { throw trouble } catch {
            throw .lasting("应为 XML", "expected XML", detail: "\(error)")
        }
    }

    /// An element whose end was not seen yet.
    private struct Open {
        var name: String
        var text = ""
        var holdsElements = false
    }

    private static func walk(_ reader: xmlTextReaderPtr) throws(Trouble) -> FlatXML {
        var result = FlatXML()
        var path: [Open] = []
        var nodes = 0
        while true {
            switch unsafe xmlTextReaderRead(reader) {
            case 1: nodes += 1
            case 0: return result
            default:
                throw .lasting(
                    "XML 格式有误（第 \(nodes) 个节点之后）", "expected well-formed XML, found an error after \(nodes) nodes")
            }
            guard nodes <= mostNodes else {
                throw .lasting("XML 至多 \(mostNodes) 个节点", "expected XML of \(mostNodes) nodes at most, found more")
            }
            switch unsafe xmlReaderTypes(rawValue: UInt32(bitPattern: xmlTextReaderNodeType(reader))) {
            case XML_READER_TYPE_ELEMENT:
                if !path.isEmpty { path[path.count - 1].holdsElements = true }
                path.append(Open(name: unsafe text(xmlTextReaderConstName(reader))))
                guard path.count <= deepest else {
                    throw .lasting("XML 至多 \(deepest) 层", "expected XML of \(deepest) levels at most, found more")
                }
                if unsafe xmlTextReaderIsEmptyElement(reader) == 1 { try result.close(&path) }
            case XML_READER_TYPE_END_ELEMENT: try result.close(&path)
            case XML_READER_TYPE_TEXT, XML_READER_TYPE_CDATA, XML_READER_TYPE_WHITESPACE,
                XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
                if !path.isEmpty { path[path.count - 1].text += unsafe text(xmlTextReaderConstValue(reader)) }
            case XML_READER_TYPE_COMMENT, XML_READER_TYPE_PROCESSING_INSTRUCTION, XML_READER_TYPE_XML_DECLARATION: break
            default: throw .lasting("XML 不得含文档类型或实体", "expected XML without a document type and entities, found one")
            }
        }
    }

    private mutating func close(_ path: inout [Open]) throws(Trouble) {
        guard let last = path.popLast() else { return }
        guard let first = path.first else {
            root = last.name
            return
        }
        guard !last.holdsElements else { return }
        let name = (path.dropFirst().map(\.name) + [last.name]).joined(separator: ".")
        if fields[name] == nil {
            fields[name] = last.text
        } else if path.count == 1 {
            throw .lasting("\(first.name) 的每个元素应只出现一次", "expected each element of \(first.name) once, found one twice")
        }
    }

    private static func text(_ bytes: UnsafePointer<xmlChar>?) -> String {
        guard let bytes = unsafe bytes else { return "" }
        return unsafe String(cString: bytes)
    }
}
