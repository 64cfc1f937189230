import Glibc
import Intake

/// A conversation with an IMAP server that has let us in. One task at a time; after any trouble that is not a refusal
/// of a single command it is of no more use.
final class ImapSession {
    /// What SELECT says.
    struct Mailbox: Equatable {
        var validity: UInt32
        var readOnly: Bool
    }

    private let line: Line
    private var dialogue: ImapDialogue
    private(set) var capabilities: Set<String> = []
    /// Mail has come since the last search began, or may have.
    private var news = false
    /// Longest silence of the server while a command is under way.
    private let patience: Duration

    init(_ line: Line, mailLimit: Int64, patience: Duration = .seconds(60)) {
        self.line = line
        self.patience = patience
        dialogue = ImapDialogue(mailLimit: mailLimit)
    }

    /// What came of one command.
    struct Answer {
        var status: ImapStatus
        var replies: [ImapReply] = []
    }

    /// Sends a command and waits for its answer, which may be a refusal. `mail` takes the bytes of a mail as they come.
    func ask(
        _ command: String, mail: (([UInt8]) throws(Trouble) -> Void)? = nil
    ) async throws(Trouble) -> Answer {
        try await line.send(dialogue.begin(command), within: patience)
        var replies: [ImapReply] = []
        while true {
            for event in try await next(within: patience) ?? [] {
                switch event {
                case .reply(let reply):
                    if reply.isNews { news = true }
                    replies.append(reply)
                case .mail(let bytes): try mail?(bytes)
                case .goOn: break
                case .done(let status): return Answer(status: status, replies: replies)
                }
            }
        }
    }

    /// The same, where a refusal is passing trouble.
    private func demand(_ command: String) async throws(Trouble) -> Answer {
        let answer = try await ask(command)
        guard answer.status.kind == .ok else {
            let verb = command.split(separator: " ").prefix(2).joined(separator: " ")
            throw .passing(
                "邮件服务器拒绝 \(verb)：\(answer.status.text.prefix(200))",
                "the mail server refused \(verb): \(answer.status.text.prefix(200))")
        }
        return answer
    }

    private func next(within limit: Duration) async throws(Trouble) -> [ImapDialogue.Event]? {
        guard let bytes = try await line.receive(within: limit) else {
            throw .passing(
                "邮件服务器 \(limit.components.seconds) 秒没有应答",
                "the mail server said nothing for \(limit.components.seconds) s")
        }
        guard !bytes.isEmpty else { throw .passing("邮件服务器断开了连接", "the mail server closed the connection") }
        return try dialogue.take(bytes)
    }

    /// Learns what the server can do and says who we are (RFC 2971), which NetEase demands before SELECT.
    func greet() async throws(Trouble) {
        for case .data(let values) in try await demand("CAPABILITY").replies where values.first?.word == "CAPABILITY" {
            capabilities = Set(values.dropFirst().compactMap(\.word))
        }
        if capabilities.contains("ID") {
            _ = try await ask("ID (\"name\" \"intake\" \"version\" \"1\" \"vendor\" \"intake\")")
        }
    }

    /// Opens a mailbox. Needs a person if there is none of this name.
    func select(_ mailbox: String) async throws(Trouble) -> Mailbox {
        let answer = try await ask("SELECT \(ImapText.mailbox(mailbox))")
        guard answer.status.kind == .ok else {
            throw .needsPerson(
                "邮件服务器打不开信箱：\(answer.status.text.prefix(200))",
                "the mail server does not open the mailbox: \(answer.status.text.prefix(200))")
        }
        var validity: UInt32?
        for case .status(nil, let status) in answer.replies {
            let words = (status.code ?? "").uppercased().split(separator: " ")
            if words.first == "UIDVALIDITY", words.count == 2 { validity = UInt32(words[1]) }
        }
        guard let validity else {
            throw .lasting(
                "邮件服务器不给 UIDVALIDITY，无法可靠读取", "the mail server gives no UIDVALIDITY; it cannot be read safely")
        }
        return Mailbox(validity: validity, readOnly: answer.status.code?.uppercased() == "READ-ONLY")
    }

    /// UIDs that match, ascending.
    func search(_ criteria: String) async throws(Trouble) -> [UInt32] {
        news = false
        var found: [UInt32] = []
        for case .search(let uids) in try await demand("UID SEARCH \(criteria)").replies { found += uids }
        return found.sorted()
    }

    /// Sizes of mails in bytes; those that are gone are left out.
    func sizes(_ uids: [UInt32]) async throws(Trouble) -> [UInt32: Int64] {
        var found: [UInt32: Int64] = [:]
        for reply in try await demand("UID FETCH \(ImapText.set(uids)) (UID RFC822.SIZE)").replies {
            guard let items = reply.fetched, let uid = items["UID"]?.number else { continue }
            found[UInt32(clamping: uid)] = items["RFC822.SIZE"]?.number
        }
        return found
    }

