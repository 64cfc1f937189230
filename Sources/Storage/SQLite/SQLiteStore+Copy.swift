import Foundation
import GRDB
package import Intake

/// Copies for a backup.
extension SQLiteStore {
    /// One consistent picture of what is committed, while others go on writing (sqlite.org/lang_vacuum.html, VACUUM
    /// INTO), on disk when this returns.
    package func copy(to path: String) async throws(Trouble) {
        do {
            try await pool.writeWithoutTransaction { db in try db.execute(sql: "VACUUM INTO ?", arguments: [path]) }
        } catch { throw SQLiteStore.trouble(error) }
        try SyncedFile.sync(path)
    }

    /// Carries the log of the ledger at `path`, which nobody has open, into it, and removes the log: the one file is all
    /// there is, and may be moved.
    package static func fold(_ path: String) throws(Trouble) {
        do {
            let alone = try DatabaseQueue(path: path)
            try alone.writeWithoutTransaction { db in
                let mode = try String.fetchOne(db, sql: "PRAGMA journal_mode = DELETE")
                guard mode == "delete" else {
                    throw Trouble.passing("账本 \(path) 正被别的程序打开", "another program has the ledger \(path) open")
                }
            }
            try alone.close()
        } catch { throw SQLiteStore.trouble(error) }
        try SyncedFile.sync(path)
    }

    package func blobs(after: BlobID?, limit: Int) async throws(Trouble) -> [BlobID] {
        try await read { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT * FROM (SELECT DISTINCT blob FROM parcels WHERE blob > :after ORDER BY blob LIMIT :limit)
                    UNION
                    SELECT * FROM (SELECT DISTINCT blob FROM files WHERE blob > :after ORDER BY blob LIMIT :limit)
                    ORDER BY blob LIMIT :limit
                    """, arguments: ["after": after?.hex ?? "", "limit": limit]
            ).map(BlobID.init(hex:))
        }
    }

    package func unnamed(_ blobs: [BlobID]) async throws(Trouble) -> [BlobID] {
        try await read { db in
            try blobs.filter { try !SQLiteStore.isNamed($0.hex, in: db) }
        }
    }

    /// All files that the copy at `path`, which nobody has open, names; nothing is written there.
    package static func blobs(inCopy path: String) throws(Trouble) -> Set<BlobID> {
        do {
            var settings = Configuration()
            settings.readonly = true
            let copy = try DatabaseQueue(path: path, configuration: settings)
            let names = try copy.read { db in
                try String.fetchAll(
                    db, sql: "SELECT blob FROM parcels WHERE blob IS NOT NULL UNION SELECT blob FROM files")
            }
            try copy.close()
            return Set(names.map(BlobID.init(hex:)))
        } catch { throw SQLiteStore.trouble(error) }
    }

    static func isNamed(_ blob: String, in db: Database) throws -> Bool {
        try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT 1 FROM staged WHERE blob = ?1 UNION ALL SELECT 1 FROM parcels WHERE blob = ?1
                    UNION ALL SELECT 1 FROM files WHERE blob = ?1
                    """), arguments: [blob]) != nil
    }
}
