import Foundation
import Intake

/// How far a mailbox has been read: its UIDVALIDITY and the last UID, as text in the ledger ("1795233129:42"). While the
/// validity stays, UIDs only grow and mean the same mail (RFC 3501 section 2.3.1.1).
struct MailboxCursor: Sendable, Equatable, CustomStringConvertible {
    var validity: UInt32
    var last: UInt32

    init(validity: UInt32, last: UInt32 = 0) {
        self.validity = validity
        self.last = last
    }

    /// Nil for what `description` did not write.
    init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let validity = UInt32(parts[0]), let last = UInt32(parts[1]) else { return nil }
        self.init(validity: validity, last: last)
    }

    var description: String { "\(validity):\(last)" }
}

/// Which mail is being read, noted in a file before it is begun: a mail that ends the process, or the connection, each
/// time is known by that and set aside, instead of being fetched for ever.
struct MailboxAttempts: Sendable {
    /// Beginnings after which a mail is set aside.
    static let most = 4
    private let path: String

    init(path: String) { self.path = path }

    /// Notes another beginning and gives how many there were before.
    func begin(_ cursor: MailboxCursor) throws(Trouble) -> Int {
        let note = (boundedContents(path, limit: 100).map { String(decoding: $0, as: UTF8.self) } ?? "").split(
            separator: " ")
        let before = note.count == 2 && note[0] == "\(cursor)" ? Int(note[1]) ?? 0 : 0
        try write("\(cursor) \(before + 1)")
        return before
    }

    /// The mail is done with, or it was not to blame.
    func end() throws(Trouble) { try write("") }

    private func write(_ text: String) throws(Trouble) {
        do { try text.write(toFile: path, atomically: true, encoding: .utf8) } catch {
            throw .passing(
                "状态目录写不下；请检查磁盘空间", "the state folder cannot be written; check free space", detail: "\(error)")
        }
    }
}