    enum Section: String { case whole = "", header = "HEADER" }

    /// Writes a mail, as it lies on the server, into a new file; nothing is marked as read. False if it is gone.
    /// A refusal by the server is `lasting`.
    func fetch(_ uid: UInt32, _ section: Section = .whole, to path: String) async throws(Trouble) -> Bool {
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw .passing("邮件写不下；请检查磁盘空间", "a mail cannot be written; check free space", detail: "errno \(errno)")
        }
        defer { close(file) }
        func keep(_ bytes: [UInt8]) throws(Trouble) {
            guard unsafe write(file, bytes, bytes.count) == bytes.count else {
                throw .passing("邮件写不下；请检查磁盘空间", "a mail cannot be written; check free space", detail: "errno \(errno)")
            }
        }
        let answer = try await ask("UID FETCH \(uid) (UID BODY.PEEK[\(section.rawValue)])", mail: keep)
        guard answer.status.kind == .ok else {
            throw .lasting(
                "邮件服务器不交出邮件：\(answer.status.text.prefix(200))",
                "the mail server does not hand over the mail: \(answer.status.text.prefix(200))")
        }
        for reply in answer.replies {
            guard let items = reply.fetched, let body = items["BODY[\(section.rawValue)]"] else { continue }
            guard items["UID"]?.number == Int64(uid) else {
                throw .passing("邮件服务器给的不是所要的邮件", "the mail server sent another mail than asked for")
            }
            // Short mails may come as quoted text.
            if case .string(let bytes) = body { try keep(bytes) }
            return true
        }
        return false
    }

    /// Moves mails to another mailbox, which is made if it is not there. Without MOVE and UIDPLUS the old copies are
    /// only marked as deleted: a plain EXPUNGE would take mails with it that we have not read.
    func move(_ uids: [UInt32], to mailbox: String) async throws(Trouble) {
        let (set, name) = (ImapText.set(uids), ImapText.mailbox(mailbox))
        let verb = capabilities.contains("MOVE") ? "MOVE" : "COPY"
        if try await ask("UID \(verb) \(set) \(name)").status.kind != .ok {
            _ = try await ask("CREATE \(name)")
            _ = try await demand("UID \(verb) \(set) \(name)")
        }
        guard verb == "COPY" else { return }
        try await mark(uids, "\\Deleted")
        if capabilities.contains("UIDPLUS") { _ = try await demand("UID EXPUNGE \(set)") }
    }

    func mark(_ uids: [UInt32], _ flag: String) async throws(Trouble) {
        _ = try await demand("UID STORE \(ImapText.set(uids)) +FLAGS.SILENT (\(flag))")
    }

    /// Waits until there is news (RFC 2177), or for the time given. False if the server cannot do that.
    func wait(atMost limit: Duration) async throws(Trouble) -> Bool {
        if news { return true }
        guard capabilities.contains("IDLE") else { return false }
        try await line.send(dialogue.begin("IDLE"), within: patience)
        let deadline = ContinuousClock.now + limit
        var waiting = true
        while waiting {
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero, let bytes = try await line.receive(within: left) else { break }
            guard !bytes.isEmpty else { throw .passing("邮件服务器断开了连接", "the mail server closed the connection") }
            for event in try dialogue.take(bytes) {
                switch event {
                case .done: return true
                case .reply(let reply): if reply.isNews { waiting = false }
                case .goOn, .mail: break
                }
            }
        }
        try await line.send(Array("DONE\r\n".utf8), within: patience)
        while true {
            for case .done in try await next(within: patience) ?? [] { return true }
        }
    }

    /// Takes leave; what comes of it does not matter.
    func leave() async {
        _ = try? await ask("LOGOUT")
        line.close()
    }
}

extension ImapValue {
    /// An atom in upper case.
    var word: String? { if case .atom(let text) = self { text.uppercased() } else { nil } }
    var number: Int64? { if case .atom(let text) = self { Int64(text) } else { nil } }
}

extension ImapReply {
    /// The items of a FETCH, by name in upper case.
    var fetched: [String: ImapValue]? {
        guard case .data(let values) = self, values.count >= 3, values[1].word == "FETCH",
            case .list(let list) = values[2]
        else { return nil }
        var items: [String: ImapValue] = [:]
        for index in stride(from: 0, to: list.count - 1, by: 2) {
            if let name = list[index].word { items[name] = list[index + 1] }
        }
        return items
    }

    /// A mail has come.
    var isNews: Bool {
        if case .data(let values) = self { values.count == 2 && values[1].word == "EXISTS" } else { false }
    }
}
