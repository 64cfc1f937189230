import Foundation
import Intake
import Logging

/// One connection's work on a mailbox: catches up, then waits for more, until cancelled or in trouble.
struct MailboxRound {
    let name: String
    let settings: MailboxSettings
    let tools: Tools
    let inbox: Inbox
    let session: ImapSession
    /// Mails whose sizes are asked for, and that are moved, at once.
    private static let batch = 50

    private var attempts: MailboxAttempts { MailboxAttempts(path: "\(tools.state)/mailbox-\(name).reading") }

    func run() async throws(Trouble) {
        try await session.greet()
        let mailbox = try await session.select(settings.mailbox)
        var then = settings.then
        if mailbox.readOnly, then != .leave {
            tools.log.error("a mailbox can only be read: mails stay where they are", metadata: ["channel": "\(name)"])
            then = .leave
        }
        var cursor = MailboxCursor(validity: mailbox.validity)
        if let kept = try await tools.store.cursor(channel: name) {
            if let known = MailboxCursor(kept), known.validity == mailbox.validity {
                cursor = known
            } else {
                tools.log.warning(
                    "a mailbox has new UIDs: it is read from its start, known mails are not taken twice",
                    metadata: ["channel": "\(name)"])
            }
        }
        var tidy = false
        while !Task.isCancelled {
            if !tidy { tidy = try await settle(try await left(upTo: cursor.last, then), then) }
            if try await catchUp(&cursor, then, &tidy) { continue }
            if try await !session.wait(atMost: settings.poll) {
                do { try await Task.sleep(for: settings.poll) } catch { return }
            }
        }
    }

    /// Mails that were kept earlier and could not be moved or flagged then.
    private func left(upTo last: UInt32, _ then: MailboxSettings.Then) async throws(Trouble) -> [UInt32] {
        guard last > 0, then != .leave else { return [] }
        let mark = then == .flag ? "UNSEEN" : "UNDELETED"
        return try await session.search("UID 1:\(last) UNFLAGGED \(mark)")
    }

    /// Moves or flags what is in the ledger; false where the server does not do it. That stops no mail from being read:
    /// it is tried again with the next look.
    private func settle(_ uids: [UInt32], _ then: MailboxSettings.Then) async throws(Trouble) -> Bool {
        for start in stride(from: 0, to: uids.count, by: 500) {
            let some = Array(uids[start..<min(start + 500, uids.count)])
            do throws(Trouble) {
                switch then {
                case .move: try await session.move(some, to: settings.folder)
                case .flag: try await session.mark(some, "\\Seen")
                case .leave: break
                }
            } catch {
                // A connection that is lost ends the round here.
                _ = try await session.ask("NOOP")
                tools.log.warning(
                    "mails in the ledger were not moved or flagged",
                    metadata: ["channel": "\(name)", "mails": "\(uids.count - start)", "trouble": "\(error)"])
                return false
            }
        }
        return true
    }

    /// Takes what has come since; false if there was nothing.
    private func catchUp(
        _ cursor: inout MailboxCursor, _ then: MailboxSettings.Then, _ tidy: inout Bool
    ) async throws(Trouble) -> Bool {
        guard cursor.last < .max else {
            throw .needsPerson("信箱的 UID 已用尽；请另建信箱", "the mailbox has used up its UIDs; make a new one")
        }
        // "n:*" gives the last mail even where its UID is below n (RFC 3501 section 6.4.8).
        let last = cursor.last
        let uids = try await session.search("UID \(last + 1):*").filter { $0 > last }
        for start in stride(from: 0, to: uids.count, by: MailboxRound.batch) {
            let some = Array(uids[start..<min(start + MailboxRound.batch, uids.count)])
            let sizes = try await session.sizes(some)
            var kept: [UInt32] = []
            for uid in some {
                cursor.last = uid
                // Without a size it is gone: somebody deleted it.
                guard let size = sizes[uid] else { continue }
                if try await take(cursor, size) { kept.append(uid) }
                if Task.isCancelled { break }
            }
            if try await !settle(kept, then) { tidy = false }
            if Task.isCancelled { break }
        }
        return !uids.isEmpty
    }

