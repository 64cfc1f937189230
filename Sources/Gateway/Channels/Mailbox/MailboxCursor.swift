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
