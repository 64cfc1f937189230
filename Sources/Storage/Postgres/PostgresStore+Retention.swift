import Foundation
package import Intake

/// What goes by its age, and the access log.
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
            let free = try connection.run(
                "SELECT id FROM parcels WHERE id = ANY ($1) AND NOT \(Erasure.isWanted)", .ints(parcels)
            ).map { row throws(PostgresFailure) in try row.int() }
            try PostgresStore.doom(try PostgresStore.eraseOriginals(free, connection), connection)
            return PostgresEnding(parcels.count)
        }
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

    package func note(_ access: NewAccess) async throws(Trouble) {
        try await write([
            PostgresStatement(
                "INSERT INTO accesses (at, actor, ticket, sealed) VALUES ($1, $2, $3, $4)",
                .int(access.at.milliseconds), .text(access.actor), .int(access.ticket), .bytes(access.sealed.bytes))
        ]) { _, _ throws(PostgresFailure) in PostgresEnding(()) }
    }

    package func accesses(of ticket: Int64?, before: Int64?, limit: Int) async throws(Trouble) -> [Access] {
        try await read(
            """
            SELECT id, at, actor, ticket, sealed FROM accesses WHERE id < $1 \(ticket == nil ? "" : "AND ticket = $3")
            ORDER BY id DESC LIMIT $2
            """, [.int(before ?? .max), .int(Int64(limit))] + (ticket.map { [.int($0)] } ?? [])
        ) { row throws(PostgresFailure) in
            Access(
                id: try row.int(), at: try row.instant(), actor: try row.text(), ticket: try row.optionalInt(),
                sealed: Sealed(try row.bytes()))
        }
    }

    package func forgetAccesses(before: Instant, limit: Int) async throws(Trouble) -> Int {
        let forget = PostgresStatement(
            "DELETE FROM accesses WHERE id IN (SELECT id FROM accesses WHERE at < $1 ORDER BY at LIMIT $2)",
            .int(before.milliseconds), .int(Int64(limit)))
        return try await write([forget]) { _, rows throws(PostgresFailure) in PostgresEnding(rows[0].touched) }
    }
}
