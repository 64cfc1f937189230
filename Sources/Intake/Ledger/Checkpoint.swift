import Crypto
package import Foundation

/// A knot over all chains, made every minute, itself chained; goes to the store and to the journal (rule 11).
package struct Checkpoint: Sendable, Equatable {
    /// The head of one ticket's chain when the knot was tied.
    package struct Head: Sendable, Equatable {
        package var ticket: Int64
        package var entries: Int
        package var hash: Data
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

    /// HMAC-SHA256 for the knot with this id, over the one before (empty for the first), time, counts and the changed heads in order of ticket:
    /// who can write to the database but has no key cannot tie the knots anew after taking something away.
    package static func hash(
        of id: Int64, after previous: Data, at: Instant, tickets: Int, entries: Int, heads: [Head], keys: Keys
    ) -> Data {
        var hash = keys.generation(ofCheckpoint: id).knot
        hash.update(data: previous)
        hash.update(data: Data("\(at.milliseconds)|\(tickets)|\(entries)|\(heads.count)|".utf8))
        for head in heads.sorted(by: { $0.ticket < $1.ticket }) {
            hash.update(data: Data("\(head.ticket)|\(head.entries)|".utf8))
            hash.update(data: head.hash)
        }
        return Data(hash.finalize())
    }
}
