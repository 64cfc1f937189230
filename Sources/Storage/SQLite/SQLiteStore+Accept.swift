package import Foundation
import GRDB
package import Intake

/// The way in (rule 2): everything of a batch in one transaction.
extension SQLiteStore {
    package func accept(_ parcels: [KeptParcel]) async throws(Trouble) -> [[Receipt]] {
        try await write { db in
            var next = try SQLiteStore.nextTicket(in: db)
            return try parcels.map { try SQLiteStore.keep($0, next: &next, in: db) }
        }
    }

    package func cursor(channel: String) async throws(Trouble) -> String? {
        try await read { db in
            try String.fetchOne(db, sql: "SELECT cursor FROM cursors WHERE channel = ?", arguments: [channel])
        }
    }

    package func tickets(ofArrivals keys: [Data]) async throws(Trouble) -> [Data: TicketNumber] {
        try await read { db in
            let look = try db.cachedStatement(
                sql: """
                    SELECT tickets.id, tickets.day FROM arrivals JOIN tickets ON tickets.id = arrivals.ticket
                    WHERE arrivals.key = ?
                    """)
            var found: [Data: TicketNumber] = [:]
            for key in keys {
                if let row = try Row.fetchOne(look, arguments: [key]) {
                    found[key] = TicketNumber(day: try Day(row: row, 1), id: row[0])
                }
            }
            return found
        }
    }

    package func joined(by new: NewTicket) async throws(Trouble) -> TicketNumber? {
        try await read { db in try SQLiteStore.joined(by: new, in: db) }
    }

    /// One more than the highest there is; after a restore, at least what that says.
    static func nextTicket(in db: Database) throws -> Int64 {
        try db.cachedStatement(
            sql: """
                SELECT max(ifnull((SELECT max(id) FROM tickets), 0) + 1,
                    ifnull((SELECT value FROM meta WHERE key = 'first-ticket'), 1))
                """
        ).fetchInt64()
    }

    private static func keep(_ parcel: KeptParcel, next: inout Int64, in db: Database) throws -> [Receipt] {
        let known = try parcel.arrivals.map { try SQLiteStore.known($0, in: db) }
        let fresh = Set(zip(parcel.arrivals, known).compactMap { $1 == nil ? $0.key : nil }).count
        if let cursor = parcel.cursor {
            try db.cachedStatement(
                sql: """
                    INSERT INTO cursors (channel, cursor) VALUES (?, ?)
                    ON CONFLICT (channel) DO UPDATE SET cursor = excluded.cursor
                    """
            ).execute(arguments: [parcel.channel, cursor])
        }
        guard fresh > 0 else { return known.compactMap(\.self) }
        let id = try insert(parcel, items: fresh, in: db)
        for (arrival, known) in zip(parcel.arrivals, known) {
            guard let known else { continue }
            try db.cachedStatement(sql: "INSERT OR IGNORE INTO carried (parcel, key, ticket) VALUES (?, ?, ?)")
                .execute(arguments: [id, arrival.key, known.ticket?.id])
        }
        let receipts = try parcel.arrivals.enumerated().map { number, arrival in
            // Asked again, because an earlier item of the same parcel may carry the same id.
            if let known = try known[number] ?? (number > 0 ? SQLiteStore.known(arrival, in: db) : nil) { return known }
            return try keep(arrival, parcel: id, item: number, of: parcel, next: &next, in: db)
        }
        if parcel.mark != nil, known.contains(where: { $0 != nil }) {
            for (arrival, receipt) in zip(parcel.arrivals, receipts) where receipt.seen == .first {
                try carry(arrival.key, receipt.ticket?.id, likewiseIn: id, db)
            }
        }
        return receipts
    }

