import Foundation
import Intake

/// Which mail is being read, noted in a file before it is begun, so that none is fetched for ever: one that ends the process
/// each time is set aside, and one that ends the connection each time, for long.
struct MailboxAttempts: Sendable {
    /// So often a mail is begun before it may be set aside.
    static let most = 4
    /// For so long a server or a network may break off whatever it is asked for: no mail is to blame yet.
    static let patience = Duration.seconds(600)
    private let path: String

    init(path: String) { self.path = path }

    /// What the file says of one mail: "1795233129:42 1 3 1795233200000".
    private struct Note {
        var mail: MailboxCursor
        /// Beginnings without an end: the process ended.
        var open = 0
        /// Beginnings that ended with the connection, and when the first did.
        var cuts = 0
        var since = Instant(milliseconds: 0)

        init(_ mail: MailboxCursor, _ text: String) {
            self.mail = mail
            let parts = text.split(separator: " ")
            guard parts.count == 4, parts[0] == "\(mail)", let open = Int(parts[1]), let cuts = Int(parts[2]),
                let since = Int64(parts[3])
            else { return }
            (self.open, self.cuts, self.since) = (open, cuts, Instant(milliseconds: since))
        }

        var text: String { "\(mail) \(open) \(cuts) \(since.milliseconds)" }
    }

    /// Notes another beginning; false, with nothing noted, where the mail is to be set aside.
    func begin(_ mail: MailboxCursor, now: Instant) throws(Trouble) -> Bool {
        var note = read(mail)
        let most = MailboxAttempts.most
        if note.open >= most || (note.cuts >= most && now - note.since >= MailboxAttempts.patience) { return false }
        note.open += 1
        try write(note.text)
        return true
    }

    /// The connection ended before the mail was there.
    func cut(_ mail: MailboxCursor, now: Instant) throws(Trouble) {
        var note = read(mail)
        if note.cuts == 0 { note.since = now }
        note.cuts += 1
        note.open = max(note.open - 1, 0)
        try write(note.text)
    }

    /// The mail is done with, or it was not to blame.
    func end() throws(Trouble) { try write("") }

    private func read(_ mail: MailboxCursor) -> Note {
        Note(mail, boundedContents(path, limit: 100).map { String(decoding: $0, as: UTF8.self) } ?? "")
    }

    private func write(_ text: String) throws(Trouble) {
        do { try text.write(toFile: path, atomically: true, encoding: .utf8) } catch {
            throw .passing(
                "状态目录写不下；请检查磁盘空间", "the state folder cannot be written; check free space", detail: "\(error)")
        }
    }
}
