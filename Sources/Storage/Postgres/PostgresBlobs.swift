package import Foundation
package import Intake
import Synchronization

/// Blobs as chunked rows, so that several nodes share them without a shared folder. Flat in memory: one chunk at a time.
package final class PostgresBlobs: Blobs {
    private let threads: PostgresThreads

    /// Connects; as `PostgresStore.init`. Removes rooms that nobody wrote to for a day.
    package init(conninfo: String, connections: Int = 2) async throws(Trouble) {
        threads = PostgresThreads(
            conninfo: conninfo, most: max(1, connections), name: "postgres blobs", patience: .seconds(5))
        try await threads.run { link throws(Trouble) in try link.migrate() }
        try await sweep(idle: .seconds(86400))
    }

    /// Removes rooms left unfinished and untouched that long, by the clock of the server.
    package func sweep(idle: Duration) async throws(Trouble) {
        _ = try await run(
            PostgresStatement(
                "DELETE FROM blobs WHERE name IS NULL AND touched <= \(PostgresBlobs.now) - $1",
                .int(idle.wholeMilliseconds)))
    }

    /// They lie in the ledger's own database.
    package func probe() async throws(Trouble) {}

    package func room() async throws(Trouble) -> any BlobRoom {
        let ids = try await read("INSERT INTO blobs (touched) VALUES (\(PostgresBlobs.now)) RETURNING id") {
            row throws(PostgresFailure) in try row.int()
        }
        guard let id = ids.first else { throw .needsPerson("数据库没有给文件留出位置", "the database gave no room for a file") }
        return PostgresRoom(id: id, threads: threads)
    }

    package func read(_ id: BlobID, each: (Data) async throws(Trouble) -> Void) async throws(Trouble) {
        let found = try await read(
            "SELECT id, (SELECT count(*) FROM blob_chunks WHERE blob = blobs.id) FROM blobs WHERE name = $1",
            .text(id.hex)
        ) { row throws(PostgresFailure) in (try row.int(), try row.int()) }
        guard let (blob, count) = found.first else { throw PostgresBlobs.missing(id) }
        for number in 0..<count {
            let chunk = try await read(
                "SELECT bytes FROM blob_chunks WHERE blob = $1 AND number = $2", .int(blob), .int(number)
            ) { row throws(PostgresFailure) in try row.bytes() }
            guard let chunk = chunk.first else { throw PostgresBlobs.missing(id) }
            try await each(chunk)
        }
    }

    package func holds(_ id: BlobID) async throws(Trouble) -> Bool {
        let found = try await read("SELECT 1 FROM blobs WHERE name = $1", .text(id.hex)) {
            row throws(PostgresFailure) in try row.int()
        }
        return !found.isEmpty
    }

    package func remove(_ id: BlobID) async throws(Trouble) {
        _ = try await run(PostgresStatement("DELETE FROM blobs WHERE name = $1", .text(id.hex)))
    }

    package func untouched(for idle: Duration, after: BlobID?, limit: Int) async throws(Trouble) -> [BlobID] {
        try await read(
            """
            SELECT name FROM blobs WHERE name > $1 AND touched <= \(PostgresBlobs.now) - $2 ORDER BY name LIMIT $3
            """, .text(after?.hex ?? ""), .int(idle.wholeMilliseconds), .int(Int64(limit))
        ) { row throws(PostgresFailure) in BlobID(hex: try row.text()) }
    }

    package func touch(_ id: BlobID) async throws(Trouble) -> Bool {
        try await run(
            PostgresStatement("UPDATE blobs SET touched = \(PostgresBlobs.now) WHERE name = $1", .text(id.hex))) > 0
    }

    /// Whoever keeps or touches the same row meanwhile is waited for, and then counts.
    package func remove(_ id: BlobID, untouchedFor idle: Duration) async throws(Trouble) {
        _ = try await run(
            PostgresStatement(
                "DELETE FROM blobs WHERE name = $1 AND touched <= \(PostgresBlobs.now) - $2", .text(id.hex),
                .int(idle.wholeMilliseconds)))
    }

    /// Chunk by chunk where it lies.
    package func rewrite(
        _ id: BlobID, _ change: @Sendable (Data, Int, Bool) throws(Trouble) -> Data?
    ) async throws(Trouble) -> Bool {
        let found = try await read(
            "SELECT id, (SELECT count(*) FROM blob_chunks WHERE blob = blobs.id) FROM blobs WHERE name = $1",
            .text(id.hex)
        ) { row throws(PostgresFailure) in (try row.int(), try row.int()) }
        guard let (blob, count) = found.first else { return false }
        var changed = false
        for number in 0..<count {
            let chunk = try await read(
                "SELECT bytes FROM blob_chunks WHERE blob = $1 AND number = $2", .int(blob), .int(number)
            ) { row throws(PostgresFailure) in try row.bytes() }
            guard let chunk = chunk.first, let new = try change(chunk, Int(number), number == count - 1) else {
                continue
            }
            _ = try await run(
                PostgresStatement(
                    "UPDATE blob_chunks SET bytes = $3 WHERE blob = $1 AND number = $2", .int(blob), .int(number),
                    .bytes(new)))
            changed = true
        }
        return changed
    }

    /// The server does not tell.
    package func free() async throws(Trouble) -> Int64? { nil }

    package func close() async { await threads.close() }

    static let now = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"

    private static func missing(_ id: BlobID) -> Trouble {
        .lasting("账本里没有文件 \(id.hex.prefix(12))…", "there is no file \(id.hex.prefix(12))… in the ledger")
    }

    /// Each of these may run twice without harm: a room too many is swept, a row removed twice is removed.
    private func read<Value: Sendable>(
        _ sql: String, _ values: PostgresValue...,
        row: @escaping @Sendable (inout PostgresRow) throws(PostgresFailure) -> Value
    ) async throws(Trouble) -> [Value] {
        var statement = PostgresStatement(sql)
        statement.values = values
        let sealed = statement
        return try await threads.run { link throws(Trouble) in
            try link.run { connection throws(PostgresFailure) in try connection.run(sealed).map(row) }
        }
    }

    private func run(_ statement: PostgresStatement) async throws(Trouble) -> Int {
        try await threads.run { link throws(Trouble) in
            try link.run { connection throws(PostgresFailure) in try connection.run(statement).touched }
        }
    }
}

