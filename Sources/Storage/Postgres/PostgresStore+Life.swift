package import Foundation
package import Intake

/// Staged uploads, keys of integrators, and signs of life.
extension PostgresStore {
    package func stage(_ file: StagedFile) async throws(Trouble) {
        let statement = PostgresStatement(
            """
            INSERT INTO staged (form, file, sealed, blob, at) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (form, file) DO UPDATE SET sealed = excluded.sealed, blob = excluded.blob, at = excluded.at
            """, .bytes(file.form), .text(file.file), .bytes(file.sealed.bytes), .text(file.blob.hex),
            .int(file.at.milliseconds))
        try await run(statement)
    }

    package func staged(_ form: Data) async throws(Trouble) -> [StagedFile] {
        try await read("SELECT file, sealed, blob, at FROM staged WHERE form = $1 ORDER BY at, file", .bytes(form)) {
            row throws(PostgresFailure) in
            StagedFile(
                form: form, file: try row.text(), sealed: Sealed(try row.bytes()),
                blob: BlobID(hex: try row.text()), at: try row.instant())
        }
    }

    package func restage(_ form: Data, at: Instant) async throws(Trouble) {
        try await run(
            PostgresStatement("UPDATE staged SET at = $2 WHERE form = $1", .bytes(form), .int(at.milliseconds)))
    }

    package func sweepStaged(before: Instant) async throws(Trouble) -> [BlobID] {
        // Alone, so that no report on its way in names a file unseen.
        try await write([
            PostgresLink.alone,
            PostgresStatement("DELETE FROM staged WHERE at < $1 RETURNING blob", .int(before.milliseconds)),
        ]) { connection, rows throws(PostgresFailure) in
            let swept = try rows[1].map { row throws(PostgresFailure) in try row.text() }
            let named = try connection.run(
                """
                SELECT blob FROM staged WHERE blob = ANY ($1) UNION SELECT blob FROM parcels WHERE blob = ANY ($1)
                UNION SELECT blob FROM files WHERE blob = ANY ($1)
                """, .texts(swept)
            ).map { row throws(PostgresFailure) in try row.text() }
            return PostgresEnding(Set(swept).subtracting(named).sorted().map(BlobID.init(hex:)))
        }
    }

    package func addKey(_ key: APIKey) async throws(Trouble) {
        try await run(
            PostgresStatement(
                "INSERT INTO api_keys (id, name, hash, scopes, created, revoked) VALUES ($1, $2, $3, $4, $5, $6)",
                .text(key.id), .text(key.name), .bytes(key.hash), .text(key.scopes.sorted().joined(separator: " ")),
                .int(key.created.milliseconds), .int(key.revoked?.milliseconds)))
    }

    package func key(hash: Data) async throws(Trouble) -> APIKey? {
        try await read(
            "SELECT \(APIKey.columns) FROM api_keys WHERE hash = $1", .bytes(hash), row: APIKey.init(row:)
        ).first
    }

    package func keys() async throws(Trouble) -> [APIKey] {
        try await read("SELECT \(APIKey.columns) FROM api_keys ORDER BY created, id", row: APIKey.init(row:))
    }

    package func revokeKey(id: String, at: Instant) async throws(Trouble) -> Bool {
        try await run(
            PostgresStatement(
                "UPDATE api_keys SET revoked = $2 WHERE id = $1 AND revoked IS NULL", .text(id), .int(at.milliseconds)))
            == 1
    }

    package func usedKey(id: String, at: Instant) async throws(Trouble) {
        try await run(
            PostgresStatement("UPDATE api_keys SET used = $2 WHERE id = $1", .text(id), .int(at.milliseconds)))
    }

    package func canary() async throws(Trouble) -> Sealed? {
        try await read("SELECT value FROM meta WHERE key = 'canary'") { row throws(PostgresFailure) in
            Sealed(try row.bytes())
        }.first
    }

    package func canary(_ sealed: Sealed) async throws(Trouble) -> Sealed {
        try await run(
            PostgresStatement(
                "INSERT INTO meta (key, value) VALUES ('canary', $1) ON CONFLICT (key) DO NOTHING",
                .bytes(sealed.bytes)))
        return try await canary() ?? sealed
    }

    package func probe(at: Instant) async throws(Trouble) {
        try await run(
            PostgresStatement(
                """
                INSERT INTO meta (key, value) VALUES ('probe', $1)
                ON CONFLICT (key) DO UPDATE SET value = excluded.value
                """, .bytes(Data("\(at.milliseconds)".utf8))))
    }

    package func lastProbe() async throws(Trouble) -> Instant? {
        try await read("SELECT convert_from(value, 'UTF8')::bigint FROM meta WHERE key = 'probe'") {
            row throws(PostgresFailure) in try row.instant()
        }.first
    }

    package func sharedTime() async throws(Trouble) -> Instant? {
        try await read("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint") {
            row throws(PostgresFailure) in try row.instant()
        }.first
    }

    package func moveJobs(by step: Duration) async throws(Trouble) {
        try await run(PostgresStatement("UPDATE jobs SET due = due + $1", .int(step.wholeMilliseconds)))
    }

    /// One transaction of one statement; gives the rows it touched.
    @discardableResult
    private func run(_ statement: PostgresStatement) async throws(Trouble) -> Int {
        try await write([statement]) { _, rows throws(PostgresFailure) in PostgresEnding(rows[0].touched) }
    }
}
