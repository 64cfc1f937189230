import Crypto
package import Foundation

/// A knot over all chains, made every minute, itself chained; goes to the store and to the journal (rule 11).
package struct Checkpoint: Sendable, Equatable {
    /// The head of one ticket's chain when the knot was tied.
    package struct Head: Sendable, Equatable {
        package var ticket: Int64
        package var entries: Int
        package var hash: Data
        /// Comes before every ticket, also the 0 of the access log.
        package static let start: Int64 = -1
        /// Read at once.
        package static let page = 5000
        package init(ticket: Int64, entries: Int, hash: Data) {
            self.ticket = ticket
            self.entries = entries
            self.hash = hash
        }
    }
    package var id: Int64
    package var at: Instant
    /// All tickets and all entries there were.
    package var tickets: Int
    package var entries: Int
    package var hash: Data

    package init(id: Int64, at: Instant, tickets: Int, entries: Int, hash: Data) {
        self.id = id
        self.at = at
        self.tickets = tickets
        self.entries = entries
        self.hash = hash
    }

    /// Whether a store still holds this knot as it was tied: who cuts knots off cannot know that somebody remembers.
    package func stands(in store: some Store) async throws(Trouble) -> Bool {
        try await store.checkpoints(after: id - 1, limit: 1) == [self]
    }

    /// Ties a knot, head by head, so that as many tickets as a storm brings in a minute take no memory. HMAC-SHA256: who can
    /// write to the database but has no key cannot tie the knots anew after taking something away.
    package struct Tying {
        private var code: HMAC<SHA256>
        private var heads = 0
        /// Entries of the tickets among the heads.
        package private(set) var entries = 0

        /// - Parameter previous: the hash of the knot before; empty for the first.
        package init(_ id: Int64, after previous: Data, at: Instant, keys: Keys) {
            code = keys.generation(ofCheckpoint: id).knot
            code.update(data: previous)
            code.update(data: Data("\(at.milliseconds)|".utf8))
        }

        /// Takes the heads that changed, in order of ticket.
        package mutating func add(_ head: Head) {
            heads += 1
            if head.ticket != 0 { entries &+= head.entries }
            code.update(data: Data("\(head.ticket)|\(head.entries)|".utf8))
            code.update(data: head.hash)
        }

        /// The knot's hash, with how many tickets and entries there are in all.
        package func hash(tickets: Int, entries: Int) -> Data {
            var code = code
            code.update(data: Data("|\(tickets)|\(entries)|\(heads)".utf8))
            return Data(code.finalize())
        }
    }
}
