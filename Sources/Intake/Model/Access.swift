/// One line of the access log: who was shown what, and why.
package struct Access: Sendable, Equatable {
    package var id: Int64
    package var at: Instant
    /// "operator:name".
    package var actor: String
    package var ticket: Int64?
    /// Sealed `AccessNote`.
    package var sealed: Sealed
    package init(id: Int64, at: Instant, actor: String, ticket: Int64?, sealed: Sealed) {
        self.id = id
        self.at = at
        self.actor = actor
        self.ticket = ticket
        self.sealed = sealed
    }
}

/// An access about to be noted.
package struct NewAccess: Sendable {
    package var at: Instant
    package var actor: String
    package var ticket: Int64?
    package var sealed: Sealed
    package init(at: Instant, actor: String, ticket: Int64?, sealed: Sealed) {
        self.at = at
        self.actor = actor
        self.ticket = ticket
        self.sealed = sealed
    }
}

/// What is inside a sealed access.
package struct AccessNote: Sendable, Equatable, Codable {
    /// "identity", "raw parcel 12".
    package var shown: String
    /// Why, in the words of whoever looked; no identity.
    package var reason: String
    package init(shown: String, reason: String) {
        self.shown = shown
        self.reason = reason
    }
}
