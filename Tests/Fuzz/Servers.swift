import Intake

@testable import Gateway

let serverReaders = [
    Reader(name: "imap") { bytes in
        let outcomes = pieces(bytes).map { Dialogue($0) }
        law(outcomes.allSatisfy { $0 == outcomes[0] }, "a server's answer reads the same however it is cut")
    },
    Reader(name: "imap-name") { bytes in
        let quoted = ImapText.mailbox(text(bytes))
        law(quoted.utf8.allSatisfy { $0 >= 32 && $0 < 127 }, "the name of a mailbox is one line of ASCII")
    },
    Reader(name: "retry-after") { bytes in
        guard let pause = RetryAfter.read(text(bytes), now: Instant(seconds: 1_795_000_000)) else { return }
        law(pause >= .zero && pause <= RetryAfter.longest, "a pause keeps to its bounds")
    },
    Reader(name: "address") { bytes in
        if let address = NetAddress(text(bytes)) {
            law(NetAddress(address.description) == address, "an address is written as it is read")
            law(NetBlock(address.description)?.contains(address) == true, "an address alone is itself")
        }
        if let block = NetBlock(text(bytes)) { _ = Egress(networks: [block]) }
    },
    Reader(name: "forwarded") { bytes in
        let lines = fields(bytes, 2).map(text)
        let near = NetBlock("127.0.0.0/8").map { [$0] } ?? []
        let client = Client(peer: NetAddress("127.0.0.1"), forwarded: lines, proxies: near)
        law(
            client == Client(peer: NetAddress("127.0.0.1"), forwarded: [lines.joined(separator: ",")], proxies: near),
            "two lines of a header are one")
        let far = NetAddress("203.0.113.7")
        law(Client(peer: far, forwarded: lines, proxies: near)?.address == far, "who is no proxy of ours is who he is")
        _ = Client.hosts(peer: NetAddress("127.0.0.1"), forwarded: lines, proxies: near)
    },
    Reader(name: "clamd") { bytes in
        let reply = ClamdReply(text(bytes))
        _ = reply.signatures
        do throws(Trouble) {
            let part = try reply.verdict(whole: false)
            law(part != .clean, "of a file that was cut nobody says that it is clean")
            law(try reply.verdict(whole: true) == part, "what was found is found")
        } catch { law(error.kind == .passing, "what is no verdict may pass") }
    },
]

/// What a server said in answer to one command.
private struct Dialogue: Equatable {
    var events: [ImapDialogue.Event] = []
    var isSound = true

    init(_ pieces: [ArraySlice<UInt8>]) {
        var dialogue = ImapDialogue(mailLimit: 1000)
        _ = dialogue.begin("UID FETCH 1 (UID BODY.PEEK[])")
        do throws(Trouble) {
            for piece in pieces { for event in try dialogue.take(piece) { take(event) } }
        } catch {
            law(error.kind == .passing, "what is not IMAP may pass")
            (events, isSound) = ([], false)
        }
    }

    /// The bytes of a mail come as they were cut: joined here.
    private mutating func take(_ event: ImapDialogue.Event) {
        if case .mail(let more) = event, case .mail(let bytes) = events.last {
            events[events.count - 1] = .mail(bytes + more)
        } else {
            events.append(event)
        }
    }
}
