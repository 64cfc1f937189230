/// What an erasure of one ticket would take away, as it stands just now.
package struct ErasureSight: Sendable, Equatable {
    /// The ticket is under legal hold: nothing goes.
    package var preserved = false
    /// Entries of the ticket, to be told when the erasure is written.
    package var seen = 0
    package var contacts = 0
    package var entries = 0
    package var messages = 0
    package var parcels = 0
    /// Parcels that stay: they hold reports of tickets under legal hold too, or what waits in quarantine.
    package var shared = 0
    package var files = 0
    /// Orders that were not handed over and name files that would go, while the words stay.
    package var orders = 0
    /// Departments that were handed something about the ticket, and `operator` for the people on duty.
    package var copies: [String] = []
    /// Channels its words came by.
    package var channels: [String] = []
    package init() {}

    package var isEmpty: Bool { contacts + entries + messages + parcels + files == 0 }
}

extension ErasurePart {
    /// Entries whose payload repeats what the citizen said or sent. Acts of people (holds, releases, reveals, erasures)
    /// stay: they say who did what.
    package static func kinds(_ parts: Set<ErasurePart>) -> [EntryKind] {
        var kinds: [EntryKind] = []
        if parts.contains(.text) { kinds += [.received, .followUp, .settled, .alerted, .told, .replayed] }
        if parts.contains(.text) || parts.contains(.attachments) { kinds += [.fetched, .screened] }
        return kinds
    }
}
