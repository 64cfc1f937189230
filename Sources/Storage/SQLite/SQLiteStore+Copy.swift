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

    static func isNamed(_ blob: String, in db: Database) throws -> Bool {
        try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT 1 FROM staged WHERE blob = ?1 UNION ALL SELECT 1 FROM parcels WHERE blob = ?1
                    UNION ALL SELECT 1 FROM files WHERE blob = ?1
                    """), arguments: [blob]) != nil
    }
}
