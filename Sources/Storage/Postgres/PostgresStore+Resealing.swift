import Foundation
package import Intake

/// Changing the master key, and beginning anew after a restore.
extension PostgresStore {
    package func root() async throws(Trouble) -> Sealed? {
        try await read("SELECT value FROM meta WHERE key = 'root'") { row throws(PostgresFailure) in
            Sealed(try row.bytes())
        }.first
    }

    package func keep(canary: Sealed, root: Sealed) async throws(Trouble) {
        try await write([
            PostgresStatement(
                """
                INSERT INTO meta (key, value) VALUES ('canary', $1), ('root', $2)
                ON CONFLICT (key) DO UPDATE SET value = excluded.value
                """, .bytes(canary.bytes), .bytes(root.bytes))
        ]) { _, _ throws(PostgresFailure) in PostgresEnding(()) }
    }

    package func lastDelivery() async throws(Trouble) -> Int64 {
        try await read("SELECT coalesce(max(id), 0) FROM deliveries") { row throws(PostgresFailure) in
            try row.int()
        }.first ?? 0
    }

    package func keep(root: Sealed, numberingFrom first: Int64) async throws(Trouble) {
        try await write([
            PostgresStatement(
                """
                INSERT INTO meta (key, value) VALUES ('root', $1)
                ON CONFLICT (key) DO UPDATE SET value = excluded.value
                """, .bytes(root.bytes)),
            PostgresStatement(
                "SELECT setval('ticket_ids', greatest((SELECT last_value FROM ticket_ids), $1 - 1))", .int(first)),
        ]) { _, _ throws(PostgresFailure) in PostgresEnding(()) }
    }

    package func sealedCounts(on shelf: Shelf) async throws(Trouble) -> [KeyID: Int] {
        let sql = """
            SELECT substring(\(shelf.column) FROM 2 FOR 4), count(*) FROM \(shelf.table)
            WHERE octet_length(\(shelf.column)) >= 33 GROUP BY 1
            """
        // It reads a whole table.
        let rows = try await desk.run { link throws(Trouble) in
            try link.look { connection throws(PostgresFailure) in
                try connection.run(sql).map { row throws(PostgresFailure) in (try row.bytes(), Int(try row.int())) }
            }
        }
        var counts: [KeyID: Int] = [:]
        for (bytes, count) in rows { if let id = KeyID(bytes: bytes) { counts[id] = count } }
        return counts
    }

    package func sealed(
        on shelf: Shelf, notWith key: KeyID, after: ShelvedValue.Place, limit: Int
    ) async throws(Trouble) -> [ShelvedValue] {
        let (row, part, column) = (shelf.row, shelf.part, shelf.column)
        let beyond = part == "0" ? "\(row) > $1 AND $2::bigint >= 0" : "(\(row), \(part)) > ($1, $2)"
        var statement = PostgresStatement(
            """
            SELECT \(row)::bigint, \(part)::bigint, \(column) FROM \(shelf.table)
            WHERE \(beyond) AND octet_length(\(column)) >= 33 AND substring(\(column) FROM 2 FOR 4) <> $3
            ORDER BY \(part == "0" ? row : "\(row), \(part)") LIMIT $4
            """)
        statement.values = [.int(after.row), .int(after.part), .bytes(key.bytes), .int(Int64(limit))]
        let sealed = statement
        return try await desk.run { link throws(Trouble) in
            try link.look { connection throws(PostgresFailure) in
                try connection.run(sealed).map { row throws(PostgresFailure) in
                    ShelvedValue(
                        place: .init(row: try row.int(), part: try row.int()), sealed: Sealed(try row.bytes()))
                }
            }
        }
    }

    package func reseal(_ changes: [(old: ShelvedValue, new: Sealed)], on shelf: Shelf) async throws(Trouble) {
        if changes.isEmpty { return }
        let part = shelf.part == "0" ? "new.part = 0" : "\(shelf.table).\(shelf.part) = new.part"
        let statement = PostgresStatement(
            """
            UPDATE \(shelf.table) SET \(shelf.column) = new.value
            FROM unnest($1, $2, $3, $4) AS new (place, part, before, value)
            WHERE \(shelf.table).\(shelf.row) = new.place AND \(part) AND \(shelf.table).\(shelf.column) = new.before
            """,
            .ints(changes.map(\.old.place.row)), .ints(changes.map(\.old.place.part)),
            .byteses(changes.map(\.old.sealed.bytes)), .byteses(changes.map(\.new.bytes)))
        try await write([PostgresLink.shared, statement]) { _, _ throws(PostgresFailure) in PostgresEnding(()) }
    }
}
