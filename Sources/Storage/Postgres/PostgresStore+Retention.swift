import Foundation
package import Intake

/// What goes by its age.
extension PostgresStore {
    package func silent(
        since: Instant, part: ErasurePart, after: Int64, limit: Int
    ) async throws(Trouble) -> [Int64] {
        try await scan(Erasure.silent, .int(after), .int(since.milliseconds), .text(part.rawValue), .int(Int64(limit)))
    }

    package func originals(before: Instant, after: Int64, limit: Int) async throws(Trouble) -> [Int64] {
        try await scan(
            """
            SELECT id FROM parcels WHERE id > $1 AND received < $2 AND octet_length(envelope) > 0
                AND NOT \(Erasure.isWanted) ORDER BY id LIMIT $3
            """, .int(after), .int(before.milliseconds), .int(Int64(limit)))
    }

    /// Ids by a statement that may read a table whole.
    private func scan(_ sql: String, _ values: PostgresValue...) async throws(Trouble) -> [Int64] {
        var statement = PostgresStatement(sql)
        statement.values = values
        let sealed = statement
        return try await desk.run { link throws(Trouble) in
            try link.look { connection throws(PostgresFailure) in
                try connection.run(sealed).map { row throws(PostgresFailure) in try row.int() }
            }
        }
    }

    package func eraseOriginals(_ parcels: [Int64]) async throws(Trouble) {
        try await write([PostgresLink.alone]) { connection, _ throws(PostgresFailure) in
            // Asked again: a legal hold may have begun since they were found.
            _ = try PostgresStore.eraseUnwanted(parcels, connection)
            return PostgresEnding(())
        }
    }

    package func left(limit: Int) async throws(Trouble) -> [Int64] {
        try await scan(Erasure.left(length: "octet_length"), .int(Int64(limit)))
    }

    package func eraseQuarantined(before: Instant, at: Instant, limit: Int) async throws(Trouble) -> Int {
        let give = PostgresStatement(
            """
            UPDATE quarantine SET erased = $1 WHERE id IN (SELECT id FROM quarantine
                WHERE at < $2 AND replayed IS NULL AND erased IS NULL ORDER BY id LIMIT $3) RETURNING id, parcel, key
            """, .int(at.milliseconds), .int(before.milliseconds), .int(Int64(limit)))
        return try await write([PostgresLink.alone, give]) { connection, rows throws(PostgresFailure) in
            let given = try PostgresStore.parcels(holding: rows[1], connection)
            if given.isEmpty { return .unchanged(0) }
            _ = try PostgresStore.eraseUnwanted(given.values.flatMap(\.self), connection)
            return PostgresEnding(given.count)
        }
    }

    package func discard(_ quarantined: [Int64], at: Instant) async throws(Trouble) -> [Int64: Bool] {
        let give = PostgresStatement(
            """
            UPDATE quarantine SET erased = $1 WHERE id = ANY ($2) AND replayed IS NULL AND erased IS NULL
            RETURNING id, parcel, key
            """, .int(at.milliseconds), .ints(quarantined))
        return try await write([PostgresLink.alone, give]) { connection, rows throws(PostgresFailure) in
            let given = try PostgresStore.parcels(holding: rows[1], connection)
            if given.isEmpty { return .unchanged([:]) }
            let free = try PostgresStore.eraseUnwanted(given.values.flatMap(\.self), connection)
            return PostgresEnding(given.mapValues { $0.allSatisfy(free.contains) })
        }
    }

    /// Of rows of the quarantine (id, parcel, key) the parcels in which each was set aside, and those that brought it once
    /// more.
    private static func parcels(
        holding rows: PostgresRows, _ connection: PostgresConnection
    ) throws(PostgresFailure) -> [Int64: [Int64]] {
        let given = try rows.map { row throws(PostgresFailure) in (try row.int(), try row.int(), try row.bytes()) }
        if given.isEmpty { return [:] }
        let more = try connection.run(
            "SELECT key, parcel FROM carried WHERE key = ANY ($1) AND ticket IS NULL", .byteses(given.map(\.2))
        ).map { row throws(PostgresFailure) in (try row.bytes(), try row.int()) }
        let carried = Dictionary(grouping: more, by: \.0)
        var parcels: [Int64: [Int64]] = [:]
        for (id, first, key) in given { parcels[id] = [first] + (carried[key] ?? []).map(\.1) }
        return parcels
    }

    /// Erases the bytes of those of these parcels that nobody else needs, the others' later; gives which.
    private static func eraseUnwanted(
        _ parcels: [Int64], _ connection: PostgresConnection
    ) throws(PostgresFailure) -> Set<Int64> {
        let free = try connection.run(
            "SELECT id FROM parcels WHERE id = ANY ($1) AND NOT \(Erasure.isWanted)", .ints(parcels)
        ).map { row throws(PostgresFailure) in try row.int() }
        try PostgresStore.doom(try PostgresStore.eraseOriginals(free, connection), connection)
        let wanted = Set(parcels).subtracting(free)
        if !wanted.isEmpty {
            _ = try connection.run(
                "INSERT INTO doomed_parcels (parcel) SELECT unnest($1) ON CONFLICT DO NOTHING", .ints(Array(wanted)))
        }
        return Set(free)
    }

    package func doomed() async throws(Trouble) -> [BlobID] {
        try await read(Erasure.doomed) { row throws(PostgresFailure) in BlobID(hex: try row.text()) }
    }

    package func undoom(_ blob: BlobID) async throws(Trouble) {
        try await write([PostgresStatement("DELETE FROM doomed WHERE blob = $1", .text(blob.hex))]) {
            _, _ throws(PostgresFailure) in PostgresEnding(())
        }
    }

    /// The server's files are the server's: see the operator's guide on VACUUM.
    package func scrub() async throws(Trouble) {}
}
