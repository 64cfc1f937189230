package import Foundation

/// A parcel as the store takes it: everything about people sealed, every id of a source hashed. The store holds no key.
package struct KeptParcel: Sendable {
    package enum Body: Sendable {
        case sealed(Sealed)
        case blob(BlobID)
    }
    package var channel: String
    package var received: Instant
    package var envelope: Sealed
    package var body: Body
    /// Plain bytes.
    package var size: Int64
    package var arrivals: [KeptArrival]
    package var cursor: String?
    /// What its body is told by, where it may hold more than came of it: parcels of one mark hold the same bytes.
    package var mark: String?
    /// Kept only while this is the newest lease of its name.
    package var lease: Lease?

    package init(
        channel: String, received: Instant, envelope: Sealed, body: Body, size: Int64, arrivals: [KeptArrival],
        cursor: String? = nil, mark: String? = nil
    ) {
        self.channel = channel
        self.received = received
        self.envelope = envelope
        self.body = body
        self.size = size
        self.arrivals = arrivals
        self.cursor = cursor
        self.mark = mark
    }
}

/// One item of a kept parcel.
package struct KeptArrival: Sendable {
    package enum Content: Sendable {
        case ticket(NewTicket)
        case notice(Notice)
        case quarantined(reason: String)
        case refused(reason: String)
    }
    /// Keyed hash of channel and source id (16 bytes, unique in the ledger).
    package var key: Data
    /// Keyed digest of what the item says (16 bytes): tells an honest repeat from a reused id.
    package var digest: Data
    package var content: Content

    package init(
        key: Data, digest: Data, content: Content
    ) {
        self.key = key
        self.digest = digest
        self.content = content
    }
}

/// A ticket about to be born, with what must be in the same transaction (rule 2).
package struct NewTicket: Sendable {
    package var day: Day
    package var channel: String
    package var kind: Kind?
    package var category: String?
    package var area: String?
    package var urgent: Bool
    package var confidential: Bool
    package var language: Language
    package var contacts: [NewContact]
    /// Its kind is `received`; the store makes it `follow-up` where it joins another ticket.
    package var entry: NewEntry
    /// Which of the channel's senders it comes from; nil where the channel is one sender.
    package var sender: String?
    /// The ticket this follows up, if that exists, is not at an end and may be joined; otherwise a new one is made.
    package var followsUp: TicketNumber?
    /// It may join whoever made the ticket; otherwise only one that came from the same channel and sender.
    package var isProven: Bool
    /// The first entry in the place of `entry` where it was to join a ticket and makes a new one: it says so.
    package var apart: NewEntry?
    /// Work to begin with; `subject` is filled in with the ticket's id.
    package var jobs: [NewJob]
    /// Files its sealed text names: they must outlive every sweep.
    package var blobs: [BlobID]

    package init(
        day: Day, channel: String, kind: Kind? = nil, category: String? = nil, area: String? = nil, urgent: Bool,
        confidential: Bool, language: Language, contacts: [NewContact], entry: NewEntry, sender: String? = nil,
        followsUp: TicketNumber? = nil, isProven: Bool = false, apart: NewEntry? = nil, jobs: [NewJob],
        blobs: [BlobID] = []
    ) {
        self.day = day
        self.channel = channel
        self.kind = kind
        self.category = category
        self.area = area
        self.urgent = urgent
        self.confidential = confidential
        self.language = language
        self.contacts = contacts
        self.entry = entry
        self.sender = sender
        self.followsUp = followsUp
        self.isProven = isProven
        self.apart = apart
        self.jobs = jobs
        self.blobs = blobs
    }
}

/// A way to reach somebody who has to do with a ticket.
package struct NewContact: Sendable {
    package var role: Party.Role
    package var kind: Contact.Kind
    /// Number of the party within the submission: contacts of one party belong to one person.
    package var party: Int
    /// Sealed `KeptContact`.
    package var sealed: Sealed
    package var hash: Data

    package init(
        role: Party.Role, kind: Contact.Kind, party: Int, sealed: Sealed, hash: Data
    ) {
        self.role = role
        self.kind = kind
        self.party = party
        self.sealed = sealed
        self.hash = hash
    }
}

/// What is inside a sealed contact.
package struct KeptContact: Sendable, Codable, Equatable {
    package var name: String?
    package var value: String
    /// Marks of the entry it came with: the one or the other stands in its ticket's history.
    package var of: [String]
    package init(name: String?, value: String, of: [String] = []) {
        self.name = name
        self.value = value
        self.of = of
    }
}

/// Work for the clerk. A lane is a line of its own: a slow one never holds up another.
package struct NewJob: Sendable, Equatable {
    package var lane: Lane
    package var due: Instant
    /// Ticket or delivery, as the lane says.
    package var subject: Int64

    package init(lane: Lane, due: Instant, subject: Int64 = 0) {
        self.lane = lane
        self.due = due
        self.subject = subject
    }
}

/// A line of jobs.
package enum Lane: Sendable, Hashable, CustomStringConvertible {
    /// Look through files for viruses; subject: ticket.
    case screen
    /// Locate, classify, route; subject: ticket.
    case settle
    /// Fetch media that a channel left with its platform; subject: ticket.
    case fetch(channel: String)
    /// Hand one delivery over; subject: delivery.
    case deliver(destination: String)

    package var description: String {
        switch self {
        case .settle: "settle"
        case .screen: "screen"
        case .fetch(let channel): "fetch:\(channel)"
        case .deliver(let destination): "deliver:\(destination)"
        }
    }

    /// Reads what `description` writes.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        switch (parts.first, parts.count) {
        case ("settle", 1): self = .settle
        case ("screen", 1): self = .screen
        case ("fetch", 2): self = .fetch(channel: parts[1])
        case ("deliver", 2): self = .deliver(destination: parts[1])
        default: return nil
        }
    }
}

/// A job somebody holds the lease of. `fence` grows with each claim: what is written for an older one is refused.
package struct Job: Sendable, Equatable {
    package var id: Int64
    package var lane: Lane
    package var subject: Int64
    package var attempts: Int
    package var fence: Int64
    /// Somebody held it before and never said what came of it: it may have been done.
    package var lapsed: Bool

    package init(id: Int64, lane: Lane, subject: Int64, attempts: Int, fence: Int64, lapsed: Bool = false) {
        self.id = id
        self.lane = lane
        self.subject = subject
        self.attempts = attempts
        self.fence = fence
        self.lapsed = lapsed
    }
}
