import Foundation
import Intake

/// A batch of outcomes being applied: each whole or not at all, all in one commit, in few round trips.
struct PostgresApplication: Sendable {
    private struct Lease: Sendable {
        var fence: Int64
        var open = true
    }
    private struct Sent: Sendable {
        var state: Delivery.State
        var attempts: Int
    }

    private var leases: [Int64: Lease] = [:]
    private var sent: [Int64: Sent] = [:]
    private var writing: PostgresWriting
    private var done: [Int64] = []
    private var again: [(job: Int64, due: Instant, tries: Int64)] = []
    private var withdrawals: [(ticket: Int64, old: Outcome.Withdrawal)] = []
    private var assignments: [Assignment] = []
    private var deliveries: [(ticket: Int64, delivery: NewDelivery)] = []
    private var attempts: [(attempt: Attempt, number: Int)] = []
    /// Tickets whose people are to be linked.
    private(set) var linking: [Int64] = []

    /// Locks whatever the outcomes are about, each table in order of id.
    static func opening(_ outcomes: [Outcome]) -> [PostgresStatement] {
        var statements = [PostgresLink.shared]
        // Two nodes that link the same contact at once would make two persons of one.
        if outcomes.contains(where: \.linkPeople) { statements.append(PostgresLink.linking) }
        return statements + [
            PostgresStatement(
                "SELECT id, fence FROM jobs WHERE id = ANY ($1) ORDER BY id FOR UPDATE",
                .ints(outcomes.compactMap(\.job?.id))),
            PostgresStatement(
                "SELECT id, state, attempts FROM deliveries WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE",
                .ints(outcomes.compactMap(\.attempt?.delivery))),
            PostgresTicket.lock(outcomes.map(\.ticket)),
        ]
    }

    /// - Parameter rows: what `opening` gave.
    init(_ rows: [PostgresRows]) throws(PostgresFailure) {
        let rows = rows.suffix(3)
        var tables = rows.makeIterator()
        let jobs = try tables.next()?.map { row throws(PostgresFailure) in (try row.int(), try row.int()) } ?? []
        for (id, fence) in jobs { leases[id] = Lease(fence: fence) }
        let sent = try tables.next()?.map { row throws(PostgresFailure) in
            (try row.int(), Sent(state: try row.word(Delivery.State.self), attempts: Int(try row.int())))
        }
        for (id, sent) in sent ?? [] { self.sent[id] = sent }
        let tickets = try tables.next()?.map { row throws(PostgresFailure) in try PostgresTicket(&row) }
        writing = PostgresWriting(tickets ?? [])
    }

    /// Takes one outcome up; false where its lease has passed on or the ticket is in no state of `from`.
    mutating func add(_ outcome: Outcome) throws(PostgresFailure) -> Bool {
        guard let ticket = writing.tickets[outcome.ticket] else {
            if !outcome.from.isEmpty { return false }
            throw PostgresFailure.lasting(
                Phrase(zh: "没有工单 \(outcome.ticket)", en: "there is no ticket \(outcome.ticket)"))
        }
        if !outcome.from.isEmpty, !outcome.from.contains(ticket.state) { return false }
        if let seen = outcome.seen, seen != ticket.entries { return false }
        if let job = outcome.job {
            guard let lease = leases[job.id], lease.open, lease.fence == job.fence else { return false }
            leases[job.id]?.open = false
            switch outcome.close {
            case .done: done.append(job.id)
            case .again(let due): again.append((job.id, due, 1))
            case .wait(let due): again.append((job.id, due, 0))
            }
        }
        if !outcome.change.isEmpty {
            writing.change(ticket.id) { ticket in
                ticket.state = outcome.change.state ?? ticket.state
                ticket.kind = outcome.change.kind ?? ticket.kind
                if let category = outcome.change.category { ticket.category = category }
                if let area = outcome.change.area { ticket.area = area }
                ticket.confidential = outcome.change.confidential ?? ticket.confidential
                ticket.resolveBy = outcome.change.resolveBy ?? ticket.resolveBy
            }
        }
        if outcome.linkPeople { linking.append(ticket.id) }
        withdrawals += outcome.withdrawals.map { (ticket.id, $0) }
        assignments += outcome.assignments
        deliveries += outcome.deliveries.map { (ticket.id, $0) }
        if let attempt = outcome.attempt { try add(attempt) }
        for entry in outcome.entries { writing.append(entry, as: entry.kind, to: ticket.id) }
        writing.add(outcome.blobs, to: ticket.id)
        for job in outcome.jobs {
            writing.add(NewJob(lane: job.lane, due: job.due, subject: job.subject == 0 ? ticket.id : job.subject))
        }
        return true
    }

    private mutating func add(_ attempt: Attempt) throws(PostgresFailure) {
        guard let before = sent[attempt.delivery] else {
            throw PostgresFailure.lasting(
                Phrase(zh: "没有派发 \(attempt.delivery)", en: "there is no delivery \(attempt.delivery)"))
        }
        // A person may have held it meanwhile: what was tried is kept all the same, and what arrived has arrived.
        // What was delivered can come back, and is held then.
        let moves =
            before.state == .pending || before.state == .held && attempt.state == .delivered
            || before.state == .delivered && attempt.state == .held && attempt.result == .lasting
        let after = Sent(state: moves ? attempt.state : before.state, attempts: before.attempts + 1)
        sent[attempt.delivery] = after
        var attempt = attempt
        attempt.state = after.state
        attempts.append((attempt, after.attempts))
    }

