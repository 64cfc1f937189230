package import Foundation
package import Intake

extension PostgresStore {
    package func tickets(_ ids: [Int64]) async throws(Trouble) -> [Ticket] {
        try await read(
            "SELECT \(Ticket.columns) FROM tickets WHERE id = ANY ($1) ORDER BY id", .ints(ids), row: Ticket.init(row:))
    }

    package func latest(before: Int64?, limit: Int) async throws(Trouble) -> [Ticket] {
        try await read(
            "SELECT \(Ticket.columns) FROM tickets WHERE id < $1 ORDER BY id DESC LIMIT $2",
            .int(before ?? .max), .int(Int64(limit)), row: Ticket.init(row:))
    }

    package func latest(of department: String, before: Int64?, limit: Int) async throws(Trouble) -> [Ticket] {
        try await read(
            """
            SELECT \(Ticket.columns) FROM tickets WHERE id IN (SELECT DISTINCT ticket FROM assignments
                WHERE department = $1 AND ticket < $2 ORDER BY ticket DESC LIMIT $3) ORDER BY id DESC
            """, .text(department), .int(before ?? .max), .int(Int64(limit)), row: Ticket.init(row:))
    }

    package func entries(of tickets: [Int64]) async throws(Trouble) -> [Entry] {
        try await read(
            """
            SELECT ticket, sequence, at, kind, actor, payload, digest, hash, parcel FROM entries
            WHERE ticket = ANY ($1) ORDER BY ticket, sequence
            """, .ints(tickets), row: Entry.init(row:))
    }

    package func assignments(of ticket: Int64) async throws(Trouble) -> [Assignment] {
        try await read(
            """
            SELECT id, ticket, round, department, role, state, sent, sign_by, contact_by, resolve_by
            FROM assignments WHERE ticket = $1 ORDER BY id
            """, .int(ticket), row: Assignment.init(row:))
    }

    package func deliveries(of ticket: Int64) async throws(Trouble) -> [Delivery] {
        try await read(
            "SELECT \(Delivery.columns) FROM deliveries WHERE ticket = $1 ORDER BY id", .int(ticket),
            row: Delivery.init(row:))
    }

    package func delivery(_ ids: [Int64]) async throws(Trouble) -> [Delivery] {
        try await read(
            "SELECT \(Delivery.columns) FROM deliveries WHERE id = ANY ($1) ORDER BY id", .ints(ids),
            row: Delivery.init(row:))
    }

    package func attempts(of delivery: Int64) async throws(Trouble) -> [Attempt] {
        try await read(
            """
            SELECT at, result, reason, state FROM attempts JOIN deliveries ON deliveries.id = attempts.delivery
            WHERE delivery = $1 ORDER BY number
            """, .int(delivery)
        ) { row throws(PostgresFailure) in
            Attempt(
                delivery: delivery, at: try row.instant(), result: try row.word(Attempt.Result.self),
                reason: try row.text(), state: try row.word(Delivery.State.self))
        }
    }

    package func contacts(of ticket: Int64) async throws(Trouble) -> [TicketContact] {
        try await read(
            "SELECT id, role, kind, sealed, person FROM contacts WHERE ticket = $1 ORDER BY id", .int(ticket)
        ) { row throws(PostgresFailure) in
            TicketContact(
                id: try row.int(), role: try row.word(Party.Role.self), kind: try row.word(Contact.Kind.self),
                sealed: Sealed(try row.bytes()), person: try row.optionalInt())
        }
    }

    package func similar(
        area: String, category: String, since: Instant, except: Int64
    ) async throws(Trouble) -> [Ticket] {
        try await read(
            """
            SELECT \(Ticket.columns) FROM tickets
            WHERE area = $1 AND category = $2 AND received >= $3 AND id <> $4 ORDER BY received DESC LIMIT 10
            """, .text(area), .text(category), .int(since.milliseconds), .int(except), row: Ticket.init(row:))
    }

    package func open(contactHash: Data, since: Instant) async throws(Trouble) -> Ticket? {
        try await read(
            """
            SELECT \(Ticket.columns) FROM tickets
            WHERE id IN (SELECT ticket FROM contacts WHERE hash = $1 AND person IS NOT NULL)
                AND received >= $2 AND state NOT IN \(PostgresTicket.endsInSQL)
            ORDER BY id DESC LIMIT 1
            """, .bytes(contactHash), .int(since.milliseconds), row: Ticket.init(row:)
        ).first
    }

    package func queue(now: Instant) async throws(Trouble) -> [QueueRow] {
        let hour = Int64(3_600_000)
        return try await read(
            """
            SELECT department, count(*) FILTER (WHERE age < $1), count(*) FILTER (WHERE age >= $1 AND age < $2),
                count(*) FILTER (WHERE age >= $2 AND age < $3), count(*) FILTER (WHERE age >= $3 AND age < $4),
                count(*) FILTER (WHERE age >= $4), count(*) FILTER (WHERE resolve_by < $5)
            FROM (SELECT department, $5 - sent AS age, resolve_by FROM assignments
                WHERE state IN ('sent', 'signed', 'contacted', 'handling')) AS waiting
            GROUP BY department ORDER BY count(*) DESC, department
            """, .int(hour), .int(24 * hour), .int(72 * hour), .int(168 * hour), .int(now.milliseconds)
        ) { row throws(PostgresFailure) in
            let department = try row.text()
            var ages: [Int] = []
            for _ in 1...5 { ages.append(Int(try row.int())) }
            return QueueRow(department: department, ages: ages, overdue: Int(try row.int()))
        }
    }

    package func books() async throws(Trouble) -> Books {
        try await desk.run { link throws(Trouble) in
            try link.look { connection throws(PostgresFailure) in
                var books = Books()
                func count(_ sql: String) throws(PostgresFailure) -> Int {
                    Int(try connection.run(sql).first { row throws(PostgresFailure) in try row.int() } ?? 0)
                }
                books.items = try count("SELECT coalesce(sum(items), 0)::bigint FROM parcels")
                let classes = try connection.run(
                    "SELECT class, notice, count(*) FROM arrivals GROUP BY class, notice"
                ).map { row throws(PostgresFailure) in (try row.text(), row.optionalText(), Int(try row.int())) }
                for (become, notice, number) in classes {
                    books.arrivals[become, default: 0] += number
                    if let notice { books.notices[notice] = number }
                }
                books.tickets = try count("SELECT count(*) FROM tickets")
                books.followUps = try count("SELECT count(*) FROM entries WHERE kind = 'follow-up'")
                books.quarantined = try count("SELECT count(*) FROM quarantine WHERE replayed IS NULL")
                books.unowned = try count("SELECT count(*) FROM tickets WHERE \(Self.isUnowned)")
                return books
            }
        }
    }
}
