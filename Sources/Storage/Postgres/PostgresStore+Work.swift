import Foundation
package import Intake

/// Jobs and what came of them. A lease is nothing but a due time in the future: when it passes, the job is due again.
extension PostgresStore {
    package func claim(
        _ lane: Lane, limit: Int, now: Instant, lease: Duration
    ) async throws(Trouble) -> [Job] {
        // With its mark (`PostgresLink`): were the answer lost, what it took would wait for the end of the lease, and then
        // count as begun.
        let sql = """
            WITH due AS (
                SELECT id, due, holder IS NOT NULL AS lapsed FROM jobs WHERE lane = $1 AND due <= $2 ORDER BY due, id LIMIT $3 FOR UPDATE SKIP LOCKED
            ), taken AS (
                UPDATE jobs SET due = $4, fence = fence + 1, holder = $5 FROM due WHERE jobs.id = due.id
                RETURNING jobs.id, due.due, jobs.subject, jobs.attempts, jobs.fence, due.lapsed
            )
            SELECT id, subject, attempts, fence, lapsed FROM taken ORDER BY due, id
            """
        let claim = PostgresStatement(
            sql, .text(lane.description), .int(now.milliseconds), .int(Int64(limit)), .int((now + lease).milliseconds),
            .text(node))
        return try await write([claim]) { _, rows throws(PostgresFailure) in
            let jobs =
                try rows.first?.map { row throws(PostgresFailure) in
                    Job(
                        id: try row.int(), lane: lane, subject: try row.int(), attempts: Int(try row.int()),
                        fence: try row.int(), lapsed: try row.flag())
                } ?? []
            return jobs.isEmpty ? .unchanged(jobs) : PostgresEnding(jobs)
        }
    }

    package func renew(_ job: Job, until: Instant) async throws(Trouble) -> Bool {
        try await !read(
            "UPDATE jobs SET due = $1 WHERE id = $2 AND fence = $3 RETURNING id", .int(until.milliseconds),
            .int(job.id), .int(job.fence)
        ) { row throws(PostgresFailure) in try row.int() }.isEmpty
    }

    package func reclaim(now: Instant) async throws(Trouble) -> Int {
        try await read(
            "UPDATE jobs SET due = $1, holder = '' WHERE holder = $2 RETURNING id", .int(now.milliseconds),
            .text(node)
        ) { row throws(PostgresFailure) in try row.int() }.count
    }

    package func lanes() async throws(Trouble) -> [(lane: Lane, due: Instant)] {
        // Hops from lane to lane along the index, however many jobs there are.
        let sql = """
            WITH RECURSIVE hop AS (
                (SELECT lane, due FROM jobs ORDER BY lane, due LIMIT 1)
                UNION ALL
                SELECT next.lane, next.due FROM hop, LATERAL
                    (SELECT lane, due FROM jobs WHERE jobs.lane > hop.lane ORDER BY lane, due LIMIT 1) AS next
            )
            SELECT lane, due FROM hop
            """
        return try await read(sql) { row throws(PostgresFailure) in (try row.text(), try row.instant()) }
            .compactMap { text, due in Lane(text).map { ($0, due) } }
    }

    package func apply(_ outcomes: [Outcome]) async throws(Trouble) -> [Bool] {
        if outcomes.isEmpty { return [] }
        return try await write(PostgresApplication.opening(outcomes)) { connection, rows throws(PostgresFailure) in
            var application = try PostgresApplication(rows)
            var written: [Bool] = []
            for outcome in outcomes { written.append(try application.add(outcome)) }
            guard written.contains(true) else { return .unchanged(written) }
            let people = try PostgresPeople.link(application.linking, connection)
            return PostgresEnding(written, try application.end(connection) + people)
        }
    }
}
