import Foundation
package import Intake
import Synchronization

/// Leases of sources, by the database's clock alone.
extension PostgresStore {
    package func takeName() async throws(Trouble) -> Bool {
        try await seat.run { [self] link throws(Trouble) in
            try link.run { connection throws(PostgresFailure) in
                // A lock of the session (4712 is ours and means nothing else), on a connection used for nothing else. Who
                // has it already gets it once more.
                let sql = """
                    SELECT pg_try_advisory_lock(4712, hashtext(current_schema() || '/' || $1)), pg_backend_pid()::bigint
                    """
                let answer = try connection.run(sql, .text(node)).first { row throws(PostgresFailure) in
                    (try row.flag(), try row.int())
                }
                guard let (isOurs, session) = answer else { return false }
                if isOurs {
                    seated.withLock { $0 = session }
                } else if let old = seated.withLock({ $0 }) {
                    // It may be our own last session, of which the server, or what stands before it, never heard the end.
                    _ = try connection.run(
                        """
                        SELECT pg_terminate_backend(pid) FROM pg_locks
                        WHERE locktype = 'advisory' AND classid = 4712 AND pid = $1
                        """, .int(old))
                }
                return isOurs
            }
        }
    }

    package func lease(_ name: String, for length: Duration) async throws(Trouble) -> LeaseAnswer {
        // One statement: lost and run again, it takes anew what this node has taken already.
        let fence = try await read(
            """
            INSERT INTO leases (name, holder, fence, ends)
            VALUES ($1, $2, 1, clock_timestamp() + $3 * interval '1 millisecond')
            ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, fence = leases.fence + 1, ends = excluded.ends
                WHERE leases.holder = excluded.holder OR leases.ends <= clock_timestamp()
            RETURNING fence
            """, .text(name), .text(node), .int(length.wholeMilliseconds)
        ) { row throws(PostgresFailure) in try row.int() }.first
        return fence.map { .taken(Lease(name: name, fence: $0)) } ?? .elsewhere
    }

    package func renew(_ lease: Lease, for length: Duration) async throws(Trouble) -> Bool {
        try await read(
            """
            UPDATE leases SET ends = clock_timestamp() + $3 * interval '1 millisecond'
            WHERE name = $1 AND fence = $2 RETURNING fence
            """, .text(lease.name), .int(lease.fence), .int(length.wholeMilliseconds)
        ) { row throws(PostgresFailure) in try row.int() }.isEmpty == false
    }

    package func free(_ lease: Lease) async throws(Trouble) {
        // The row stays, so that the fence goes on growing.
        _ = try await read(
            "UPDATE leases SET ends = '-infinity', holder = '' WHERE name = $1 AND fence = $2 RETURNING fence",
            .text(lease.name), .int(lease.fence)
        ) { row throws(PostgresFailure) in try row.int() }
    }

    package func stuck(attempts: Int, limit: Int) async throws(Trouble) -> [Job] {
        try await read(
            """
            SELECT id, lane, subject, attempts, fence FROM jobs WHERE attempts >= $1 ORDER BY attempts DESC, id LIMIT $2
            """, .int(Int64(attempts)), .int(Int64(limit))
        ) { row throws(PostgresFailure) in
            (try row.int(), try row.text(), try row.int(), Int(try row.int()), try row.int())
        }.compactMap { id, lane, subject, attempts, fence in
            Lane(lane).map { Job(id: id, lane: $0, subject: subject, attempts: attempts, fence: fence) }
        }
    }

    package func waiting() async throws(Trouble) -> [Lane: Int] {
        let rows = try await read("SELECT lane, count(*) FROM jobs GROUP BY lane") { row throws(PostgresFailure) in
            (try row.text(), Int(try row.int()))
        }
        return Dictionary(rows.compactMap { text, count in Lane(text).map { ($0, count) } }, uniquingKeysWith: +)
    }

    /// The fences as they stand, held until the transaction ends: nobody takes a lease while something is kept under it.
    static func look(at leases: [Lease]) -> PostgresStatement {
        PostgresStatement(
            "SELECT name, fence FROM leases WHERE name = ANY ($1) ORDER BY name FOR SHARE",
            .texts(Set(leases.map(\.name)).sorted()))
    }
}
