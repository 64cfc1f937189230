import Foundation
import Intake

/// A ticket read and locked, or made, within the transaction that changes it.
struct PostgresTicket: Sendable {
    var id: Int64
    var day: Day
    var channel: String
    var sender: String?
    var state: Ticket.State
    var kind: Kind?
    var category: String?
    var area: String?
    var resolveBy: Instant?
    var confidential: Bool
    var entries: Int
    var head: Data
    /// Number the next party of a follow-up gets: parties of different submissions are different people.
    var parties: Int

    var number: TicketNumber { TicketNumber(day: day, id: id) }

    static let look = """
        SELECT id, day, channel, sender, state, kind, category, area, resolve_by, confidential, entries, head,
               (SELECT max(party) + 1 FROM contacts WHERE contacts.ticket = tickets.id)
        FROM tickets WHERE id = ANY ($1) ORDER BY id
        """

    /// Reads and locks tickets, in order of id so that two writers never wait for each other.
    static func lock(_ ids: [Int64]) -> PostgresStatement {
        PostgresStatement(look + " FOR NO KEY UPDATE", .ints(ids))
    }

    init(_ row: inout PostgresRow) throws(PostgresFailure) {
        id = try row.int()
        day = try row.day()
        channel = try row.text()
        sender = row.optionalText()
        state = try row.word(Ticket.State.self)
        kind = try row.optionalWord(Kind.self)
        category = row.optionalText()
        area = row.optionalText()
        resolveBy = try row.optionalInstant()
        confidential = try row.flag()
        entries = Int(try row.int())
        head = try row.bytes()
        parties = Int(try row.optionalInt() ?? 0)
    }

    init(id: Int64, new ticket: NewTicket) {
        self.id = id
        day = ticket.day
        channel = ticket.channel
        sender = ticket.sender
        state = .received
        kind = ticket.kind
        category = ticket.category
        area = ticket.area
        confidential = ticket.confidential
        entries = 0
        head = Data()
        parties = 0
    }
}

extension PostgresRow {
    mutating func instant() throws(PostgresFailure) -> Instant { Instant(milliseconds: try int()) }
    mutating func optionalInstant() throws(PostgresFailure) -> Instant? {
        try optionalInt().map(Instant.init(milliseconds:))
    }
    mutating func day() throws(PostgresFailure) -> Day {
        let number = try int()
        guard let day = Day(number: Int32(clamping: number)) else { throw .refused("\(number) is no day") }
        return day
    }
}

/// Rows about to be written, gathered table by table, so that each table takes one statement however many there are.
struct PostgresWriting: Sendable {
    private struct Line: Sendable {
        var ticket: Int64
        var sequence: Int
        var kind: EntryKind
        var entry: NewEntry
        var hash: Data
    }

    private var born: [(ticket: NewTicket, id: Int64, received: Instant)] = []
    /// Tickets as they will be, by id.
    private(set) var tickets: [Int64: PostgresTicket] = [:]
    private var lines: [Line] = []
    private var contacts: [(ticket: Int64, party: Int, contact: NewContact)] = []
    private var jobs: [NewJob] = []
    private var files: [(blob: BlobID, ticket: Int64)] = []
    private var changed: Set<Int64> = []

    /// Takes tickets that were locked.
    init(_ tickets: [PostgresTicket] = []) {
        for ticket in tickets { self.tickets[ticket.id] = ticket }
    }

    /// Makes a ticket, or joins the one it follows up if that was locked and may be joined. `id` is asked for only where a
    /// new one is made.
    mutating func add(_ new: NewTicket, parcel: Int64?, received: Instant, id: () -> Int64) -> (
        ArrivalClass, TicketNumber
    ) {
        let joins = joins(new)
        let ticket: PostgresTicket
        if let joined = joins {
            ticket = joined
        } else {
            ticket = PostgresTicket(id: id(), new: new)
            born.append((new, ticket.id, received))
            tickets[ticket.id] = ticket
        }
        for contact in new.contacts { contacts.append((ticket.id, ticket.parties + contact.party, contact)) }
        tickets[ticket.id]?.parties += (new.contacts.map(\.party).max() ?? -1) + 1
        var entry = joins == nil ? new.apart ?? new.entry : new.entry
        entry.parcel = parcel
        append(entry, as: joins == nil ? entry.kind : .followUp, to: ticket.id)
        add(new.blobs, to: ticket.id)
        for job in new.jobs { add(NewJob(lane: job.lane, due: job.due, subject: ticket.id)) }
        return (joins == nil ? .ticket : .followUp, ticket.number)
    }

    /// The ticket a new one joins: the one it names, if that is not at an end and is proven or the same sender's.
    func joins(_ new: NewTicket) -> PostgresTicket? {
        guard let number = new.followsUp, let ticket = tickets[number.id], ticket.number == number,
            !Lifecycle.ends.contains(ticket.state),
            new.isProven || (ticket.channel == new.channel && ticket.sender == new.sender)
        else {
            return nil
        }
        return ticket
    }

