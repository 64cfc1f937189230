import Intake

/// What goes to and fro between us and an IMAP server, as a value: bytes in, events out, no socket. Literals are counted
/// in bytes, so nothing inside a mail is ever taken for the server's word.
struct ImapDialogue: Sendable {
    enum Event: Sendable, Equatable {
        /// Said by the way: data, or a status without a tag.
        case reply(ImapReply)
        /// The next bytes of a mail.
        case mail([UInt8])
        case goOn
        /// The answer to the command that was sent.
        case done(ImapStatus)
    }

    /// Longest line of a server, without literals (the answer to a search of a million mails).
    static let lineLimit = 16 << 20
    /// Largest literal taken into memory.
    static let literalLimit = 64 * 1024

    /// Bytes a mail may have; one announced with more is refused before it comes.
    let mailLimit: Int64
    private var number = 0
    /// Tag of the command under way.
    private var tag: String?
    private var line: [UInt8] = []
    private var pieces: [ImapParser.Piece] = []
    /// Bytes in `pieces`.
    private var held = 0
    private var literal: Literal?

    private struct Literal {
        let size: Int64
        var left: Int64
        var isMail: Bool
        var kept: [UInt8] = []
    }

    init(mailLimit: Int64) { self.mailLimit = mailLimit }

    /// The bytes to send for a command. One command at a time: the one before must be done.
    mutating func begin(_ command: String) -> [UInt8] {
        number += 1
        let tag = "i\(number)"
        self.tag = tag
        return Array("\(tag) \(command)\r\n".utf8)
    }

    /// Takes the next bytes, cut anywhere. Throws passing trouble for what is not IMAP or out of bounds: the connection
    /// is then of no more use.
    mutating func take(_ bytes: some Sequence<UInt8>) throws(Trouble) -> [Event] {
        var events: [Event] = []
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            if literal != nil { take(literal: &rest, &events) } else { try take(line: &rest, &events) }
        }
        return events
    }

    private mutating func take(literal rest: inout ArraySlice<UInt8>, _ events: inout [Event]) {
        guard var now = literal else { return }
        let part = rest.prefix(Int(clamping: now.left))
        rest = rest.dropFirst(part.count)
        now.left -= Int64(part.count)
        if now.isMail { if !part.isEmpty { events.append(.mail(Array(part))) } } else { now.kept += part }
        if now.left > 0 {
            literal = now
        } else {
            pieces.append(now.isMail ? .streamed(now.size) : .literal(now.kept))
            literal = nil
        }
    }

    private mutating func take(line rest: inout ArraySlice<UInt8>, _ events: inout [Event]) throws(Trouble) {
        let end = rest.firstIndex(of: 10)
        line += rest[..<(end ?? rest.endIndex)]
        guard line.count <= ImapDialogue.lineLimit else {
            throw .passing(
                "邮件服务器的一行超过 \(ImapDialogue.lineLimit) 字节",
                "the mail server sent a line of more than \(ImapDialogue.lineLimit) bytes")
        }
        guard let end else {
            rest = []
            return
        }
        rest = rest[(end + 1)...]
        if line.last == 13 { line.removeLast() }
        let whole = line
        line = []
        if let size = announced(whole), !(pieces.isEmpty && ImapParser.isStatus(whole)) {
            try begin(literal: size, after: whole)
            return
        }
        if pieces.isEmpty, whole.isEmpty { return }
        let reply = try ImapParser.read(pieces + [.text(whole)])
        pieces = []
        held = 0
        events.append(try event(reply))
    }

    /// The size at the end of a line that announces a literal: "{5}", "{5+}" or "~{5}".
    private func announced(_ line: [UInt8]) -> Int64? {
        guard line.last == UInt8(ascii: "}"), let open = line.suffix(24).lastIndex(of: UInt8(ascii: "{")) else {
            return nil
        }
        var digits = line[(open + 1)...].dropLast()
        if digits.last == UInt8(ascii: "+") { digits = digits.dropLast() }
        guard !digits.isEmpty, digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int64(String(decoding: digits, as: UTF8.self)) ?? .max
    }

    private mutating func begin(literal size: Int64, after whole: [UInt8]) throws(Trouble) {
        let open = whole.lastIndex(of: UInt8(ascii: "{")) ?? whole.endIndex
        let text = String(decoding: whole[..<open].suffix(40), as: UTF8.self).uppercased()
        let isMail = ["BODY[] ", "BODY[] ~", "BODY[HEADER] ", "BODY[HEADER] ~"].contains { text.hasSuffix($0) }
        let limit = isMail ? mailLimit : Int64(ImapDialogue.literalLimit)
        held += whole.count + (isMail ? 0 : Int(clamping: min(size, limit)))
        guard size <= limit, held <= ImapDialogue.lineLimit else {
            throw .passing(
                "邮件服务器要发 \(size) 字节，至多 \(limit)",
                "the mail server announced \(size) bytes where at most \(limit) were expected")
        }
        pieces.append(.text(Array(whole[..<open])))
        literal = Literal(size: size, left: size, isMail: isMail)
        if size == 0 {
            pieces.append(isMail ? .streamed(0) : .literal([]))
            literal = nil
        }
    }

    private mutating func event(_ reply: ImapReply) throws(Trouble) -> Event {
        switch reply {
        case .goOn: return .goOn
        case .status(let tag?, let status):
            guard tag == self.tag else {
                throw .passing("邮件服务器答复了没有发过的命令", "the mail server answered a command that was not sent")
            }
            self.tag = nil
            return .done(status)
        case .status(nil, let status) where status.kind == .bye:
            throw .passing(
                "邮件服务器结束连接：\(status.text.prefix(200))",
                "the mail server ends the connection: \(status.text.prefix(200))")
        default: return .reply(reply)
        }
    }
}
