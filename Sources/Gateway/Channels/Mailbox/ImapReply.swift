import Intake

/// One reply of an IMAP server (RFC 3501 section 7), its literals taken in.
enum ImapReply: Sendable, Equatable {
    /// OK, NO, BAD, BYE or PREAUTH; without a tag it is said by the way.
    case status(tag: String?, ImapStatus)
    /// The answer to UID SEARCH.
    case search([UInt32])
    case data([ImapValue])
    /// "+": the server waits for the rest of the command.
    case goOn
}

struct ImapStatus: Sendable, Equatable {
    enum Kind: String, Sendable { case ok = "OK", no = "NO", bad = "BAD", bye = "BYE", preauth = "PREAUTH" }
    var kind: Kind
    /// What stands in brackets: "UIDVALIDITY 3857529045", "TRYCREATE".
    var code: String?
    var text: String
}

indirect enum ImapValue: Sendable, Equatable {
    case atom(String)
    /// Quoted, or a literal that was kept.
    case string([UInt8])
    case list([ImapValue])
    /// A literal of this size that was handed out as it came.
    case streamed(Int64)
}

/// Builds a reply out of the lines and literals it came in.
struct ImapParser {
    enum Piece: Equatable {
        case text([UInt8])
        case literal([UInt8])
        case streamed(Int64)
    }
    private static let deepest = 16
    private let pieces: [Piece]
    private var piece = 0
    private var at = 0

    private init(_ pieces: [Piece]) { self.pieces = pieces }

    /// Lasting trouble for what is no reply.
    static func read(_ pieces: [Piece]) throws(Trouble) -> ImapReply {
        guard case .text(let line) = pieces.first else { throw strange("nothing") }
        let first = line.prefix { $0 != 32 }
        let rest = line.dropFirst(first.count + 1)
        if first == [UInt8(ascii: "+")] { return .goOn }
        let untagged = first == [UInt8(ascii: "*")]
        if let status = status(rest) {
            return .status(tag: untagged ? nil : String(decoding: first, as: UTF8.self), status)
        }
        guard untagged else { throw strange("an answer with a tag that is no status") }
        if rest.prefix(6).map({ $0 & 0xdf }) == Array("SEARCH".utf8), pieces.count == 1 {
            return .search(try numbers(rest.dropFirst(6)))
        }
        var parser = ImapParser(pieces)
        parser.at = first.count + 1
        var values: [ImapValue] = []
        while let value = try parser.value(depth: 0) { values.append(value) }
        return .data(values)
    }

    /// Whether the first line of a reply is a status: its text is free and announces no literal, whatever it looks like.
    static func isStatus(_ line: [UInt8]) -> Bool { status(line.drop { $0 != 32 }.dropFirst()) != nil }

    private static func strange(_ found: String) -> Trouble {
        .passing("邮件服务器的应答不是 IMAP：\(found)", "the mail server says what is not IMAP: \(found)")
    }

    private static func status(_ line: ArraySlice<UInt8>) -> ImapStatus? {
        let word = String(decoding: line.prefix { $0 != 32 }.prefix(8), as: UTF8.self).uppercased()
        guard let kind = ImapStatus.Kind(rawValue: word) else { return nil }
        var text = String(decoding: line.dropFirst(word.utf8.count + 1).prefix(2000), as: UTF8.self)
        var code: String?
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            code = String(text[text.index(after: text.startIndex)..<end])
            text = text[text.index(after: end)...].trimmed
        }
        return ImapStatus(kind: kind, code: code, text: text)
    }

    private static func numbers(_ text: ArraySlice<UInt8>) throws(Trouble) -> [UInt32] {
        var found: [UInt32] = []
        for word in text.split(separator: 32) {
            // RFC 4551 appends "(MODSEQ n)".
            if word.first == UInt8(ascii: "(") { break }
            guard let number = UInt32(String(decoding: word, as: UTF8.self)) else {
                throw strange("a search of no numbers")
            }
            found.append(number)
        }
        return found
    }

    private var line: [UInt8] {
        if piece < pieces.count, case .text(let bytes) = pieces[piece] { bytes } else { [] }
    }

    /// The next value; nil at the end, or at a closing bracket.
    private mutating func value(depth: Int) throws(Trouble) -> ImapValue? {
        guard depth <= ImapParser.deepest else { throw ImapParser.strange("lists inside lists") }
        while true {
            if piece >= pieces.count { return nil }
            if case .literal(let bytes) = pieces[piece] {
                piece += 1
                return .string(bytes)
            }
            if case .streamed(let size) = pieces[piece] {
                piece += 1
                return .streamed(size)
            }
            while at < line.count, line[at] == 32 { at += 1 }
            if at < line.count { break }
            piece += 1
            at = 0
        }
        switch line[at] {
        case UInt8(ascii: "("):
            at += 1
            var values: [ImapValue] = []
            while let value = try value(depth: depth + 1) { values.append(value) }
            guard at < line.count, line[at] == UInt8(ascii: ")") else { throw ImapParser.strange("an open list") }
            at += 1
            return .list(values)
        case UInt8(ascii: ")"):
            if depth == 0 { throw ImapParser.strange("a list closed twice") }
            return nil
        case UInt8(ascii: "\""): return .string(try quoted())
        default: return .atom(atom())
        }
    }

    private mutating func quoted() throws(Trouble) -> [UInt8] {
        var bytes: [UInt8] = []
        let line = line
        at += 1
        while at < line.count, line[at] != UInt8(ascii: "\"") {
            if line[at] == UInt8(ascii: "\\"), at + 1 < line.count { at += 1 }
            bytes.append(line[at])
            at += 1
        }
        guard at < line.count else { throw ImapParser.strange("an open quote") }
        at += 1
        return bytes
    }

    /// Up to a blank or bracket; "BODY[HEADER.FIELDS (DATE)]" is one.
    private mutating func atom() -> String {
        let line = line
        let start = at
        var brackets = 0
        while at < line.count {
            let byte = line[at]
            if byte == UInt8(ascii: "[") { brackets += 1 }
            if byte == UInt8(ascii: "]") { brackets -= 1 }
            if brackets <= 0, byte == 32 || byte == UInt8(ascii: "(") || byte == UInt8(ascii: ")") { break }
            at += 1
        }
        return String(decoding: line[start..<at], as: UTF8.self)
    }
}
