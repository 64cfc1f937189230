package import Foundation
import GRDB
package import Intake

extension SQLiteStore {
    package func tickets(_ ids: [Int64]) async throws(Trouble) -> [Ticket] {
        try await read { db in
            try Row.fetchAll(
                db,
                sql: "SELECT \(Ticket.columns) FROM tickets WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
                arguments: [list(ids)]
            ).map(Ticket.init(row:))
        }
    }

    package func latest(before: Int64?, limit: Int) async throws(Trouble) -> [Ticket] {
        try await read { db in
            try Row.fetchAll(
                db, sql: "SELECT \(Ticket.columns) FROM tickets WHERE id < ? ORDER BY id DESC LIMIT ?",
                arguments: [before ?? Int64.max, limit]
            ).map(Ticket.init(row:))
        }
    }

    package func latest(of department: String, before: Int64?, limit: Int) async throws(Trouble) -> [Ticket] {
        try await read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT \(Ticket.columns) FROM tickets WHERE id IN (SELECT DISTINCT ticket FROM assignments
                        WHERE department = ? AND ticket < ? ORDER BY ticket DESC LIMIT ?) ORDER BY id DESC
                    """, arguments: [department, before ?? Int64.max, limit]
            ).map(Ticket.init(row:))
        }
    }

    package func entries(of tickets: [Int64]) async throws(Trouble) -> [Entry] {
        try await read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT ticket, sequence, at, kind, actor, payload, digest, hash, parcel FROM entries
                    WHERE ticket IN (SELECT value FROM json_each(?)) ORDER BY ticket, sequence
                    """, arguments: [list(tickets)]
            ).map(Entry.init(row:))
        }
    }

    package func assignments(of ticket: Int64) async throws(Trouble) -> [Assignment] {
        try await read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT id, ticket, round, department, role, state, sent, sign_by, contact_by, resolve_by
                    FROM assignments WHERE ticket = ? ORDER BY id
                    """, arguments: [ticket]
            ).map(Assignment.init(row:))
        }
    }

    package func deliveries(of ticket: Int64) async throws(Trouble) -> [Delivery] {
        try await read { db in
            try Row.fetchAll(
                db, sql: "SELECT \(Delivery.columns) FROM deliveries WHERE ticket = ? ORDER BY id", arguments: [ticket]
            ).map(Delivery.init(row:))
        }
    }

    package func delivery(_ ids: [Int64]) async throws(Trouble) -> [Delivery] {
        try await read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT \(Delivery.columns) FROM deliveries WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id
                    """, arguments: [list(ids)]
            ).map(Delivery.init(row:))
        }
    }

    package func attempts(of delivery: Int64) async throws(Trouble) -> [Attempt] {
        try await read { db in
            let state = try Row.fetchOne(db, sql: "SELECT state FROM deliveries WHERE id = ?", arguments: [delivery])
            return try Row.fetchAll(
                db, sql: "SELECT at, result, reason FROM attempts WHERE delivery = ? ORDER BY number",
                arguments: [delivery]
            ).map { row in
                Attempt(
                    delivery: delivery, at: row.instant(0), result: try .init(word: row, 1), reason: row[2],
                    state: try state.map { try .init(word: $0, 0) } ?? .pending)
            }
        }
    }

    package func contacts(of ticket: Int64) async throws(Trouble) -> [TicketContact] {
        try await read { db in
            try Row.fetchAll(
                db, sql: "SELECT id, role, kind, sealed, person FROM contacts WHERE ticket = ? ORDER BY id",
                arguments: [ticket]
            ).map { row in
                TicketContact(
                    id: row[0], role: try .init(word: row, 1), kind: try .init(word: row, 2), sealed: Sealed(row[3]),
                    person: row[4])
            }
        }
    }

    package func similar(
        area: String, category: String, since: Instant, except: Int64
    ) async throws(Trouble) -> [Ticket] {
        try await read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT \(Ticket.columns) FROM tickets
                    WHERE area = ? AND category = ? AND received >= ? AND id <> ? ORDER BY received DESC LIMIT 10
                    """, arguments: [area, category, since.milliseconds, except]
            ).map(Ticket.init(row:))
        }
    }

    package func open(contactHash: Data, since: Instant) async throws(Trouble) -> Ticket? {
        try await read { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT \(Ticket.columns) FROM tickets WHERE id IN
                        (SELECT ticket FROM contacts WHERE hash = ? AND person IS NOT NULL) AND received >= ?
                        AND state NOT IN ('closed', 'not-accepted', 'withdrawn', 'merged', 'transferred-emergency')
                    ORDER BY id DESC LIMIT 1
                    """, arguments: [contactHash, since.milliseconds]
            ).map(Ticket.init(row:))
        }
    }

    package func queue(now: Instant) async throws(Trouble) -> [QueueRow] {
        let hour = Int64(3_600_000)
        return try await read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT department, sum(age < ?1), sum(age >= ?1 AND age < ?2), sum(age >= ?2 AND age < ?3),
                        sum(age >= ?3 AND age < ?4), sum(age >= ?4), sum(resolve_by < ?5)
                    FROM (SELECT department, ?5 - sent AS age, resolve_by FROM assignments
                        WHERE state IN ('sent', 'signed', 'contacted', 'handling'))
                    GROUP BY department ORDER BY count(*) DESC, department
                    """,
                arguments: [hour, 24 * hour, 72 * hour, 168 * hour, now.milliseconds]
            ).map { row in
                QueueRow(department: row[0], ages: (1...5).map { row[$0] }, overdue: row[6] ?? 0)
            }
        }
    }

    package func books() async throws(Trouble) -> Books {
        try await read { db in
            var books = Books()
            func count(_ sql: String) throws -> Int { try Int.fetchOne(db, sql: sql) ?? 0 }
            books.items = try count("SELECT sum(items) FROM parcels")
            for row in try Row.fetchAll(
                db, sql: "SELECT class, ifnull(notice, ''), count(*) FROM arrivals GROUP BY class, notice")
            {
                let (become, notice, number): (String, String, Int) = (row[0], row[1], row[2])
                books.arrivals[become, default: 0] += number
                if become == ArrivalClass.notice.rawValue { books.notices[notice] = number }
            }
            books.tickets = try count("SELECT count(*) FROM tickets")
            books.followUps = try count("SELECT count(*) FROM entries WHERE kind = 'follow-up'")
            books.quarantined = try count("SELECT count(*) FROM quarantine WHERE replayed IS NULL")
            books.unowned = try count("SELECT count(*) FROM tickets WHERE \(SQLiteStore.isUnowned)")
            return books
        }
    }
}

private func list(_ ids: [Int64]) -> String { "[" + ids.map(String.init).joined(separator: ",") + "]" }
