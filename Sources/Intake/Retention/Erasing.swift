/// Takes away what the law no longer lets us keep: payloads and files go, the chain of entries stays and verifies.
package struct Erasing: Sendable {
    package enum Result: Sendable, Equatable {
        case done(Erased)
        /// Under legal hold.
        case preserved
        /// There was nothing of these parts any more.
        case nothing
    }
    let store: any Store
    let blobs: any Blobs
    let keys: Keys
    /// What stays with the source of a report, by the channel it came by.
    let leaves: [String: Phrase]
    /// The same bytes may be on their way in again and be named in a moment: a file kept within this time is left for a
    /// later round.
    var idle = Duration.days(1)

    package init(
        store: any Store, blobs: any Blobs, keys: Keys, leaves: [String: Phrase] = [:], idle: Duration = .days(1)
    ) {
        self.store = store
        self.blobs = blobs
        self.keys = keys
        self.leaves = leaves
        self.idle = idle
    }

    /// Erases parts of a ticket with an entry that says so, in one commit, and then the files. `reason` passes the
    /// masker. Needs a person if the ticket names a parcel that is another's: its bytes would go. Passing trouble if the
    /// ticket changes faster than this reads it.
    package func erase(
        _ parts: Set<ErasurePart>, of ticket: Int64, at now: Instant, by actor: String, reason: String
    ) async throws(Trouble) -> Result {
        for _ in 0..<5 {
            let sight = try await store.sight(of: parts, ticket: ticket)
            if sight.preserved { return .preserved }
            if sight.isEmpty { return .nothing }
            let entries = try await store.entries(of: [ticket])
            if let stranger = try await Provenance.strangers(among: entries, store, keys: keys).first {
                throw .needsPerson(
                    "工单 \(ticket)：\(stranger.words.zh)；什么也不删，请运行 intake audit verify",
                    "ticket \(ticket): \(stranger.words.en); nothing is erased, run: intake audit verify")
            }
            let erased = Erased(
                parts: parts, reason: Masker.mask(reason), contacts: sight.contacts, entries: sight.entries,
                messages: sight.messages, parcels: sight.parcels, files: sight.files,
                // What lay for years is not written anew by the clock.
                orders: actor == "intake" ? 0 : sight.orders, copies: sight.copies,
                elsewhere: elsewhere(sight))
            let entry = try keys.entry(.erased, at: now, actor: actor, erased)
            guard try await store.erase(parts, of: ticket, entry: entry, seen: sight.seen) else { continue }
            return .done(erased)
        }
        throw .passing("工单一直在变；请重试", "the ticket goes on changing; try again")
    }

    /// What stays with the sources of a ticket's reports.
    package func elsewhere(_ sight: ErasureSight) -> [String] { sight.channels.compactMap { leaves[$0]?.kept } }

    /// Removes the bytes that were wanted while something in them was erased, or brought it again, the files that nothing
    /// names any more, and what the database's own files still hold of what was erased. Gives how many files went.
    @discardableResult
    package func clear() async throws(Trouble) -> Int {
        var count = 0
        while case let left = try await store.left(limit: Retaining.batch), !left.isEmpty {
            try await store.eraseOriginals(left)
        }
        for id in try await store.doomed() {
            try await blobs.remove(id, untouchedFor: idle)
            if try await blobs.holds(id) { continue }
            try await store.undoom(id)
            count += 1
        }
        try await store.scrub()
        return count
    }
}