/// A blob being written.
private final class PostgresRoom: BlobRoom {
    private let id: Int64
    private let threads: PostgresThreads
    private let written = Mutex((chunks: Int64(0), bytes: Int64(0)))

    init(id: Int64, threads: PostgresThreads) {
        self.id = id
        self.threads = threads
    }

    /// Not synced: the commit of `finish` syncs everything before it, and counts what is there first, because a server
    /// that fell in between may have forgotten chunks.
    func append(_ chunk: Data) async throws(Trouble) {
        let (id, number) = (id, written.withLock { $0.chunks })
        let statements = [
            PostgresStatement("BEGIN"), PostgresStatement("SET LOCAL synchronous_commit = off"),
            PostgresStatement(
                "INSERT INTO blob_chunks (blob, number, bytes) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                .int(id), .int(number), .bytes(chunk)),
            PostgresStatement("UPDATE blobs SET touched = \(PostgresBlobs.now) WHERE id = $1", .int(id)),
            PostgresStatement("COMMIT"),
        ]
        try await threads.run { link throws(Trouble) in
            try link.run { connection throws(PostgresFailure) in _ = try connection.run(statements) }
        }
        written.withLock { $0 = ($0.chunks + 1, $0.bytes + Int64(chunk.count)) }
    }

    func finish(as name: BlobID) async throws(Trouble) {
        let (id, expected) = (id, written.withLock { $0 })
        let opening = [
            // Two rooms that finish under one name wait for each other.
            PostgresStatement("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", .text(name.hex)),
            PostgresStatement(
                "SELECT count(*), coalesce(sum(octet_length(bytes)), 0)::bigint FROM blob_chunks WHERE blob = $1",
                .int(id)),
        ]
        try await threads.run { link throws(Trouble) in
            try link.write(opening) { connection, rows throws(PostgresFailure) in
                let kept = try rows[1].first { row throws(PostgresFailure) in (try row.int(), try row.int()) }
                guard let kept, kept == (expected.chunks, expected.bytes) else {
                    throw PostgresFailure.passing(
                        Phrase(zh: "数据库丢了文件的一段；请重发", en: "the database lost a part of a file; send it again"))
                }
                let older = try connection.run(
                    "UPDATE blobs SET touched = \(PostgresBlobs.now) WHERE name = $1 RETURNING id", .text(name.hex))
                let statement =
                    older.count == 0
                    ? PostgresStatement(
                        "UPDATE blobs SET name = $2, touched = \(PostgresBlobs.now) WHERE id = $1", .int(id),
                        .text(name.hex))
                    : PostgresStatement("DELETE FROM blobs WHERE id = $1", .int(id))
                return PostgresEnding((), [statement])
            }
        }
    }

    func discard() async {
        let id = id
        // What cannot be removed now is swept later.
        try? await threads.run { link throws(Trouble) in
            try link.run { connection throws(PostgresFailure) in
                _ = try connection.run("DELETE FROM blobs WHERE id = $1 AND name IS NULL", .int(id))
            }
        }
    }
}
