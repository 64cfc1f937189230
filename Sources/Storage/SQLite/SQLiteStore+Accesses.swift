package import Foundation
import GRDB
package import Intake

/// The access log, a chain of its own.
extension SQLiteStore {
    /// Under this name `meta` holds where the chain goes on once its oldest lines were forgotten.
    static let forgotten = "forgotten-accesses"

    package func note(_ access: NewAccess, keys: Keys) async throws(Trouble) {
        try await write { db in
            let head = try SQLiteStore.accessHead(in: db).next(access, keys: keys)
            try db.execute(
                sql: "INSERT INTO accesses (id, at, actor, ticket, sealed, digest, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    head.id, access.at.milliseconds, access.actor, access.ticket, access.sealed.bytes, access.digest,
                    head.hash,
                ])
        }
    }

    package func accesses(of ticket: Int64?, before: Int64?, limit: Int) async throws(Trouble) -> [Access] {
        try await read { db in
            var arguments: StatementArguments = ["before": before ?? .max, "limit": limit]
            if let ticket { arguments += ["ticket": ticket] }
            return try Row.fetchAll(
                db,
                sql: """
                    SELECT \(Access.columns) FROM accesses
                    WHERE id < :before \(ticket == nil ? "" : "AND ticket = :ticket") ORDER BY id DESC LIMIT :limit
                    """, arguments: arguments
            ).map(Access.init(row:))
        }
    }

    package func accessLog(after: Int64, limit: Int) async throws(Trouble) -> (forgotten: Data?, lines: [Access]) {
        try await read { db in
            (
                try SQLiteStore.forgottenAccesses(in: db),
                try Row.fetchAll(
                    db, sql: "SELECT \(Access.columns) FROM accesses WHERE id > ? ORDER BY id LIMIT ?",
                    arguments: [after, limit]
                ).map(Access.init(row:))
            )
        }
    }

    package func forgetAccesses(before: Instant, limit: Int, keys: Keys) async throws(Trouble) -> Int {
        try await write { db in
            let old = try Row.fetchAll(
                db, sql: "SELECT id, at, hash FROM accesses ORDER BY id LIMIT ?", arguments: [limit]
            ).prefix { $0.instant(1) < before }
            guard let last = old.last else { return 0 }
            let head = AccessHead(id: last[0], hash: last[2])
            try db.execute(sql: "DELETE FROM accesses WHERE id <= ?", arguments: [head.id])
            try db.execute(
                sql: """
                    INSERT INTO meta (key, value) VALUES (?, ?)
                    ON CONFLICT (key) DO UPDATE SET value = excluded.value
                    """, arguments: [SQLiteStore.forgotten, head.forgotten(keys: keys)])
            return old.count
        }
    }

    /// Where the next line is written.
    static func accessHead(in db: Database) throws -> AccessHead {
        if let row = try Row.fetchOne(db, sql: "SELECT id, hash FROM accesses ORDER BY id DESC LIMIT 1") {
            return AccessHead(id: row[0], hash: row[1])
        }
        return try forgottenAccesses(in: db).flatMap(AccessHead.init(unverified:)) ?? .start
    }

    private static func forgottenAccesses(in db: Database) throws -> Data? {
        try Data.fetchOne(db, sql: "SELECT value FROM meta WHERE key = ?", arguments: [forgotten])
    }
}

extension Access {
    static let columns = "id, at, actor, ticket, sealed, digest, hash"

    fileprivate init(row: Row) {
        self.init(
            id: row[0], at: row.instant(1), actor: row[2], ticket: row[3], sealed: Sealed(row[4]), digest: row[5],
            hash: row[6])
    }
}
