import GRDB
package import Intake

/// One process writes an SQLite ledger: nobody else can read a source into it.
extension SQLiteStore {
    package func takeName() async throws(Trouble) -> Bool { true }
    package func lease(_ name: String, for length: Duration) async throws(Trouble) -> LeaseAnswer { .alone }
    package func renew(_ lease: Lease, for length: Duration) async throws(Trouble) -> Bool { true }
    package func free(_ lease: Lease) async throws(Trouble) {}

    package func stuck(attempts: Int, limit: Int) async throws(Trouble) -> [Job] {
        try await read { db in
            let rows = try Row.fetchAll(
                db,
                sql:
                    "SELECT id, lane, subject, attempts, fence FROM jobs WHERE attempts >= ? ORDER BY attempts DESC, id LIMIT ?",
                arguments: [attempts, limit])
            return rows.compactMap { row in
                Lane(row[1]).map { Job(id: row[0], lane: $0, subject: row[2], attempts: row[3], fence: row[4]) }
            }
        }
    }

    package func waiting() async throws(Trouble) -> [Lane: Int] {
        try await read { db in
            let rows = try Row.fetchAll(db, sql: "SELECT lane, count(*) FROM jobs GROUP BY lane")
            return Dictionary(rows.compactMap { row in Lane(row[0]).map { ($0, row[1]) } }, uniquingKeysWith: +)
        }
    }
}
