import Foundation
import GRDB
package import Intake

/// What goes by its age.
extension SQLiteStore {
    package func silent(
        since: Instant, part: ErasurePart, after: Int64, limit: Int
    ) async throws(Trouble) -> [Int64] {
        try await read { db in
            try Int64.fetchAll(
                db,
                sql: Erasure.silent.replacing("$1", with: ":after").replacing("$2", with: ":since")
                    .replacing("$3", with: ":part").replacing("$4", with: ":limit"),
                arguments: ["after": after, "since": since.milliseconds, "part": part.rawValue, "limit": limit])
        }
    }

    package func eraseQuarantined(before: Instant, at: Instant, limit: Int) async throws(Trouble) -> Int {
        try await write { db in
            let given = try Row.fetchAll(
                db,
                sql: """
                    UPDATE quarantine SET erased = ? WHERE id IN (SELECT id FROM quarantine
                        WHERE at < ? AND replayed IS NULL AND erased IS NULL ORDER BY id LIMIT ?) RETURNING parcel, key
                    """, arguments: [at.milliseconds, before.milliseconds, limit])
            _ = try SQLiteStore.eraseUnwanted(
                given.flatMap { try SQLiteStore.parcels($0[0], holding: $0[1], in: db) }, in: db)
            return given.count
        }
    }

    package func discard(_ quarantined: [Int64], at: Instant) async throws(Trouble) -> [Int64: Bool] {
        try await write { db in
            var parcels: [Int64: [Int64]] = [:]
            for id in quarantined {
                let given = try Row.fetchOne(
                    db,
                    sql: """
                        UPDATE quarantine SET erased = ? WHERE id = ? AND replayed IS NULL AND erased IS NULL
                        RETURNING parcel, key
                        """, arguments: [at.milliseconds, id])
                parcels[id] = try given.map { try SQLiteStore.parcels($0[0], holding: $0[1], in: db) }
            }
            let free = try SQLiteStore.eraseUnwanted(parcels.values.flatMap(\.self), in: db)
            return parcels.mapValues { $0.allSatisfy(free.contains) }
        }
    }

    /// The parcel in which a thing was set aside, and those that brought it once more.
    private static func parcels(_ first: Int64, holding key: Data, in db: Database) throws -> [Int64] {
        try [first]
            + Int64.fetchAll(db, sql: "SELECT parcel FROM carried WHERE key = ? AND ticket IS NULL", arguments: [key])
    }

    /// Erases the bytes of those of these parcels that nobody else needs, the others' later; gives which.
    static func eraseUnwanted(_ parcels: [Int64], in db: Database) throws -> Set<Int64> {
        let free = try Set(parcels).filter { parcel in
            try Row.fetchOne(
                db, sql: "SELECT 1 FROM parcels WHERE id = ? AND NOT \(Erasure.isWanted)", arguments: [parcel])
                != nil
        }
        try SQLiteStore.doom(try SQLiteStore.eraseOriginals(free.sorted(), in: db), in: db)
        for parcel in Set(parcels).subtracting(free) {
            try db.execute(sql: "INSERT OR IGNORE INTO doomed_parcels (parcel) VALUES (?)", arguments: [parcel])
        }
        return free
    }

    package func doomed() async throws(Trouble) -> [BlobID] {
        try await read { db in
            // What a report has named since is no longer doomed.
            try String.fetchAll(db, sql: Erasure.doomed).map(BlobID.init(hex:))
        }
    }

    package func undoom(_ blob: BlobID) async throws(Trouble) {
        try await write { db in try db.execute(sql: "DELETE FROM doomed WHERE blob = ?", arguments: [blob.hex]) }
    }

    /// Somebody who reads just now may be in the way; the next round does it then.
    package func scrub() async throws(Trouble) { try await cutLog() }
}