    /// Brings one mail into the ledger; false where it is to stay as it is on the server.
    private func take(_ cursor: MailboxCursor, _ size: Int64) async throws(Trouble) -> Bool {
        let path = "\(tools.scratch)/\(name)-\(cursor.last)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        if size > settings.largest {
            return try await setAside(
                cursor, path,
                "expected mails of at most \(text(ofBytes: settings.largest)), found \(text(ofBytes: size))")
        }
        guard try attempts.begin(cursor) < MailboxAttempts.most else {
            return try await setAside(
                cursor, path,
                Phrase(
                    zh: "每次读这封邮件时，连接或程序都中断了",
                    en: "the connection or the program ended each time this mail was read"))
        }
        do throws(Trouble) {
            guard try await session.fetch(cursor.last, to: path) else {
                try attempts.end()
                return false
            }
        } catch {
            if error.kind == .lasting { return try await setAside(cursor, path, error.words) }
            if Task.isCancelled { try attempts.end() }
            throw error
        }
        do throws(Trouble) {
            try await accept(path, try await MailIntake(tools: tools).item(path), cursor)
        } catch {
            // Trouble of our own: the mail is not to blame.
            try attempts.end()
            throw error
        }
        try attempts.end()
        return true
    }

    private func accept(_ path: String, _ item: Item, _ cursor: MailboxCursor) async throws(Trouble) {
        var envelope = ["mailbox": settings.mailbox, "uid": "\(cursor)"]
        if case .unreadable = item.content { envelope["note"] = "set aside by the reader" }
        let parcel = Parcel(
            channel: name, received: tools.now(), envelope: envelope, body: try await body(path), items: [item],
            cursor: "\(cursor)")
        do throws(Trouble) { _ = try await inbox.accept(parcel) } catch {
            guard error.kind == .lasting, case .submission = item.content else { throw error }
            // The ledger does not take what was read: kept as bytes, with the reason.
            var aside = parcel
            aside.items[0].content = .unreadable(error.words.kept)
            _ = try await inbox.accept(aside)
        }
    }

    private func body(_ path: String) async throws(Trouble) -> Parcel.Body {
        if let bytes = boundedContents(path, limit: Parcel.inlineLimit) { return .bytes(Data(bytes)) }
        let kept = try await MailIntake(tools: tools).store(path)
        return .blob(kept.id, size: kept.size)
    }

    /// Quarantines a mail by its header, and flags it for people: the mail itself stays on the server, untouched.
    private func setAside(_ cursor: MailboxCursor, _ path: String, _ reason: Phrase) async throws(Trouble) -> Bool {
        do throws(Trouble) {
            _ = try await session.fetch(cursor.last, .header, to: path)
        } catch  where error.kind == .lasting {
            // Not even its header is to be had; where it is stands in the envelope.
        }
        let words = Phrase(zh: "\(reason.zh)；原件在邮件服务器上，已加星", en: "\(reason.en); it is on the server, flagged")
        let parcel = Parcel(
            channel: name, received: tools.now(),
            envelope: ["mailbox": settings.mailbox, "uid": "\(cursor)", "part": "header"],
            body: try await body(path),
            items: [Item(sourceID: "uid:\(cursor)", content: .unreadable(words.kept))],
            cursor: "\(cursor)")
        _ = try await inbox.accept(parcel)
        try attempts.end()
        // A mailbox that cannot be written keeps its mail all the same.
        do throws(Trouble) { try await session.mark([cursor.last], "\\Flagged") } catch {
            tools.log.warning("a mail could not be flagged", metadata: ["channel": "\(name)", "uid": "\(cursor)"])
        }
        return false
    }
}
