import Foundation
import Intake

/// Reads `multipart/form-data` (RFC 7578 over RFC 2046, 5.1) as it streams: bytes go in as they arrive, events come out
/// as soon as they are certain. Holds no more than one line of a delimiter and one header block besides what it was fed.
///
/// Only what browsers send is understood: nothing before the first delimiter, no nested multiparts, no transfer
/// encodings (RFC 7578, 4.7 deprecates them).
struct Multipart {
    enum Event: Equatable {
        case begin(PartHead)
        case bytes(ArraySlice<UInt8>)
        case end
    }

    /// What is not multipart at all, or not what any browser sends.
    struct Fault: Error, Equatable {
        var reason: String
    }

    /// Bytes of a part's header block.
    static let headLimit = 8 * 1024

    private enum State {
        case beginning
        /// After a delimiter: its line end, or the two dashes that close the whole.
        case delimiter
        case head
        case content
        case closed
    }

    /// CR LF and two dashes before the boundary.
    private let delimiter: [UInt8]
    private var state = State.beginning
    private var held: [UInt8]

    /// The boundary of a Content-Type field; nil unless that is `multipart/form-data` with a boundary of 1 to 70 bytes.
    static func boundary(_ contentType: String?) -> String? {
        guard let contentType, contentType.utf8.count <= 1000 else { return nil }
        let parts = contentType.split(separator: ";", omittingEmptySubsequences: false)
        guard let type = parts.first?.trimmed.lowercased(), type == "multipart/form-data" else { return nil }
        for part in parts.dropFirst() {
            let text = part.trimmed
            guard text.lowercased().hasPrefix("boundary=") else { continue }
            var value = text.dropFirst("boundary=".count)
            if value.count >= 2, value.first == "\"", value.last == "\"" { value = value.dropFirst().dropLast() }
            guard (1...70).contains(value.utf8.count), value.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
                return nil
            }
            return String(value)
        }
        return nil
    }

    init(boundary: String) {
        delimiter = Array("\r\n--\(boundary)".utf8)
        // The first delimiter stands at the very beginning, without a line end before it.
        held = [0x0D, 0x0A]
    }

    /// The whole was closed by its last delimiter: nothing was cut off.
    var isComplete: Bool { state == .closed }

    /// Takes the next bytes and gives what has become certain by them, in order.
    mutating func feed(_ bytes: some Sequence<UInt8>) throws(Fault) -> [Event] {
        held.append(contentsOf: bytes)
        var events: [Event] = []
        var at = 0
        while try step(&at, &events) {}
        // The events share the storage of what was held: what is left is copied, and it is short.
        held = Array(held[at...])
        return events
    }

    /// One step forward from `at`; false when more bytes are needed.
    private mutating func step(_ at: inout Int, _ events: inout [Event]) throws(Fault) -> Bool {
        switch state {
        case .beginning:
            guard held.count - at >= delimiter.count else {
                guard delimiter.starts(with: held[at...]) else { throw Fault(reason: "no delimiter at the beginning") }
                return false
            }
            guard held[at...].starts(with: delimiter) else { throw Fault(reason: "no delimiter at the beginning") }
            at += delimiter.count
            state = .delimiter
        case .delimiter:
            guard held.count - at >= 2 else { return false }
            switch (held[at], held[at + 1]) {
            case (0x0D, 0x0A): state = .head
            case (UInt8(ascii: "-"), UInt8(ascii: "-")): state = .closed
            default: throw Fault(reason: "something else than a line end behind a delimiter")
            }
            at += 2
        case .head:
            guard let length = headLength(from: at) else {
                guard held.count - at <= Self.headLimit else { throw Fault(reason: "a part's header is too long") }
                return false
            }
            events.append(.begin(try PartHead(held[at..<at + length])))
            at += length + 2
            state = .content
        case .content:
            let (found, next) = find(from: at)
            let end = found ? next - delimiter.count : next
            if end > at { events.append(.bytes(held[at..<end])) }
            at = next
            guard found else { return false }
            events.append(.end)
            state = .delimiter
        case .closed:
            at = held.count
            return false
        }
        return true
    }

    /// Where the first delimiter from `start` ends; or, if there is none, how far nothing of one can have begun.
    private func find(from start: Int) -> (found: Bool, next: Int) {
        var at = start
        while let next = held[at...].firstIndex(of: 0x0D) {
            if next + delimiter.count > held.count {
                guard held[next...].elementsEqual(delimiter.prefix(held.count - next)) else {
                    at = next + 1
                    continue
                }
                return (false, next)
            }
            if held[next..<next + delimiter.count].elementsEqual(delimiter) { return (true, next + delimiter.count) }
            at = next + 1
        }
        return (false, held.count)
    }

    /// Bytes of the header block before its blank line, the last line end included.
    private func headLength(from start: Int) -> Int? {
        if held.count - start >= 2, held[start] == 0x0D, held[start + 1] == 0x0A { return 0 }
        var at = start
        while at + 3 < held.count, at - start <= Self.headLimit {
            if held[at] == 0x0D, held[at + 1] == 0x0A, held[at + 2] == 0x0D, held[at + 3] == 0x0A {
                return at + 2 - start
            }
            at += 1
        }
        return nil
    }
}

/// What a part says of itself.
struct PartHead: Equatable {
    var name: String
    /// As the sender gave it; nil for a field that is no file.
    var file: String?

    init(name: String, file: String? = nil) {
        self.name = name
        self.file = file
    }

    fileprivate init(_ block: ArraySlice<UInt8>) throws(Multipart.Fault) {
        let lines = String(decoding: block, as: UTF8.self).split(separator: "\r\n")
        let field = "content-disposition:"
        guard let line = lines.first(where: { $0.prefix(field.utf8.count).lowercased() == field }) else {
            throw Multipart.Fault(reason: "a part has no Content-Disposition")
        }
        let parameters = Self.parameters(line.dropFirst(field.count))
        guard let name = parameters["name"] else { throw Multipart.Fault(reason: "a part has no name") }
        self.init(name: name, file: parameters["filename"])
    }

    /// The parameters behind the first semicolon. Inside quotes browsers write `"`, CR and LF as %22, %0D and %0A (HTML
    /// Standard, 4.10.21.8), other programs write `\"`.
    private static func parameters(_ text: Substring) -> [String: String] {
        var found: [String: String] = [:]
        var rest = text.drop { $0 != ";" }
        while rest.first == ";" {
            rest = rest.dropFirst().drop(while: \.isWhitespace)
            let name = rest.prefix { $0 != "=" && $0 != ";" }
            rest = rest.dropFirst(name.count)
            guard rest.first == "=" else { continue }
            rest = rest.dropFirst()
            var value = ""
            if rest.first == "\"" {
                rest = rest.dropFirst()
                while let next = rest.first, next != "\"" {
                    if next == "\\", rest.dropFirst().first == "\"" { rest = rest.dropFirst() }
                    value.append(rest.removeFirst())
                }
                rest = rest.drop { $0 != ";" }
                for (code, character) in [("%22", "\""), ("%0D", "\r"), ("%0A", "\n")] {
                    value = value.replacingOccurrences(of: code, with: character)
                }
            } else {
                let token = rest.prefix { $0 != ";" }
                value = token.trimmed
                rest = rest.dropFirst(token.count)
            }
            if found[name.lowercased()] == nil { found[name.lowercased()] = value }
        }
        return found
    }
}
