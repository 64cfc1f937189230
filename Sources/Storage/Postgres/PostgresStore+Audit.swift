package import Foundation
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
            let since = last?.lastEntry ?? 0
            // Sums grow by what is new: counting ten million rows each minute would be felt.
            let new = try connection.run(
                "SELECT count(*), count(*) FILTER (WHERE sequence = 1), max(id) FROM entries WHERE id > $1",
                .int(since)
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
            let id = (last?.id ?? 0) &+ 1
            var tying = Checkpoint.Tying(id, after: last?.hash ?? Data(), at: at, keys: keys)
            if let log { tying.add(log) }
            try connection.script("DECLARE heads NO SCROLL CURSOR FOR \(PostgresStore.grown("\(since)")) ORDER BY id")
            var rest = true
            while rest {
                let heads = try connection.run("FETCH \(Checkpoint.Head.page) FROM heads").map(PostgresStore.head)
                for head in heads { tying.add(head) }
                rest = !heads.isEmpty
            }
            let (tickets, entries) = (
                Int((last?.tickets ?? 0) &+ new.tickets), Int((last?.entries ?? 0) &+ new.entries)
            )
            let knot = Checkpoint(
                id: id, at: at, tickets: tickets, entries: entries,
                hash: tying.hash(tickets: tickets, entries: entries))
            return PostgresEnding(
                knot, PostgresStore.statements(knot, log, since: since, lastEntry: new.lastEntry ?? since))
        }
    }

    /// The heads of tickets that have entries after that one.
    private static func grown(_ since: String) -> String {
        "SELECT id, entries, head FROM tickets WHERE id IN (SELECT ticket FROM entries WHERE id > \(since))"
    }

    private static func head(_ row: inout PostgresRow) throws(PostgresFailure) -> Checkpoint.Head {
        Checkpoint.Head(ticket: try row.int(), entries: Int(try row.int()), hash: try row.bytes())
    }

    private static func statements(
        _ knot: Checkpoint, _ log: Checkpoint.Head?, since: Int64, lastEntry: Int64
    ) -> [PostgresStatement] {
        let insert = "INSERT INTO checkpoint_heads (checkpoint, ticket, entries, hash)"
        return [
            PostgresStatement(
                """
                INSERT INTO checkpoints (id, at, tickets, entries, last_entry, hash) VALUES ($1, $2, $3, $4, $5, $6)
                """, .int(knot.id), .int(knot.at.milliseconds), .int(Int64(knot.tickets)), .int(Int64(knot.entries)),
                .int(lastEntry), .bytes(knot.hash)),
            log.map {
                PostgresStatement(
                    "\(insert) VALUES ($1, 0, $2, $3)", .int(knot.id), .int(Int64($0.entries)), .bytes($0.hash))
            },
            PostgresStatement(
                "\(insert) SELECT $1, grown.* FROM (\(grown("$2"))) AS grown", .int(knot.id), .int(since)),
        ].compactMap(\.self)
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

    package func heads(
        of checkpoint: Int64, after ticket: Int64, limit: Int
    ) async throws(Trouble) -> [Checkpoint.Head] {
        try await read(
            """
            SELECT ticket, entries, hash FROM checkpoint_heads WHERE checkpoint = $1 AND ticket > $2
            ORDER BY ticket LIMIT $3
            """, .int(checkpoint), .int(ticket), .int(Int64(limit)), row: PostgresStore.head)
    }

    package func envelopes(of parcels: [Int64]) async throws(Trouble) -> [Int64: Sealed] {
        if parcels.isEmpty { return [:] }
        let found = try await read("SELECT id, envelope FROM parcels WHERE id = ANY ($1)", .ints(parcels)) {
            row throws(PostgresFailure) in (try row.int(), Sealed(try row.bytes()))
        }
        return Dictionary(found, uniquingKeysWith: { first, _ in first })
    }

    package func ticketArrivals(after key: Data, limit: Int) async throws(Trouble) -> [TicketArrival] {
        try await read(
            """
            SELECT key, parcel, ticket FROM arrivals WHERE key > $1 AND ticket IS NOT NULL ORDER BY key LIMIT $2
            """, .bytes(key), .int(Int64(limit))
        ) { row throws(PostgresFailure) in
            TicketArrival(key: try row.bytes(), parcel: try row.int(), ticket: try row.int())
        }
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
