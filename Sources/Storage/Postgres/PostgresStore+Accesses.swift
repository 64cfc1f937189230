package import Foundation
package import Intake

/// The access log, a chain of its own: one writer at a time.
extension PostgresStore {
    /// Under this name `meta` holds where the chain goes on once its oldest lines were forgotten.
    private static let kept = PostgresStatement("SELECT value FROM meta WHERE key = 'forgotten-accesses'")
    private static let end = PostgresStatement("SELECT id, hash FROM accesses ORDER BY id DESC LIMIT 1")

    package func note(_ access: NewAccess, keys: Keys) async throws(Trouble) {
        try await write([PostgresLink.alone]) { connection, _ throws(PostgresFailure) in
            let head = try PostgresStore.accessHead(connection).next(access, keys: keys)
            return PostgresEnding(
                (),
                [
                    PostgresStatement(
                        """
                        INSERT INTO accesses (id, at, actor, ticket, sealed, digest, hash)
                        VALUES ($1, $2, $3, $4, $5, $6, $7)
                        """, .int(head.id), .int(access.at.milliseconds), .text(access.actor), .int(access.ticket),
                        .bytes(access.sealed.bytes), .bytes(access.digest), .bytes(head.hash))
                ])
        }
    }

    package func accesses(of ticket: Int64?, before: Int64?, limit: Int) async throws(Trouble) -> [Access] {
        try await read(
            """
            SELECT \(Access.columns) FROM accesses WHERE id < $1 \(ticket == nil ? "" : "AND ticket = $3")
            ORDER BY id DESC LIMIT $2
            """, [.int(before ?? .max), .int(Int64(limit))] + (ticket.map { [.int($0)] } ?? []),
            row: Access.init(row:))
    }

    package func accessLog(after: Int64, limit: Int) async throws(Trouble) -> (forgotten: Data?, lines: [Access]) {
        try await desk.run { link throws(Trouble) in
            try link.look { connection throws(PostgresFailure) in
                (
                    try connection.run(PostgresStore.kept).first { row throws(PostgresFailure) in try row.bytes() },
                    try connection.run(
                        "SELECT \(Access.columns) FROM accesses WHERE id > $1 ORDER BY id LIMIT $2", .int(after),
                        .int(Int64(limit))
                    ).map { row throws(PostgresFailure) in try Access(row: &row) }
                )
            }
        }
    }

    package func forgetAccesses(before: Instant, limit: Int, keys: Keys) async throws(Trouble) -> Int {
        let oldest = PostgresStatement("SELECT id, at, hash FROM accesses ORDER BY id LIMIT $1", .int(Int64(limit)))
        return try await write([PostgresLink.alone, oldest]) { _, rows throws(PostgresFailure) in
            let lines = try rows[1].map { row throws(PostgresFailure) in
                (id: try row.int(), at: try row.instant(), hash: try row.bytes())
            }
            let old = lines.prefix { $0.at < before }
            guard let last = old.last else { return .unchanged(0) }
            let mark = AccessHead(id: last.id, hash: last.hash).forgotten(keys: keys)
            return PostgresEnding(
                old.count,
                [
                    PostgresStatement("DELETE FROM accesses WHERE id <= $1", .int(last.id)),
                    PostgresStatement(
                        """
                        INSERT INTO meta (key, value) VALUES ('forgotten-accesses', $1)
                        ON CONFLICT (key) DO UPDATE SET value = excluded.value
                        """, .bytes(mark)),
                ])
        }
    }

    /// Where the next line is written.
    static func accessHead(_ connection: PostgresConnection) throws(PostgresFailure) -> AccessHead {
        let last = try connection.run(end).first { row throws(PostgresFailure) in
            AccessHead(id: try row.int(), hash: try row.bytes())
        }
        if let last { return last }
        let mark = try connection.run(kept).first { row throws(PostgresFailure) in try row.bytes() }
        return mark.flatMap(AccessHead.init(unverified:)) ?? .start
    }
}

extension Access {
    fileprivate init(row: inout PostgresRow) throws(PostgresFailure) {
        self.init(
            id: try row.int(), at: try row.instant(), actor: try row.text(), ticket: try row.optionalInt(),
            sealed: Sealed(try row.bytes()), digest: try row.bytes(), hash: try row.bytes())
    }
}
