import Foundation
package import Intake

extension PostgresStore {
    /// A transaction given up keeps the numbers it drew.
    package var isGapless: Bool { false }

    /// Waits for every writer of entries and stops new ones meanwhile: a number given to an entry before, and committed
    /// after, would be passed over for good.
    package func checkpoint(at: Instant, keys: Keys) async throws(Trouble) -> Checkpoint? {
        let last = PostgresStatement(
            "SELECT id, tickets, entries, last_entry, hash FROM checkpoints ORDER BY id DESC LIMIT 1")
        return try await write([PostgresLink.alone, last]) { connection, rows throws(PostgresFailure) in
            let last = try rows[1].first { row throws(PostgresFailure) in
                (
                    id: try row.int(), tickets: try row.int(), entries: try row.int(), lastEntry: try row.int(),
                    hash: try row.bytes()
                )
            }
            let since = PostgresValue.int(last?.lastEntry ?? 0)
            // Sums grow by what is new: counting ten million rows each minute would be felt.
            let new = try connection.run(
                "SELECT count(*), count(*) FILTER (WHERE sequence = 1), max(id) FROM entries WHERE id > $1", since
            ).first { row throws(PostgresFailure) in
                (entries: try row.int(), tickets: try row.int(), lastEntry: try row.optionalInt())
            }
            let log = try PostgresStore.accessHead(connection).tied
            let tied = try connection.run(
                "SELECT entries, hash FROM checkpoint_heads WHERE checkpoint = $1 AND ticket = 0", .int(last?.id ?? 0)
            ).first { row throws(PostgresFailure) in
                Checkpoint.Head(ticket: 0, entries: Int(try row.int()), hash: try row.bytes())
            }
            guard let new, new.lastEntry != nil || log != tied else { return .unchanged(nil) }
            let lastEntry = new.lastEntry ?? last?.lastEntry ?? 0
            let heads =
                try [log].compactMap(\.self)
                + connection.run(
                    """
                    SELECT id, entries, head FROM tickets WHERE id IN (SELECT ticket FROM entries WHERE id > $1) ORDER BY id
                    """, since
                ).map { row throws(PostgresFailure) in
                    Checkpoint.Head(ticket: try row.int(), entries: Int(try row.int()), hash: try row.bytes())
                }
            let (tickets, entries) = (
                Int((last?.tickets ?? 0) + new.tickets), Int((last?.entries ?? 0) + new.entries)
            )
            let knot = Checkpoint(
                id: (last?.id ?? 0) + 1, at: at, tickets: tickets, entries: entries,
                hash: Checkpoint.hash(
                    of: (last?.id ?? 0) + 1, after: last?.hash ?? Data(), at: at, tickets: tickets, entries: entries,
                    heads: heads, keys: keys))
            return PostgresEnding(knot, PostgresStore.statements(knot, heads, lastEntry: lastEntry))
        }
    }

    private static func statements(
        _ knot: Checkpoint, _ heads: [Checkpoint.Head], lastEntry: Int64
    ) -> [PostgresStatement] {
        [
            PostgresStatement(
                """
                INSERT INTO checkpoints (id, at, tickets, entries, last_entry, hash) VALUES ($1, $2, $3, $4, $5, $6)
                """, .int(knot.id), .int(knot.at.milliseconds), .int(Int64(knot.tickets)), .int(Int64(knot.entries)),
                .int(lastEntry), .bytes(knot.hash)),
            PostgresStatement(
                """
                INSERT INTO checkpoint_heads (checkpoint, ticket, entries, hash)
                SELECT $1, * FROM unnest($2, $3, $4)
                """, .int(knot.id), .ints(heads.map(\.ticket)), .ints(heads.map { Int64($0.entries) }),
                .byteses(heads.map(\.hash))),
        ]
    }

    package func checkpoints(after: Int64, limit: Int) async throws(Trouble) -> [Checkpoint] {
        try await read(
            "SELECT id, at, tickets, entries, hash FROM checkpoints WHERE id > $1 ORDER BY id LIMIT $2",
            .int(after), .int(Int64(limit))
        ) { row throws(PostgresFailure) in
            Checkpoint(
                id: try row.int(), at: try row.instant(), tickets: Int(try row.int()), entries: Int(try row.int()),
                hash: try row.bytes())
        }
    }

    package func heads(of checkpoint: Int64) async throws(Trouble) -> [Checkpoint.Head] {
        try await read(
            "SELECT ticket, entries, hash FROM checkpoint_heads WHERE checkpoint = $1 ORDER BY ticket", .int(checkpoint)
        ) { row throws(PostgresFailure) in
            Checkpoint.Head(ticket: try row.int(), entries: Int(try row.int()), hash: try row.bytes())
        }
    }

    package func envelopes(of parcels: [Int64]) async throws(Trouble) -> [Int64: Sealed] {
        if parcels.isEmpty { return [:] }
        let found = try await read("SELECT id, envelope FROM parcels WHERE id = ANY ($1)", .ints(parcels)) {
            row throws(PostgresFailure) in (try row.int(), Sealed(try row.bytes()))
        }
        return Dictionary(found, uniquingKeysWith: { first, _ in first })
    }

    package func sealedRows(on shelf: Shelf, after: Int64, limit: Int) async throws(Trouble) -> [SealedRow] {
        try await read(
            "SELECT \(shelf.columns) FROM \(shelf.table) WHERE id > $1 ORDER BY id LIMIT $2", .int(after),
            .int(Int64(limit))
        ) { row throws(PostgresFailure) in
            SealedRow(
                id: try row.int(), ticket: try row.int(), sealed: row.optionalBytes().map(Sealed.init),
                beside: try row.bytes(), word: row.optionalText())
        }
    }
}