    /// What the last round trip writes.
    mutating func end(_ connection: PostgresConnection) throws(PostgresFailure) -> [PostgresStatement] {
        let newDeliveries = try number(connection)
        let old = [closed, delayed].compactMap(\.self) + takenBack
        return old + [newAssignments, newDeliveries, newAttempts].compactMap(\.self) + writing.statements
    }

    /// Gives ids to the deliveries, and each its job.
    private mutating func number(_ connection: PostgresConnection) throws(PostgresFailure) -> PostgresStatement? {
        if deliveries.isEmpty { return nil }
        let ids = try connection.run(
            "SELECT nextval('delivery_ids') FROM generate_series(1, $1)", .int(Int64(deliveries.count))
        ).map { row throws(PostgresFailure) in try row.int() }
        for (row, id) in zip(deliveries, ids) {
            let lane = Lane.deliver(destination: row.delivery.destination)
            writing.add(NewJob(lane: lane, due: row.delivery.created, subject: id))
        }
        return PostgresStatement(
            """
            INSERT INTO deliveries (id, ticket, destination, recipient, contact, content, state, created, attempts)
            SELECT id, ticket, destination, recipient, contact, content, 'pending', created, 0
            FROM unnest($1, $2, $3, $4, $5, $6, $7)
                AS new (id, ticket, destination, recipient, contact, content, created)
            """,
            .ints(ids), .ints(deliveries.map(\.ticket)), .texts(deliveries.map(\.delivery.destination)),
            .texts(deliveries.map(\.delivery.recipient)), .ints(deliveries.map(\.delivery.contact)),
            .byteses(deliveries.map(\.delivery.content.bytes)),
            .ints(deliveries.map(\.delivery.created.milliseconds)))
    }

    private var closed: PostgresStatement? {
        done.isEmpty ? nil : PostgresStatement("DELETE FROM jobs WHERE id = ANY ($1)", .ints(done))
    }

    /// The fence grows, so that an outcome written twice is refused the second time.
    private var delayed: PostgresStatement? {
        if again.isEmpty { return nil }
        return PostgresStatement(
            """
            UPDATE jobs SET due = new.due, attempts = attempts + new.tries, fence = fence + 1, holder = NULL
            FROM unnest($1, $2, $3) AS new (id, due, tries) WHERE jobs.id = new.id
            """, .ints(again.map(\.job)), .ints(again.map(\.due.milliseconds)), .ints(again.map(\.tries)))
    }

    /// The jobs of cancelled deliveries go when they come due.
    private var takenBack: [PostgresStatement] {
        if withdrawals.isEmpty { return [] }
        let tickets = PostgresValue.ints(withdrawals.map(\.ticket))
        let departments = PostgresValue.texts(withdrawals.map(\.old.department))
        return [
            PostgresStatement(
                """
                UPDATE assignments SET state = 'cancelled' FROM unnest($1, $2, $3, $4, $5)
                    AS old (ticket, round, department, role, gone)
                WHERE assignments.ticket = old.ticket AND assignments.round = old.round
                    AND assignments.department = old.department AND assignments.role = old.role
                    AND (assignments.state = 'sent' OR old.gone = 1 AND assignments.state <> 'returned')
                """, tickets, .ints(withdrawals.map { Int64($0.old.round) }), departments,
                .texts(withdrawals.map(\.old.role.rawValue)), .ints(withdrawals.map { $0.old.isGone ? 1 : 0 })),
            PostgresStatement(
                """
                UPDATE deliveries SET state = 'cancelled' FROM unnest($1, $2) AS old (ticket, recipient)
                WHERE deliveries.ticket = old.ticket AND deliveries.recipient = old.recipient
                    AND deliveries.state IN ('pending', 'held')
                """, tickets, departments),
        ]
    }

    private var newAssignments: PostgresStatement? {
        if assignments.isEmpty { return nil }
        return PostgresStatement(
            """
            INSERT INTO assignments (ticket, round, department, role, state, sent, sign_by, contact_by, resolve_by)
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT (ticket, round, department, role) DO UPDATE SET state = excluded.state, sent = excluded.sent,
                sign_by = excluded.sign_by, contact_by = excluded.contact_by, resolve_by = excluded.resolve_by
                WHERE assignments.state = 'cancelled'
            """,
            .ints(assignments.map(\.ticket)), .ints(assignments.map { Int64($0.round) }),
            .texts(assignments.map(\.department)), .texts(assignments.map(\.role.rawValue)),
            .texts(assignments.map(\.state.rawValue)), .ints(assignments.map(\.sent.milliseconds)),
            .ints(assignments.map(\.signBy?.milliseconds)), .ints(assignments.map(\.contactBy?.milliseconds)),
            .ints(assignments.map(\.resolveBy?.milliseconds)))
    }

    private var newAttempts: PostgresStatement? {
        if attempts.isEmpty { return nil }
        return PostgresStatement(
            """
            WITH made AS (
                INSERT INTO attempts (delivery, number, at, result, reason)
                SELECT delivery, number, at, result, reason FROM unnest($1, $2, $3, $4, $5, $6)
                    AS new (delivery, number, at, result, reason, state)
            )
            UPDATE deliveries SET state = new.state, attempts = new.number
            FROM unnest($1, $2, $6) AS new (delivery, number, state) WHERE deliveries.id = new.delivery
            """,
            .ints(attempts.map(\.attempt.delivery)), .ints(attempts.map { Int64($0.number) }),
            .ints(attempts.map(\.attempt.at.milliseconds)), .texts(attempts.map(\.attempt.result.rawValue)),
            .texts(attempts.map(\.attempt.reason)), .texts(attempts.map(\.attempt.state.rawValue)))
    }
}
