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
        tools.metrics.set("intake_channel_up", ["channel": name], to: 1)
        tools.metrics.set("intake_channel_needs_person", ["channel": name], to: 0)
        var then = settings.then
        if mailbox.readOnly, then != .leave {
            tools.log.error("a mailbox can only be read: mails stay where they are", metadata: ["channel": "\(name)"])
            then = .leave
        }
        var reached = Reached(cursor: MailboxCursor(validity: mailbox.validity))
        if let kept = try await tools.store.cursor(channel: name) {
            if let known = MailboxCursor(kept), known.validity == mailbox.validity {
                reached.cursor = known
            } else {
                tools.log.warning(
                    "a mailbox has new UIDs: it is read from its start, known mails are not taken twice",
                    metadata: ["channel": "\(name)"])
            }
        }
        while !Task.isCancelled {
            if !reached.isTidy { try await tidy(&reached, then) }
            if try await catchUp(&reached, then) { continue }
            if try await !session.wait(atMost: settings.poll) {
                do { try await Task.sleep(for: settings.poll) } catch { return }
            }
        }
    }

    /// How far this connection has come.
    private struct Reached {
        var cursor: MailboxCursor
        /// UIDs the ledger took, or knew, since the connection began.
        var held: Set<UInt32> = []
        /// No mail of the ledger's is left where it came.
        var isTidy = false
    }

    /// What lies below the cursor and is neither moved nor flagged: kept by an earlier process, or not at all. Each is
    /// brought in once more, which makes no second ticket of it: so nothing is moved that the ledger does not hold.
    private func tidy(_ reached: inout Reached, _ then: MailboxSettings.Then) async throws(Trouble) {
        reached.isTidy = true
        guard reached.cursor.last > 0, then != .leave else { return }
        let mark = then == .flag ? "UNSEEN" : "UNDELETED"
        try await bring(
            try await session.search("UID 1:\(reached.cursor.last) UNFLAGGED \(mark)"), &reached, then)
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
    private func catchUp(_ reached: inout Reached, _ then: MailboxSettings.Then) async throws(Trouble) -> Bool {
        let last = reached.cursor.last
        guard last < .max else {
            throw .needsPerson("信箱的 UID 已用尽；请另建信箱", "the mailbox has used up its UIDs; make a new one")
        }
        // "n:*" gives the last mail even where its UID is below n (RFC 3501 section 6.4.8).
        let uids = try await session.search("UID \(last + 1):*").filter { $0 > last }
        try await bring(uids, &reached, then)
        return !uids.isEmpty
    }

    /// Brings mails into the ledger, and then to where they belong on the server.
    private func bring(
        _ uids: [UInt32], _ reached: inout Reached, _ then: MailboxSettings.Then
    ) async throws(Trouble) {
        for start in stride(from: 0, to: uids.count, by: MailboxRound.batch) {
            let some = Array(uids[start..<min(start + MailboxRound.batch, uids.count)])
            await inbox.turn(of: name, tools)
            let strange = some.filter { !reached.held.contains($0) }
            let sizes = strange.isEmpty ? [:] : try await session.sizes(strange)
            for uid in strange {
                reached.cursor.last = max(reached.cursor.last, uid)
                if try await take(uid, sizes[uid], reached.cursor) { reached.held.insert(uid) }
                if Task.isCancelled { break }
            }
            if try await !settle(some.filter(reached.held.contains), then) { reached.isTidy = false }
            if Task.isCancelled { break }
        }
    }

    /// One mail that is being read.
    private struct Reading {
        /// Where it lies.
        var mail: MailboxCursor
        /// How far the mailbox has been read once it is kept.
        var cursor: MailboxCursor
        /// The file its bytes go to.
        var path: String
    }

    /// Brings one mail into the ledger; false where it is to stay as it is on the server. `size` is nil where the server
    /// gave none.
    private func take(_ uid: UInt32, _ size: Int64?, _ cursor: MailboxCursor) async throws(Trouble) -> Bool {
        let reading = Reading(
            mail: MailboxCursor(validity: cursor.validity, last: uid), cursor: cursor,
            path: "\(tools.scratch)/\(name)-\(uid)")
        defer { try? FileManager.default.removeItem(atPath: reading.path) }
        guard let size else { return try await withheld(reading) }
        if size > settings.largest {
            return try await setAside(
                reading,
                "expected mails of at most \(text(ofBytes: settings.largest)), found \(text(ofBytes: size))")
        }
        guard try attempts.begin(reading.mail, now: tools.now()) else {
            return try await setAside(
                reading,
                Phrase(
                    zh: "每次读这封邮件时，连接或程序都中断了",
                    en: "the connection or the program ended each time this mail was read"))
        }
        do throws(Trouble) {
            guard try await session.fetch(uid, to: reading.path) else { return try await withheld(reading) }
        } catch {
            if error.kind == .lasting { return try await setAside(reading, error.words) }
            if Task.isCancelled { try attempts.end() } else { try attempts.cut(reading.mail, now: tools.now()) }
            throw error
        }
        do throws(Trouble) {
            let (item, bounce) = try await MailIntake(tools: tools).read(reading.path)
            // Before the mail counts as read: after a crash between the two it is looked at again, and known.
            if let outcome = try await bounce?.outcome(tools, alerts: tools.alerts) {
                _ = try await tools.store.apply([outcome])
            }
            try await accept(reading, item)
        } catch {
            // Trouble of our own: the mail is not to blame.
            try attempts.end()
            throw error
        }
        try attempts.end()
        return true
    }

    /// A mail without a size or without bytes is gone where the server no longer lists it: somebody deleted it. Where it
    /// does, a citizen wrote it and the server cannot hand it over: a person must look.
    private func withheld(_ reading: Reading) async throws(Trouble) -> Bool {
        guard try await session.search("UID \(reading.mail.last)").contains(reading.mail.last) else {
            try attempts.end()
            return false
        }
        return try await setAside(
            reading,
            Phrase(
                zh: "邮件服务器列出了这封邮件，却不交出内容", en: "the mail server lists this mail and does not hand it over"))
    }

    private func accept(_ reading: Reading, _ item: Item) async throws(Trouble) {
        var envelope = ["mailbox": settings.mailbox, "uid": "\(reading.mail)"]
        if case .unreadable = item.content { envelope["note"] = "set aside by the reader" }
        let parcel = Parcel(
            channel: name, received: tools.now(), envelope: envelope, body: try await body(reading.path),
            items: [item], cursor: "\(reading.cursor)")
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
    private func setAside(_ reading: Reading, _ reason: Phrase) async throws(Trouble) -> Bool {
        do throws(Trouble) {
            _ = try await session.fetch(reading.mail.last, .header, to: reading.path)
        } catch  where error.kind == .lasting {
            // Not even its header is to be had; where it is stands in the envelope.
        }
        let words = Phrase(zh: "\(reason.zh)；原件在邮件服务器上，已加星", en: "\(reason.en); it is on the server, flagged")
        let parcel = Parcel(
            channel: name, received: tools.now(),
            envelope: ["mailbox": settings.mailbox, "uid": "\(reading.mail)", "part": "header"],
            body: try await body(reading.path),
            items: [Item(sourceID: "uid:\(reading.mail)", content: .unreadable(words.kept))],
            cursor: "\(reading.cursor)")
        _ = try await inbox.accept(parcel)
        try attempts.end()
        // A mailbox that cannot be written keeps its mail all the same.
        do throws(Trouble) { try await session.mark([reading.mail.last], "\\Flagged") } catch {
            tools.log.warning(
                "a mail could not be flagged", metadata: ["channel": "\(name)", "uid": "\(reading.mail)"])
        }
        return false
    }
}
