/// Payload of a `revealed` entry: who looked is the entry's actor.
package struct Revealed: Sendable, Equatable, Codable {
    /// Why, in the words of whoever looked; no identity.
    package var reason: String
    /// What was shown: "identity", "phone".
    package var shown: String
    package init(reason: String, shown: String) {
        self.reason = reason
        self.shown = shown
    }
}

/// Payload of a `replayed` entry.
package struct Replayed: Sendable, Equatable, Codable {
    /// Number in the quarantine.
    package var quarantined: Int64
    /// When it came.
    package var arrived: Instant
    /// Why it had been there.
    package var reason: String
    package init(quarantined: Int64, arrived: Instant, reason: String) {
        self.quarantined = quarantined
        self.arrived = arrived
        self.reason = reason
    }
}

/// Payload of a `requeued` entry: the ticket is to be routed again.
package struct Requeued: Sendable, Equatable, Codable {
    /// Why, in the words of whoever asked; no identity.
    package var reason: String
    package init(reason: String) { self.reason = reason }
}
