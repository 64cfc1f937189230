import Intake
import Testing

@testable import Gateway

@Suite("IMAP dialogue") struct ImapDialogueTests {
    typealias Event = ImapDialogue.Event

    /// What comes of a server's words after one command, cut into pieces of this many bytes.
    func events(_ words: [UInt8], piece: Int = .max, mailLimit: Int64 = 1 << 20) throws -> [Event] {
        var dialogue = ImapDialogue(mailLimit: mailLimit)
        #expect(dialogue.begin("NOOP") == Array("i1 NOOP\r\n".utf8))
        var found: [Event] = []
        var rest = words[...]
        while !rest.isEmpty {
            found += try dialogue.take(rest.prefix(piece))
            rest = rest.dropFirst(piece)
        }
        return found
    }

    func events(_ words: String, piece: Int = .max) throws -> [Event] { try events(Array(words.utf8), piece: piece) }

    /// Neighbouring pieces of one mail put together.
    func joined(_ events: [Event]) -> [Event] {
        events.reduce(into: []) { all, event in
            if case .mail(let more) = event, case .mail(let before)? = all.last {
                all[all.count - 1] = .mail(before + more)
            } else {
                all.append(event)
            }
        }
    }

    func trouble(_ words: String) -> Trouble? {
        do {
            _ = try events(words)
            return nil
        } catch { return error as? Trouble }
    }

    static let ok = Event.done(ImapStatus(kind: .ok, text: "done"))

    static func fetch(_ uid: String, size: Int64) -> Event {
        .reply(
            .data([
                .atom("1"), .atom("FETCH"),
                .list([
                    .atom("UID"), .atom(uid), .atom("BODY[]"), .streamed(size), .atom("FLAGS"),
                    .list([.atom("\\Seen")]),
                ]),
            ]))
    }

    @Test("a mail that speaks like the server is read whole, however the bytes are cut") func trap() throws {
        let mail = try Fixtures.bytes("mail/trap.eml")
        var words = Array("* 1 FETCH (UID 9 BODY[] {\(mail.count)}\r\n".utf8)
        words += mail
        words += Array(" FLAGS (\\Seen))\r\ni1 OK done\r\n".utf8)
        for piece in 1...words.count {
            let found = joined(try events(words, piece: piece))
            #expect(
                found == [.mail(mail), ImapDialogueTests.fetch("9", size: Int64(mail.count)), ImapDialogueTests.ok])
        }
    }

    @Test("literals that are no mail are taken into the reply") func literals() throws {
        let words = "* LIST () \"/\" {6}\r\nin(box\r\n* 2 FETCH (X {0}\r\n Y {3+}\r\na b)\r\ni1 OK done\r\n"
        for piece in 1...words.utf8.count {
            #expect(
                try events(words, piece: piece) == [
                    .reply(.data([.atom("LIST"), .list([]), .string([47]), .string(Array("in(box".utf8))])),
                    .reply(
                        .data([
                            .atom("2"), .atom("FETCH"),
                            .list([.atom("X"), .string([]), .atom("Y"), .string(Array("a b".utf8))]),
                        ])), ImapDialogueTests.ok,
                ])
        }
    }

    @Test("what ends like a literal in the words of a status is none") func statusText() throws {
        let found = try events("* OK please wait {5}\r\n* NO [ALERT] full {3}\r\ni1 OK done\r\n")
        #expect(
            found == [
                .reply(.status(tag: nil, ImapStatus(kind: .ok, text: "please wait {5}"))),
                .reply(.status(tag: nil, ImapStatus(kind: .no, code: "ALERT", text: "full {3}"))), ImapDialogueTests.ok,
            ])
    }

    @Test("searches, quotes and codes are read") func replies() throws {
        let found = try events(
            "* SEARCH 4294967295 1 7 (MODSEQ 9)\r\n* SEARCH\r\n* 3 EXISTS\r\n* ID (\"a \\\"b\\\\\" NIL)\r\n"
                + "* OK [UIDVALIDITY 17] x\r\n+ idling\r\ni1 NO [TRYCREATE] no such\r\n")
        #expect(
            found == [
                .reply(.search([.max, 1, 7])), .reply(.search([])), .reply(.data([.atom("3"), .atom("EXISTS")])),
                .reply(.data([.atom("ID"), .list([.string(Array("a \"b\\".utf8)), .atom("NIL")])])),
                .reply(.status(tag: nil, ImapStatus(kind: .ok, code: "UIDVALIDITY 17", text: "x"))), .goOn,
                .done(ImapStatus(kind: .no, code: "TRYCREATE", text: "no such")),
            ])
    }

    @Test("a mail announced too large is refused before it comes") func huge() {
        for size in ["1048577", "9999999999999999999999", "99999999999"] {
            #expect(trouble("* 1 FETCH (BODY[] {\(size)}\r\n")?.kind == .passing, "\(size)")
        }
        #expect(trouble("* LIST {65537}\r\n")?.kind == .passing)
    }

    @Test("many literals together end somewhere too") func manyLiterals() throws {
        var dialogue = ImapDialogue(mailLimit: 1 << 20)
        let one = Array("* X {60000}\r\n".utf8) + [UInt8](repeating: 120, count: 60_000)
        #expect(throws: Trouble.self) { for _ in 0..<400 { _ = try dialogue.take(one) } }
    }

    @Test("a line without an end ends the connection") func endless() throws {
        var dialogue = ImapDialogue(mailLimit: 1 << 20)
        let part = [UInt8](repeating: 65, count: 1 << 20)
        #expect(throws: Trouble.self) { for _ in 0..<20 { _ = try dialogue.take(part) } }
    }

    @Test(
        "what is not IMAP is trouble, not a crash",
        arguments: [
            "hello\r\n", "i2 OK not asked\r\n", "* (\r\n", "* 1 FETCH (UID\r\n", "* )\r\n", "* \"open\r\n",
            "* BYE gone\r\n",
            "* SEARCH x\r\n", "* SEARCH 99999999999\r\n", "* ((((((((((((((((((((((((\r\n", "i1 WHAT\r\n",
        ])
    func strange(words: String) { #expect(trouble(words)?.kind == .passing) }

    @Test("any bytes are read or refused") func anyBytes() {
        var random = SystemRandomNumberGenerator()
        let odd = Array("* (){}[]\"\\\r\n+i1 OKFETCHBODY{3}{3+}~ 09".utf8) + [0, 0xff]
        for _ in 0..<3000 {
            let words = (0..<60).map { _ in odd.randomElement(using: &random) ?? 0 }
            _ = try? events(Array("* ".utf8) + words + [13, 10])
        }
    }

    @Test("names of mailboxes go in modified UTF-7") func mailboxes() {
        #expect(ImapText.mailbox("INBOX") == "\"INBOX\"")
        #expect(ImapText.mailbox("已受理") == "\"&XfJT13QG-\"")
        #expect(ImapText.mailbox("台北&日本語") == "\"&U,BTFw-&-&ZeVnLIqe-\"")
        #expect(ImapText.mailbox("a\"b\\c\r\n") == "\"a\\\"b\\\\c&AA0ACg-\"")
        #expect(ImapText.mailbox("~peter/mail/😀") == "\"~peter/mail/&2D3eAA-\"")
    }

    @Test("sets of UIDs are short") func sets() {
        #expect(ImapText.set([7, 1, 3, 2, 2, .max]) == "1:3,7,4294967295")
        #expect(ImapText.set([.max, .max - 1]) == "4294967294:4294967295")
    }
}
