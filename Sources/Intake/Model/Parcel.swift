package import struct Foundation.Data

/// The bytes of one request, mail or file as they came, with what its channel read out of them.
package struct Parcel: Sendable {
    package enum Body: Sendable, Equatable {
        /// Up to `Parcel.inlineLimit` bytes: kept in the row.
        case bytes(Data)
        /// Already kept, synced, in `Blobs`.
        case blob(BlobID, size: Int64)
    }

    /// 64 KiB: larger bodies go to `Blobs` (DESIGN section 6).
    package static let inlineLimit = 64 * 1024

    /// Name of the configured channel.
    package var channel: String
    package var received: Instant
    /// Headers, source address and the like: kept sealed, for people who look into trouble and for replay.
    package var envelope: [String: String]
    package var body: Body
    /// At least one; all of a pushed parcel are committed together.
    package var items: [Item]
    /// Where a polling channel goes on reading, kept in the same commit as what was read.
    package var cursor: String?

    package init(
        channel: String, received: Instant, envelope: [String: String] = [:], body: Body, items: [Item],
        cursor: String? = nil
    ) {
        self.channel = channel
        self.received = received
        self.envelope = envelope
        self.body = body
        self.items = items
        self.cursor = cursor
    }
}

/// One item of a parcel as its channel read it.
package struct Item: Sendable {
    package enum Content: Sendable {
        case submission(Submission)
        /// Not a report: a bounce, an event of the platform, a department's update.
        case notice(Notice, String)
        /// Cannot be read, for this reason: quarantined with its bytes, to be replayed after a mend (rule 4).
        case unreadable(String)
        /// Read and not taken, for this reason.
        case refused(String)
    }
    /// What the source calls it; the same id on the same channel is the same thing (rule 5).
    package var sourceID: String
    package var content: Content
    /// How long pieces of the same report may still come before it is settled.
    package var rest: Duration
    package var joining: Joining

    package init(sourceID: String, content: Content, rest: Duration = .zero, joining: Joining = .claimed()) {
        self.sourceID = sourceID
        self.content = content
        self.rest = rest
        self.joining = joining
    }
}

/// Kinds of arrivals that are no report; each is counted in the books (rule 3).
package enum Notice: String, Sendable, Codable, CaseIterable {
    case bounce
    case autoReply = "auto-reply"
    case platformEvent = "platform-event"
    case deliveryState = "delivery-state"
    case callBackAnswer = "call-back-answer"
    case departmentUpdate = "department-update"
}

/// The one class every arrival ends in (rule 3).
package enum ArrivalClass: String, Sendable, Codable, CaseIterable {
    case ticket
    case followUp = "follow-up"
    case notice
    case quarantined
    case refused
}

/// What a source is told about one item once it is on disk.
package struct Receipt: Sendable, Equatable {
    package enum Repeat: Sendable, Equatable {
        /// Seen for the first time.
        case first
        /// Seen before with the same content: the same receipt, nothing new kept.
        case again
        /// Seen before under this id with other content: nothing new kept, the sender has reused an id.
        case differs
    }
    package var arrival: ArrivalClass
    package var ticket: TicketNumber?
    package var seen: Repeat

    package init(arrival: ArrivalClass, ticket: TicketNumber?, seen: Repeat) {
        self.arrival = arrival
        self.ticket = ticket
        self.seen = seen
    }
}
