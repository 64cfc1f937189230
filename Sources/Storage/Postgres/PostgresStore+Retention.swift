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
            try PostgresStore.doom(try PostgresStore.eraseOriginals(parcels, connection), connection)
            return PostgresEnding(())
        }
    }

    package func eraseQuarantined(before: Instant, at: Instant, limit: Int) async throws(Trouble) -> Int {
        let give = PostgresStatement(
            """
            UPDATE quarantine SET erased = $1 WHERE id IN (SELECT id FROM quarantine
                WHERE at < $2 AND replayed IS NULL AND erased IS NULL ORDER BY id LIMIT $3) RETURNING parcel
            """, .int(at.milliseconds), .int(before.milliseconds), .int(Int64(limit)))
        return try await write([PostgresLink.alone, give]) { connection, rows throws(PostgresFailure) in
            let parcels = try rows[1].map { row throws(PostgresFailure) in try row.int() }
            if parcels.isEmpty { return .unchanged(0) }
            _ = try PostgresStore.eraseUnwanted(parcels, connection)
            return PostgresEnding(parcels.count)
        }
    }

    package func discard(_ quarantined: [Int64], at: Instant) async throws(Trouble) -> [Int64: Bool] {
        let give = PostgresStatement(
            """
            UPDATE quarantine SET erased = $1 WHERE id = ANY ($2) AND replayed IS NULL AND erased IS NULL
            RETURNING id, parcel
            """, .int(at.milliseconds), .ints(quarantined))
        return try await write([PostgresLink.alone, give]) { connection, rows throws(PostgresFailure) in
            let given = try rows[1].map { row throws(PostgresFailure) in (try row.int(), try row.int()) }
            if given.isEmpty { return .unchanged([:]) }
            let free = try PostgresStore.eraseUnwanted(given.map(\.1), connection)
            return PostgresEnding(
                Dictionary(given.map { ($0.0, free.contains($0.1)) }, uniquingKeysWith: { first, _ in first }))
        }
    }

    /// Erases the bytes of those of these parcels that nobody else needs; gives which.
    private static func eraseUnwanted(
        _ parcels: [Int64], _ connection: PostgresConnection
    ) throws(PostgresFailure) -> Set<Int64> {
        let free = try connection.run(
            "SELECT id FROM parcels WHERE id = ANY ($1) AND NOT \(Erasure.isWanted)", .ints(parcels)
        ).map { row throws(PostgresFailure) in try row.int() }
        try PostgresStore.doom(try PostgresStore.eraseOriginals(free, connection), connection)
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