    /// Appends an entry to the chain of a ticket that was locked or made here.
    mutating func append(_ entry: NewEntry, as kind: EntryKind, to id: Int64) {
        guard var ticket = tickets[id] else { return }
        ticket.entries += 1
        ticket.head = Chain.hash(
            after: ticket.head, ticket: id, sequence: ticket.entries, at: entry.at, kind: kind.rawValue,
            actor: entry.actor, digest: entry.digest)
        lines.append(Line(ticket: id, sequence: ticket.entries, kind: kind, entry: entry, hash: ticket.head))
        tickets[id] = ticket
        changed.insert(id)
    }

    mutating func change(_ id: Int64, _ change: (inout PostgresTicket) -> Void) {
        guard var ticket = tickets[id] else { return }
        change(&ticket)
        tickets[id] = ticket
        changed.insert(id)
    }

    mutating func add(_ job: NewJob) { jobs.append(job) }

    /// Files the ticket names.
    mutating func add(_ blobs: [BlobID], to ticket: Int64) { files += blobs.map { ($0, ticket) } }

    /// One statement for each table that gets rows.
    var statements: [PostgresStatement] {
        [newTickets, changedTickets, newEntries, newContacts, newFiles, newJobs].compactMap(\.self)
    }

    private var newTickets: PostgresStatement? {
        if born.isEmpty { return nil }
        let rows = born.compactMap { born in tickets[born.id].map { (new: born.ticket, now: $0, at: born.received) } }
        return PostgresStatement(
            """
            INSERT INTO tickets (id, day, channel, state, round, kind, category, area, urgent, confidential, language,
                received, entries, head, sender)
            SELECT id, day, channel, 'received', 1, kind, category, area, urgent, confidential, language, received,
                entries, head, sender
            FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) AS new (id, day, channel, kind,
                category, area, urgent, confidential, language, received, entries, head, sender)
            """,
            .ints(rows.map(\.now.id)), .ints(rows.map { Int64($0.now.day.number) }), .texts(rows.map(\.new.channel)),
            .texts(rows.map(\.new.kind?.rawValue)), .texts(rows.map(\.new.category)), .texts(rows.map(\.new.area)),
            .flags(rows.map(\.new.urgent)), .flags(rows.map(\.new.confidential)),
            .texts(rows.map(\.new.language.rawValue)), .ints(rows.map(\.at.milliseconds)),
            .ints(rows.map { Int64($0.now.entries) }), .byteses(rows.map(\.now.head)), .texts(rows.map(\.new.sender)))
    }

    private var changedTickets: PostgresStatement? {
        let fresh = Set(born.map(\.id))
        let rows = changed.subtracting(fresh).sorted().compactMap { tickets[$0] }
        if rows.isEmpty { return nil }
        return PostgresStatement(
            """
            UPDATE tickets SET state = new.state, kind = new.kind, category = new.category, area = new.area,
                resolve_by = new.resolve_by, confidential = new.confidential, entries = new.entries, head = new.head
            FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
                AS new (id, state, kind, category, area, resolve_by, confidential, entries, head)
            WHERE tickets.id = new.id
            """,
            .ints(rows.map(\.id)), .texts(rows.map(\.state.rawValue)), .texts(rows.map(\.kind?.rawValue)),
            .texts(rows.map(\.category)), .texts(rows.map(\.area)), .ints(rows.map(\.resolveBy?.milliseconds)),
            .flags(rows.map(\.confidential)), .ints(rows.map { Int64($0.entries) }), .byteses(rows.map(\.head)))
    }

    private var newEntries: PostgresStatement? {
        if lines.isEmpty { return nil }
        return PostgresStatement(
            """
            INSERT INTO entries (ticket, sequence, at, kind, actor, payload, digest, hash, parcel)
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            .ints(lines.map(\.ticket)), .ints(lines.map { Int64($0.sequence) }),
            .ints(lines.map(\.entry.at.milliseconds)), .texts(lines.map(\.kind.rawValue)),
            .texts(lines.map(\.entry.actor)), .byteses(lines.map(\.entry.payload.bytes)),
            .byteses(lines.map(\.entry.digest)), .byteses(lines.map(\.hash)), .ints(lines.map(\.entry.parcel)))
    }

    private var newContacts: PostgresStatement? {
        if contacts.isEmpty { return nil }
        return PostgresStatement(
            """
            INSERT INTO contacts (ticket, role, party, kind, sealed, hash)
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6)
            """,
            .ints(contacts.map(\.ticket)), .texts(contacts.map(\.contact.role.rawValue)),
            .ints(contacts.map { Int64($0.party) }), .texts(contacts.map(\.contact.kind.rawValue)),
            .byteses(contacts.map(\.contact.sealed.bytes)), .byteses(contacts.map(\.contact.hash)))
    }

    private var newFiles: PostgresStatement? {
        if files.isEmpty { return nil }
        return PostgresStatement(
            "INSERT INTO files (blob, ticket) SELECT * FROM unnest($1, $2) ON CONFLICT DO NOTHING",
            .texts(files.map(\.blob.hex)), .ints(files.map(\.ticket)))
    }

    private var newJobs: PostgresStatement? {
        if jobs.isEmpty { return nil }
        return PostgresStatement(
            "INSERT INTO jobs (lane, due, subject) SELECT * FROM unnest($1, $2, $3)",
            .texts(jobs.map(\.lane.description)), .ints(jobs.map(\.due.milliseconds)), .ints(jobs.map(\.subject)))
    }
}
