import Foundation

/// What a ledger itself shows of the keys that belong to it, beside its canary.
package enum Evidence {
    /// A sealed value and what it was sealed as.
    package struct Sample: Sendable {
        package var sealed: Sealed
        package var context: String
    }

    /// A value of every shelf that holds any.
    package static func samples(of store: any Store) async throws(Trouble) -> [Sample] {
        var found: [Sample] = []
        for shelf in Shelf.allCases { found += try await sample(of: store, on: shelf).map { [$0] } ?? [] }
        return found
    }

    /// One value; nil if nothing is sealed.
    package static func sample(of store: any Store) async throws(Trouble) -> Sample? {
        for shelf in Shelf.allCases {
            if let found = try await sample(of: store, on: shelf) { return found }
        }
        return nil
    }

    private static func sample(of store: any Store, on shelf: Shelf) async throws(Trouble) -> Sample? {
        // No key has the number nought but one in four milliards.
        try await store.sealed(on: shelf, notWith: KeyID(0), after: .start, limit: 1).first
            .map { Sample(sealed: $0.sealed, context: shelf.context) }
    }

    /// Whether nothing was ever kept.
    package static func isEmpty(_ store: any Store) async throws(Trouble) -> Bool {
        let ticket = try await store.latest(before: nil, limit: 1).first
        let knot = try await store.lastCheckpoint()
        let sample = try await sample(of: store)
        return ticket == nil && knot == nil && sample == nil
    }

    /// Whether these keys tie a knot as it stands; true where there is none.
    package static func ties(_ keys: Keys, _ knot: Checkpoint?, in store: any Store) async throws(Trouble) -> Bool {
        guard let knot else { return true }
        let before = try await store.checkpoints(after: knot.id - 2, limit: 1).first { $0.id < knot.id }
        var tying = Checkpoint.Tying(knot.id, after: before?.hash ?? Data(), at: knot.at, keys: keys)
        var ticket = Checkpoint.Head.start
        while true {
            let heads = try await store.heads(of: knot.id, after: ticket, limit: Checkpoint.Head.page)
            guard let last = heads.last else { break }
            for head in heads { tying.add(head) }
            ticket = last.ticket
        }
        return tying.hash(tickets: knot.tickets, entries: knot.entries) == knot.hash
    }

    /// The canary a ledger must have had: of the key whose root ties its history, or, while it has none, of the one that
    /// sealed what is in it. Needs a person where none of the keys ties it.
    package static func canary(
        _ keys: Keys, root: Sealed?, sealer: KeyID, _ store: any Store
    ) async throws(Trouble) -> Sealed {
        let first = try await store.checkpoints(after: 0, limit: 1).first
        if let root {
            let fitting = try keys.fitting(canary: try keys.canary(), root: root)
            guard try await ties(fitting, first, in: store) else { throw lost }
            return try keys.led(by: root.key ?? sealer).canary()
        }
        for key in [sealer] + keys.ids.filter({ $0 != sealer }) {
            if try await ties(keys.rooted(in: key), first, in: store) { return try keys.led(by: key).canary() }
        }
        throw lost
    }

    /// Nothing tells which key it was.
    package static var lost: Trouble {
        .needsPerson(
            "账本里用来核对主密钥的记录没有了，从其余内容也定不出是哪把；请恢复备份（intake restore）",
            "what tells the ledger's master key is gone from it, and nothing else in it tells which it was; restore a backup "
                + "(intake restore)")
    }
}
