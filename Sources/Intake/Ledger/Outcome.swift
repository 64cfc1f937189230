/// What came of one job or one decision of a person: everything is written in one transaction, or nothing is.
package struct Outcome: Sendable {
    package enum Close: Sendable, Equatable {
        /// The job is done and goes.
        case done
        /// Not yet: due again then; counts as an attempt.
        case again(Instant)
        /// Not its turn yet: due again then; nothing was tried, so no attempt is counted.
        case wait(Instant)
    }
    package var ticket: Int64
    /// The job this finishes; nothing is written if its lease has passed to somebody else.
    package var job: Job?
    package var close: Close = .done
    /// Nothing is written unless the ticket is in one of these states; empty: whatever the state.
    package var from: Set<Ticket.State> = []
    /// Nothing is written unless the ticket has as many entries as the decision saw: what came in between would
    /// otherwise stand before the decision and be taken for known. Nil where that does not matter.
    package var seen: Int?
    package var change = Change()
    package var assignments: [Assignment] = []
    /// Assignments of an earlier decision that are taken back before the new ones are written.
    package var withdrawals: [Withdrawal] = []
    package var deliveries: [NewDelivery] = []
    /// How a delivery went, if that is what the job was.
    package var attempt: Attempt?
    package var entries: [NewEntry] = []
    package var jobs: [NewJob] = []
    /// Files the sealed entries name: they must outlive every sweep.
    package var blobs: [BlobID] = []
    /// Find the persons behind the ticket's contacts, or make them: this is when a contact gets into the index.
    package var linkPeople = false

    package init(ticket: Int64, job: Job? = nil) {
        self.ticket = ticket
        self.job = job
    }

    /// An assignment to be taken back: cancelled where nobody has signed for it, or where the department is no more;
    /// deliveries to the department that were not handed over are cancelled too.
    package struct Withdrawal: Sendable, Equatable {
        package var round: Int
        package var department: String
        package var role: Assignment.Role
        /// The city's data names the department no more: it is taken back whatever its state.
        package var isGone: Bool
        package init(round: Int, department: String, role: Assignment.Role, isGone: Bool = false) {
            self.round = round
            self.department = department
            self.role = role
            self.isGone = isGone
        }
    }

    /// Fields of the ticket to set; nil leaves them. Category and area can also be taken away.
    package struct Change: Sendable, Equatable {
        package var state: Ticket.State?
        package var kind: Kind?
        package var category: String??
        package var area: String??
        package var resolveBy: Instant?
        /// The citizen asked for 保密 in later words.
        package var confidential: Bool?
        package init() {}
        package var isEmpty: Bool { self == Change() }
    }
}

/// One message out, frozen when it is decided.
package struct Delivery: Sendable, Equatable {
    package enum State: String, Sendable, Codable, CaseIterable {
        case pending
        case delivered
        /// Waits for a person (rule 7).
        case held
        case cancelled
    }
    package var id: Int64
    package var ticket: Int64
    package var destination: String
    /// Code of a department, or "citizen".
    package var recipient: String
    /// Sealed `Message`.
    package var content: Sealed
    package var state: State
    package var created: Instant
    package var attempts: Int
    /// Whom it goes to, where that is a person: the sealed contact is looked up when it is sent.
    package var contact: Int64?

    package init(
        id: Int64, ticket: Int64, destination: String, recipient: String, content: Sealed, state: State,
        created: Instant, attempts: Int, contact: Int64?
    ) {
        self.id = id
        self.ticket = ticket
        self.destination = destination
        self.recipient = recipient
        self.content = content
        self.state = state
        self.created = created
        self.attempts = attempts
        self.contact = contact
    }
}

/// A delivery about to be written; its job goes to the lane of the destination.
package struct NewDelivery: Sendable {
    package var destination: String
    package var recipient: String
    package var content: Sealed
    package var created: Instant
    package var contact: Int64?

    package init(destination: String, recipient: String, content: Sealed, created: Instant, contact: Int64? = nil) {
        self.destination = destination
        self.recipient = recipient
        self.content = content
        self.created = created
        self.contact = contact
    }
}

/// One try to hand a delivery over, kept as a row.
package struct Attempt: Sendable, Equatable {
    package enum Result: String, Sendable, Codable, CaseIterable {
        case delivered, passing, lasting, unclear
        case needsPerson = "needs-person"
    }
    package var delivery: Int64
    package var at: Instant
    package var result: Result
    /// One sentence, without secrets or identities.
    package var reason: String
    /// State of the delivery after this.
    package var state: Delivery.State

    package init(delivery: Int64, at: Instant, result: Result, reason: String, state: Delivery.State) {
        self.delivery = delivery
        self.at = at
        self.result = result
        self.reason = reason
        self.state = state
    }
}
