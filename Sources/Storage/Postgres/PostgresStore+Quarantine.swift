package import Foundation
package import Intake

/// What people do to arrivals that could not be read, and to deliveries.
extension PostgresStore {
    package func quarantined(after: Int64, limit: Int) async throws(Trouble) -> [Quarantined] {
        try await read(
            """
            SELECT id, parcel, item, channel, at, reason FROM quarantine
            WHERE id > $1 AND replayed IS NULL AND erased IS NULL ORDER BY id LIMIT $2
            """, .int(after), .int(Int64(limit))
        ) { row throws(PostgresFailure) in
            Quarantined(
                id: try row.int(), parcel: try row.int(), item: Int(try row.int()), channel: try row.text(),
                at: try row.instant(), reason: try row.text())
        }
    }

    package func parcel(_ id: Int64) async throws(Trouble) -> (
        parcel: KeptParcel, items: Int, quarantined: [Data]
    )? {
        let parcels = try await read(
            "SELECT channel, received, envelope, body, blob, size, items FROM parcels WHERE id = $1", .int(id)
        ) { row throws(PostgresFailure) in
            let (channel, received) = (try row.text(), try row.instant())
            let envelope = Sealed(try row.bytes())
            let (body, blob) = (row.optionalBytes(), row.optionalText())
            let kept = KeptParcel(
                channel: channel, received: received, envelope: envelope,
                body: blob.map { .blob(BlobID(hex: $0)) } ?? .sealed(Sealed(body ?? Data())),
                size: try row.int(), arrivals: [])
            return (kept, Int(try row.int()))
        }
        guard let parcel = parcels.first else { return nil }
        let keys = try await read("SELECT key FROM quarantine WHERE parcel = $1 ORDER BY item", .int(id)) {
            row throws(PostgresFailure) in try row.bytes()
        }
        return (parcel.0, parcel.1, keys)
    }

    package func replay(
        _ quarantined: Int64, as arrival: KeptArrival, entry: NewEntry, at: Instant
    ) async throws(Trouble) -> Receipt? {
        let take = PostgresStatement(
            """
            UPDATE quarantine SET replayed = $2 WHERE id = $1 AND replayed IS NULL AND erased IS NULL
            RETURNING parcel, item, channel, key
            """, .int(quarantined), .int(at.milliseconds))
        let follow = PostgresTicket.lock(arrival.content.followsUp.map { [$0] } ?? [])
        return try await write([PostgresLink.shared, take, follow]) { connection, rows throws(PostgresFailure) in
            guard
                let row = try rows[1].first({ row throws(PostgresFailure) in
                    (try row.int(), try row.int(), try row.text(), try row.bytes())
                })
            else { return .unchanged(nil) }
            let (parcel, item, channel, key) = row
            var writing = PostgresWriting(
                try rows[2].map { row throws(PostgresFailure) in try PostgresTicket(&row) })
            var become = (arrival.content.arrivalClass, nil as TicketNumber?)
            if case .ticket(let new) = arrival.content {
                let id = try connection.run("SELECT nextval('ticket_ids')")
                    .first { row throws(PostgresFailure) in try row.int() }
                become = writing.add(new, parcel: parcel, received: at) { id ?? 0 }
                if let number = become.1 { writing.append(entry, as: entry.kind, to: number.id) }
            }
            var statements = writing.statements
            if let reason = arrival.content.quarantine {
                statements.append(
                    PostgresStatement(
                        """
                        INSERT INTO quarantine (parcel, item, key, channel, at, reason)
                        VALUES ($1, $2, $3, $4, $5, $6)
                        """, .int(parcel), .int(item), .bytes(key), .text(channel), .int(at.milliseconds),
                        .text(reason)))
            }
            if let number = become.1 {
                statements.append(
                    PostgresStatement(
                        "UPDATE carried SET ticket = $2 WHERE key = $1 AND ticket IS NULL", .bytes(key),
                        .int(number.id)))
            }
            statements.append(
                PostgresStatement(
                    """
                    UPDATE arrivals SET class = $2, notice = $3, reason = $4, ticket = $5, digest = $6 WHERE key = $1
                    """, .bytes(key), .text(become.0.rawValue), .text(arrival.content.notice?.rawValue),
                    .text(arrival.content.refusal), .int(become.1?.id), .bytes(arrival.digest)))
            return PostgresEnding(Receipt(arrival: become.0, ticket: become.1, seen: .first), statements)
        }
    }

    package func tickets(ofArrivals keys: [Data]) async throws(Trouble) -> [Data: TicketNumber] {
        let found = try await read(
            """
            SELECT arrivals.key, tickets.day, tickets.id FROM arrivals JOIN tickets ON tickets.id = arrivals.ticket
            WHERE arrivals.key = ANY ($1)
            """, .byteses(keys)
        ) { row throws(PostgresFailure) in
            (try row.bytes(), TicketNumber(day: try row.day(), id: try row.int()))
        }
        return Dictionary(found, uniquingKeysWith: { first, _ in first })
    }

    package func joined(by new: NewTicket) async throws(Trouble) -> TicketNumber? {
        guard let number = new.followsUp else { return nil }
        let named = try await read(PostgresTicket.look, .ints([number.id])) { row throws(PostgresFailure) in
            try PostgresTicket(&row)
        }
        return PostgresWriting(named).joins(new)?.number
    }

    package func hold(delivery: Int64, entry: NewEntry) async throws(Trouble) -> Bool {
        // The job first, as whoever works it does.
        let job = PostgresStatement(
            """
            DELETE FROM jobs WHERE subject = $1
                AND lane = (SELECT 'deliver:' || destination FROM deliveries WHERE id = $1)
            """, .int(delivery))
        let hold = PostgresStatement(
            "UPDATE deliveries SET state = 'held' WHERE id = $1 AND state = 'pending' RETURNING ticket", .int(delivery))
        return try await write([PostgresLink.shared, job, hold]) { connection, rows throws(PostgresFailure) in
            guard let ticket = try rows[2].first({ row throws(PostgresFailure) in try row.int() }) else {
                return .unchanged(false)
            }
            return PostgresEnding(true, try PostgresWriting.entry(entry, of: ticket, connection).statements)
        }
    }

    package func release(delivery: Int64, at: Instant, entry: NewEntry) async throws(Trouble) -> Bool {
        let release = PostgresStatement(
            """
            UPDATE deliveries SET state = 'pending' WHERE id = $1 AND state = 'held' RETURNING ticket, destination
            """, .int(delivery))
        return try await write([PostgresLink.shared, release]) { connection, rows throws(PostgresFailure) in
            guard
                let (ticket, destination) = try rows[1].first({ row throws(PostgresFailure) in
                    (try row.int(), try row.text())
                })
            else { return .unchanged(false) }
            var writing = try PostgresWriting.entry(entry, of: ticket, connection)
            writing.add(NewJob(lane: .deliver(destination: destination), due: at, subject: delivery))
            return PostgresEnding(true, writing.statements)
        }
    }
}

extension PostgresWriting {
    /// One entry of one ticket.
    fileprivate static func entry(
        _ entry: NewEntry, of ticket: Int64, _ connection: PostgresConnection
    ) throws(PostgresFailure) -> PostgresWriting {
        var writing = PostgresWriting(
            try connection.run(PostgresTicket.lock([ticket])).map { row throws(PostgresFailure) in
                try PostgresTicket(&row)
            })
        writing.append(entry, as: entry.kind, to: ticket)
        return writing
    }
}
