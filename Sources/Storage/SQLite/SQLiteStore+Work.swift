import Foundation
import GRDB
package import Intake

/// Jobs and what came of them. A lease is nothing but a due time in the future: when it passes, the job is due again.
extension SQLiteStore {
    package func claim(
        _ lane: Lane, limit: Int, now: Instant, lease: Duration
    ) async throws(Trouble) -> [Job] {
        // Looking first spares a write, and so a sync, when there is nothing to do.
        let due = try await read { db in
            try Row.fetchOne(
                db, sql: "SELECT 1 FROM jobs WHERE lane = ? AND due <= ? LIMIT 1",
                arguments: [lane.description, now.milliseconds]) != nil
        }
        guard due else { return [] }
        return try await write { db in
            try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        UPDATE jobs SET due = ?, fence = fence + 1, holder = iif(holder IS NULL, 'this', 'again') WHERE id IN
                            (SELECT id FROM jobs WHERE lane = ? AND due <= ? ORDER BY due, id LIMIT ?)
                        RETURNING id, subject, attempts, fence, holder = 'again'
                        """),
                arguments: [(now + lease).milliseconds, lane.description, now.milliseconds, limit]
            ).map { Job(id: $0[0], lane: lane, subject: $0[1], attempts: $0[2], fence: $0[3], lapsed: $0[4]) }
                .sorted { $0.id < $1.id }
        }
    }

    package func renew(_ job: Job, until: Instant) async throws(Trouble) -> Bool {
        try await write { db in
            try db.execute(
                sql: "UPDATE jobs SET due = ? WHERE id = ? AND fence = ?",
                arguments: [until.milliseconds, job.id, job.fence])
            return db.changesCount == 1
        }
    }

    package func reclaim(now: Instant) async throws(Trouble) -> Int {
        // One process writes an SQLite ledger: whoever held a job before is dead.
        try await write { db in
            try db.execute(
                sql: "UPDATE jobs SET due = ?, holder = '' WHERE holder > ''", arguments: [now.milliseconds])
            return db.changesCount
        }
    }

    package func lanes() async throws(Trouble) -> [(lane: Lane, due: Instant)] {
        try await read { db in
            // Hops from lane to lane along the index, however many jobs there are.
            try Row.fetchAll(
                db,
                sql: """
                    WITH RECURSIVE hop (lane) AS (
                        SELECT min(lane) FROM jobs
                        UNION ALL SELECT (SELECT min(lane) FROM jobs WHERE lane > hop.lane) FROM hop
                        WHERE hop.lane IS NOT NULL
                    )
                    SELECT lane, (SELECT min(due) FROM jobs WHERE jobs.lane = hop.lane) FROM hop WHERE lane IS NOT NULL
                    """
            ).compactMap { row in
                Lane(row[0]).map { ($0, row.instant(1)) }
            }
        }
    }

    package func apply(_ outcomes: [Outcome]) async throws(Trouble) -> [Bool] {
        try await write { db in try outcomes.map { try SQLiteStore.apply($0, in: db) } }
    }

    private static func apply(_ outcome: Outcome, in db: Database) throws -> Bool {
        let ticket = outcome.ticket
        if !outcome.from.isEmpty {
            let state = try String.fetchOne(
                db.cachedStatement(sql: "SELECT state FROM tickets WHERE id = ?"), arguments: [ticket])
            guard let state = state.flatMap(Ticket.State.init(rawValue:)), outcome.from.contains(state) else {
                return false
            }
        }
        if let seen = outcome.seen {
            let entries = try Int.fetchOne(
                db.cachedStatement(sql: "SELECT entries FROM tickets WHERE id = ?"), arguments: [ticket])
            guard entries == seen else { return false }
        }
        if let job = outcome.job, try !close(job, outcome.close, in: db) { return false }
        try change(ticket, outcome.change, in: db)
        if outcome.linkPeople { try linkPeople(of: ticket, in: db) }
        for withdrawal in outcome.withdrawals { try takeBack(withdrawal, ticket, in: db) }
        for assignment in outcome.assignments { try insert(assignment, in: db) }
        for delivery in outcome.deliveries { try insert(delivery, ticket: ticket, in: db) }
        if let attempt = outcome.attempt { try insert(attempt, in: db) }
        try append(outcome.entries, to: ticket, in: db)
        try insert(outcome.blobs, ticket: ticket, in: db)
        for job in outcome.jobs { try insert(job, subject: job.subject == 0 ? ticket : job.subject, in: db) }
        return true
    }

    /// False where the lease has passed to somebody else.
    private static func close(_ job: Job, _ close: Outcome.Close, in db: Database) throws -> Bool {
        switch close {
        case .done:
            try db.cachedStatement(sql: "DELETE FROM jobs WHERE id = ? AND fence = ?")
                .execute(arguments: [job.id, job.fence])
        case .again(let due), .wait(let due):
            try db.cachedStatement(
                sql: """
                    UPDATE jobs SET due = ?, attempts = attempts + ?, fence = fence + 1, holder = NULL
                    WHERE id = ? AND fence = ?
                    """
            ).execute(arguments: [due.milliseconds, close == .again(due) ? 1 : 0, job.id, job.fence])
        }
        return db.changesCount == 1
    }

    private static func change(_ ticket: Int64, _ change: Outcome.Change, in db: Database) throws {
        guard !change.isEmpty else { return }
        try db.cachedStatement(
            sql: """
                UPDATE tickets SET state = ifnull(?, state), kind = ifnull(?, kind), category = iif(?, ?, category),
                    area = iif(?, ?, area), resolve_by = ifnull(?, resolve_by),
                    confidential = ifnull(?, confidential) WHERE id = ?
                """
        ).execute(arguments: [
            change.state?.rawValue, change.kind?.rawValue, change.category != nil, change.category ?? nil,
            change.area != nil, change.area ?? nil, change.resolveBy?.milliseconds, change.confidential, ticket,
        ])
    }

    private static func linkPeople(of ticket: Int64, in db: Database) throws {
        let parties = try Int.fetchAll(
            db.cachedStatement(
                sql: "SELECT DISTINCT party FROM contacts WHERE ticket = ? AND person IS NULL ORDER BY party"),
            arguments: [ticket])
        for party in parties {
            // A party is who any of its contacts is known to be.
            var person = try Int64.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT min(person) FROM contacts WHERE person IS NOT NULL AND hash IN
                            (SELECT hash FROM contacts WHERE ticket = ? AND party = ?)
                        """), arguments: [ticket, party])
            if person == nil {
                try db.cachedStatement(sql: "INSERT INTO persons DEFAULT VALUES").execute()
                person = db.lastInsertedRowID
            }
            try db.cachedStatement(
                sql: "UPDATE contacts SET person = ? WHERE ticket = ? AND party = ? AND person IS NULL"
            ).execute(arguments: [person, ticket, party])
        }
    }

    private static func insert(_ assignment: Assignment, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO assignments (ticket, round, department, role, state, sent, sign_by, contact_by, resolve_by)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (ticket, round, department, role) DO UPDATE SET state = excluded.state, sent = excluded.sent,
                    sign_by = excluded.sign_by, contact_by = excluded.contact_by, resolve_by = excluded.resolve_by
                    WHERE assignments.state = 'cancelled'
                """
        ).execute(arguments: [
            assignment.ticket, assignment.round, assignment.department, assignment.role.rawValue,
            assignment.state.rawValue, assignment.sent.milliseconds, assignment.signBy?.milliseconds,
            assignment.contactBy?.milliseconds, assignment.resolveBy?.milliseconds,
        ])
    }

    /// The jobs of cancelled deliveries go when they come due.
    private static func takeBack(_ old: Outcome.Withdrawal, _ ticket: Int64, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                UPDATE assignments SET state = 'cancelled'
                WHERE ticket = ? AND round = ? AND department = ? AND role = ?
                    AND (state = 'sent' OR ? AND state <> 'returned')
                """
        ).execute(arguments: [ticket, old.round, old.department, old.role.rawValue, old.isGone])
        try db.cachedStatement(
            sql: """
                UPDATE deliveries SET state = 'cancelled'
                WHERE ticket = ? AND recipient = ? AND state IN ('pending', 'held')
                """
        ).execute(arguments: [ticket, old.department])
    }

    /// A delivery and the job that hands it over.
    private static func insert(_ delivery: NewDelivery, ticket: Int64, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO deliveries (ticket, destination, recipient, contact, content, state, created)
                VALUES (?, ?, ?, ?, ?, 'pending', ?)
                """
        ).execute(arguments: [
            ticket, delivery.destination, delivery.recipient, delivery.contact, delivery.content.bytes,
            delivery.created.milliseconds,
        ])
        let job = NewJob(lane: .deliver(destination: delivery.destination), due: delivery.created)
        try insert(job, subject: db.lastInsertedRowID, in: db)
    }

    private static func insert(_ attempt: Attempt, in db: Database) throws {
        // A person may have held it meanwhile: what was tried is kept all the same, and what arrived has arrived. What
        // was delivered can come back, and is held then.
        try db.cachedStatement(
            sql: """
                UPDATE deliveries SET attempts = attempts + 1,
                    state = iif(state = 'pending' OR (state = 'held' AND ?1 = 'delivered')
                        OR (state = 'delivered' AND ?1 = 'held' AND ?3 = 'lasting'), ?1, state)
                WHERE id = ?2
                """
        ).execute(arguments: [attempt.state.rawValue, attempt.delivery, attempt.result.rawValue])
        guard db.changesCount == 1 else {
            throw Trouble.lasting("没有派发 \(attempt.delivery)", "there is no delivery \(attempt.delivery)")
        }
        try db.cachedStatement(
            sql: """
                INSERT INTO attempts (delivery, number, at, result, reason)
                VALUES (?1, (SELECT attempts FROM deliveries WHERE id = ?1), ?2, ?3, ?4)
                """
        ).execute(arguments: [
            attempt.delivery, attempt.at.milliseconds, attempt.result.rawValue, attempt.reason,
        ])
    }
}
