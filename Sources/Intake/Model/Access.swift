package import Foundation

/// One line of the access log: who was shown what, or erased what was in quarantine, and why.
package struct Access: Sendable, Equatable {
    /// 1, 2, 3 … without gaps.
    package var id: Int64
    package var at: Instant
    /// "operator:name".
    package var actor: String
    package var ticket: Int64?
    /// Sealed `AccessNote`.
    package var sealed: Sealed
    /// Keyed digest of the note.
    package var digest: Data
    /// Its link of the chain: see `AccessHead`.
    package var hash: Data
    package init(
        id: Int64, at: Instant, actor: String, ticket: Int64?, sealed: Sealed, digest: Data, hash: Data
    ) {
        self.id = id
        self.at = at
        self.actor = actor
        self.ticket = ticket
        self.sealed = sealed
        self.digest = digest
        self.hash = hash
    }
}

/// An access about to be noted: the store gives it its place in the chain.
package struct NewAccess: Sendable {
    package var at: Instant
    package var actor: String
    package var ticket: Int64?
    package var sealed: Sealed
    package var digest: Data
    package init(at: Instant, actor: String, ticket: Int64?, sealed: Sealed, digest: Data) {
        self.at = at
        self.actor = actor
        self.ticket = ticket
        self.sealed = sealed
        self.digest = digest
    }
}

/// What is inside a sealed access.
package struct AccessNote: Sendable, Equatable, Codable {
    /// "identity", "quarantine 12"; "discarded 12" where it was erased.
    package var shown: String
    /// Why, in the words of whoever looked; no identity.
    package var reason: String
    package init(shown: String, reason: String) {
        self.shown = shown
        self.reason = reason
    }
}

extension Keys {
    /// An access sealed, ready to be noted.
    package func access(_ note: AccessNote, at: Instant, actor: String, ticket: Int64?) throws(Trouble) -> NewAccess {
        let plain = try JSON.encode(note)
        return NewAccess(
            at: at, actor: actor, ticket: ticket, sealed: try seal(plain, as: "access"), digest: accessDigest(plain))
    }

    func accessDigest(_ plain: Data) -> Data { index.code(of: Data("access\u{0}".utf8), plain) }
}
