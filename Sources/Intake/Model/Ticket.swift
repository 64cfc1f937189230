package import Foundation

/// One row of the ledger's tickets: only what routing, clocks and lists need. What was said stands in the history
/// (`Entry`), sealed; who said it stands apart, sealed (rule 8).
package struct Ticket: Sendable, Equatable {
    package enum State: String, Sendable, Codable, CaseIterable {
        case received
        case needsInfo = "needs-info"
        case accepted
        case inHand = "in-hand"
        case answered
        case callBack = "call-back"
        case closed
        case notAccepted = "not-accepted"
        case withdrawn
        case merged
        case transferredEmergency = "transferred-emergency"
    }

    package var number: TicketNumber
    package var channel: String
    package var state: State
    /// 1 at first; reopening starts the next and keeps old answers.
    package var round: Int
    package var kind: Kind?
    package var category: String?
    package var area: String?
    package var urgent: Bool
    package var confidential: Bool
    package var language: Language
    package var received: Instant
    /// When the citizen was told it will be answered; nil until routed.
    package var resolveBy: Instant?
    /// Number of entries and hash of the last one (rule 11).
    package var entries: Int
    package var head: Data

    package init(
        number: TicketNumber, channel: String, state: State = .received, round: Int = 1, kind: Kind?,
        category: String?, area: String?, urgent: Bool, confidential: Bool, language: Language, received: Instant,
        resolveBy: Instant? = nil, entries: Int, head: Data
    ) {
        self.number = number
        self.channel = channel
        self.state = state
        self.round = round
        self.kind = kind
        self.category = category
        self.area = area
        self.urgent = urgent
        self.confidential = confidential
        self.language = language
        self.received = received
        self.resolveBy = resolveBy
        self.entries = entries
        self.head = head
    }
}

/// One ticket at one department in one role in one round.
package struct Assignment: Sendable, Equatable {
    package enum Role: String, Sendable, Codable, CaseIterable {
        case lead
        case coHandler = "co-handler"
    }
    package enum State: String, Sendable, Codable, CaseIterable {
        case sent, signed, contacted, handling, answered, returned, cancelled
    }
    package var id: Int64
    package var ticket: Int64
    package var round: Int
    package var department: String
    package var role: Role
    package var state: State
    package var sent: Instant
    package var signBy: Instant?
    package var contactBy: Instant?
    package var resolveBy: Instant?

    package init(
        id: Int64 = 0, ticket: Int64, round: Int = 1, department: String, role: Role, state: State = .sent,
        sent: Instant, signBy: Instant? = nil, contactBy: Instant? = nil, resolveBy: Instant? = nil
    ) {
        self.id = id
        self.ticket = ticket
        self.round = round
        self.department = department
        self.role = role
        self.state = state
        self.sent = sent
        self.signBy = signBy
        self.contactBy = contactBy
        self.resolveBy = resolveBy
    }
}