    /// The same bytes may have been kept before, for what else they hold: they say this as well.
    private static func carry(_ key: Data, _ ticket: Int64?, likewiseIn parcel: Int64, _ db: Database) throws {
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO carried (parcel, key, ticket) SELECT was.id, :key, :ticket FROM carried
                    JOIN arrivals ON arrivals.key = carried.key JOIN parcels AS was ON was.id = arrivals.parcel
                    JOIN parcels AS now ON now.id = carried.parcel AND now.mark = was.mark
                WHERE carried.parcel = :parcel AND was.id <> :parcel
                """, arguments: ["key": key, "ticket": ticket, "parcel": parcel])
    }

    private static func insert(_ parcel: KeptParcel, items: Int, in db: Database) throws -> Int64 {
        let body: Data?
        let blob: String?
        switch parcel.body {
        case .sealed(let sealed): (body, blob) = (sealed.bytes, nil)
        case .blob(let id): (body, blob) = (nil, id.hex)
        }
        try db.cachedStatement(
            sql: """
                INSERT INTO parcels (channel, received, envelope, body, blob, size, items, mark)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            parcel.channel, parcel.received.milliseconds, parcel.envelope.bytes, body, blob, parcel.size, items,
            parcel.mark,
        ])
        return db.lastInsertedRowID
    }

    /// The receipt an arrival got when it came first.
    static func known(_ arrival: KeptArrival, in db: Database) throws -> Receipt? {
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT arrivals.class, arrivals.digest, tickets.id, tickets.day FROM arrivals
                    LEFT JOIN tickets ON tickets.id = arrivals.ticket WHERE arrivals.key = ?
                    """), arguments: [arrival.key])
        guard let row else { return nil }
        let number = try (row[2] as Int64?).map { TicketNumber(day: try Day(row: row, 3), id: $0) }
        return Receipt(
            arrival: try .init(word: row, 0), ticket: number, seen: row[1] == arrival.digest ? .again : .differs)
    }

    /// Writes one arrival and what it became; the parcel is there already.
    static func keep(
        _ arrival: KeptArrival, parcel: Int64, item: Int, of kept: KeptParcel, next: inout Int64, in db: Database
    ) throws -> Receipt {
        var (kind, reason): (Notice?, String?) = (nil, nil)
        var number: TicketNumber?
        let become: ArrivalClass
        switch arrival.content {
        case .ticket(let ticket):
            (become, number) = try birth(ticket, parcel: parcel, next: &next, received: kept.received, in: db)
        case .notice(let notice): (become, kind) = (.notice, notice)
        case .refused(let why): (become, reason) = (.refused, why)
        case .quarantined(let why):
            (become, reason) = (.quarantined, why)
            try db.cachedStatement(
                sql: "INSERT INTO quarantine (parcel, item, key, channel, at, reason) VALUES (?, ?, ?, ?, ?, ?)"
            ).execute(arguments: [parcel, item, arrival.key, kept.channel, kept.received.milliseconds, why])
        }
        try db.cachedStatement(
            sql: """
                INSERT INTO arrivals (key, digest, parcel, item, class, notice, reason, ticket, at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (key) DO UPDATE SET class = excluded.class, notice = excluded.notice,
                    reason = excluded.reason, ticket = excluded.ticket, digest = excluded.digest
                """
        ).execute(arguments: [
            arrival.key, arrival.digest, parcel, item, become.rawValue, kind?.rawValue, reason, number?.id,
            kept.received.milliseconds,
        ])
        return Receipt(arrival: become, ticket: number, seen: .first)
    }

    /// A ticket with its contacts, first jobs and first entry; or one more entry of the ticket it follows up.
    private static func birth(
        _ ticket: NewTicket, parcel: Int64, next: inout Int64, received: Instant, in db: Database
    ) throws -> (ArrivalClass, TicketNumber) {
        let become: ArrivalClass
        let number: TicketNumber
        // Parties of different submissions are different people, until their contacts say otherwise.
        var parties = 0
        let earlier = try joined(by: ticket, in: db)
        var entry = earlier == nil ? ticket.apart ?? ticket.entry : ticket.entry
        entry.parcel = parcel
        if let earlier {
            (become, number) = (.followUp, earlier)
            entry.kind = .followUp
            try append([entry], to: earlier.id, in: db)
            parties =
                try Int.fetchOne(
                    db.cachedStatement(sql: "SELECT max(party) + 1 FROM contacts WHERE ticket = ?"),
                    arguments: [earlier.id]) ?? 0
        } else {
            (become, number) = (.ticket, TicketNumber(day: ticket.day, id: next))
            next += 1
            let hash = Chain.hash(
                after: Data(), ticket: number.id, sequence: 1, at: entry.at, kind: entry.kind.rawValue,
                actor: entry.actor, digest: entry.digest)
            try db.cachedStatement(
                sql: """
                    INSERT INTO tickets (id, day, channel, sender, state, kind, category, area, urgent, confidential,
                        language, received, entries, head) VALUES (?, ?, ?, ?, 'received', ?, ?, ?, ?, ?, ?, ?, 1, ?)
                    """
            ).execute(arguments: [
                number.id, ticket.day.number, ticket.channel, ticket.sender, ticket.kind?.rawValue, ticket.category,
                ticket.area, ticket.urgent, ticket.confidential, ticket.language.rawValue, received.milliseconds, hash,
            ])
            try insert(entry, ticket: number.id, sequence: 1, hash: hash, in: db)
        }
        for contact in ticket.contacts {
            try db.cachedStatement(
                sql: "INSERT INTO contacts (ticket, role, party, kind, sealed, hash) VALUES (?, ?, ?, ?, ?, ?)"
            ).execute(arguments: [
                number.id, contact.role.rawValue, parties + contact.party, contact.kind.rawValue,
                contact.sealed.bytes, contact.hash,
            ])
        }
        try insert(ticket.blobs, ticket: number.id, in: db)
        for job in ticket.jobs { try insert(job, subject: number.id, in: db) }
        return (become, number)
    }

    /// The ticket a new one joins: the one it names, if that is not at an end and is proven or the same sender's.
    private static func joined(by new: NewTicket, in db: Database) throws -> TicketNumber? {
        guard let number = new.followsUp else { return nil }
        return try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT id FROM tickets WHERE id = ? AND day = ? AND (? OR (channel = ? AND sender IS ?))
                    AND state NOT IN ('closed', 'not-accepted', 'withdrawn', 'merged', 'transferred-emergency')
                    """), arguments: [number.id, number.day.number, new.isProven, new.channel, new.sender]
        ).map { _ in number }
    }
}
