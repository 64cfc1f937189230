package import Foundation
import GRDB
package import Intake

/// Erasure of tickets. `secure_delete` is on (SQLiteStore): what goes is overwritten with zeros.
extension SQLiteStore {
    package func preserve(_ ticket: Int64, entry: NewEntry) async throws(Trouble) -> Bool {
        try await write { db in
            try db.execute(
                sql: "INSERT OR IGNORE INTO preserved (ticket, at) VALUES (?, ?)",
                arguments: [ticket, entry.at.milliseconds])
            guard db.changesCount == 1 else { return false }
            try SQLiteStore.append([entry], to: ticket, in: db)
            return true
        }
    }

    package func unpreserve(_ ticket: Int64, entry: NewEntry) async throws(Trouble) -> Bool {
        try await write { db in
            try db.execute(sql: "DELETE FROM preserved WHERE ticket = ?", arguments: [ticket])
            guard db.changesCount == 1 else { return false }
            try SQLiteStore.append([entry], to: ticket, in: db)
            return true
        }
    }

    package func sight(of parts: Set<ErasurePart>, ticket: Int64) async throws(Trouble) -> ErasureSight {
        try await read { db in
            func count(_ sql: String) throws -> Int {
                try Int.fetchOne(db, sql: sql, arguments: ["ticket": ticket]) ?? 0
            }
            let seen = try Int.fetchOne(db, sql: "SELECT entries FROM tickets WHERE id = ?", arguments: [ticket])
            guard let seen else { throw Trouble.lasting("没有工单 \(ticket)", "there is no ticket \(ticket)") }
            var sight = try Erasure.sight(of: parts, length: "length", count)
            sight.seen = seen
            sight.copies = try String.fetchAll(db, sql: Erasure.copies, arguments: ["ticket": ticket])
            sight.channels = try String.fetchAll(db, sql: Erasure.channels, arguments: ["ticket": ticket])
            return sight
        }
    }

    package func erase(
        _ parts: Set<ErasurePart>, of ticket: Int64, entry: NewEntry, seen: Int
    ) async throws(Trouble) -> Bool {
        try await write { db in
            func run(_ sql: String) throws { try db.execute(sql: sql, arguments: ["ticket": ticket]) }
            let row = try Row.fetchOne(
                db,
                sql: """
                    SELECT entries, EXISTS (SELECT 1 FROM preserved WHERE ticket = tickets.id) FROM tickets WHERE id = ?
                    """, arguments: [ticket])
            guard let row, row[0] == seen, row[1] == 0 else { return false }
            for sql in Erasure.statements(parts, empty: "x''", at: entry.at) { try run(sql) }
            let parcels = try Int64.fetchAll(
                db,
                sql: """
                    SELECT id FROM parcels WHERE id IN (\(Erasure.parcels)) AND length(envelope) > 0
                        AND NOT \(Erasure.isWanted)
                    """, arguments: ["ticket": ticket])
            var blobs = try SQLiteStore.eraseOriginals(parcels, in: db)
            try run(Erasure.doomParcels(length: "length"))
            if parts.contains(.attachments) {
                let files = try String.fetchAll(
                    db, sql: "DELETE FROM files WHERE ticket = ? RETURNING blob", arguments: [ticket])
                for blob in files {
                    try db.execute(
                        sql: """
                            DELETE FROM staged WHERE blob = ? AND NOT EXISTS (SELECT 1 FROM files
                                WHERE files.blob = staged.blob)
                            """, arguments: [blob])
                }
                blobs += files
            }
            try SQLiteStore.doom(blobs, in: db)
            for part in parts { try SQLiteStore.noteErased(part, of: ticket, at: entry.at, in: db) }
            try SQLiteStore.append([entry], to: ticket, in: db)
            return true
        }
    }

    package func noteErased(_ part: ErasurePart, of ticket: Int64, at: Instant) async throws(Trouble) {
        try await write { db in try SQLiteStore.noteErased(part, of: ticket, at: at, in: db) }
    }

    private static func noteErased(_ part: ErasurePart, of ticket: Int64, at: Instant, in db: Database) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO erasures (ticket, part, at) VALUES (?, ?, ?)",
            arguments: [ticket, part.rawValue, at.milliseconds])
    }

    package func originals(before: Instant, after: Int64, limit: Int) async throws(Trouble) -> [Int64] {
        try await read { db in
            try Int64.fetchAll(
                db,
                sql: """
                    SELECT id FROM parcels WHERE id > ? AND received < ? AND length(envelope) > 0
                        AND NOT \(Erasure.isWanted) ORDER BY id LIMIT ?
                    """, arguments: [after, before.milliseconds, limit])
        }
    }

    package func eraseOriginals(_ parcels: [Int64]) async throws(Trouble) {
        // Asked again: a legal hold may have begun since they were found.
        try await write { db in _ = try SQLiteStore.eraseUnwanted(parcels, in: db) }
    }

    package func left(limit: Int) async throws(Trouble) -> [Int64] {
        try await read { db in
            try Int64.fetchAll(
                db, sql: Erasure.left(length: "length").replacing("$1", with: "?"), arguments: [limit])
        }
    }

    package func erased(arrivals keys: [Data]) async throws(Trouble) -> Set<Data> {
        try await read { db in
            let look = try db.cachedStatement(
                sql: """
                    SELECT 1 FROM arrivals JOIN parcels ON parcels.id = arrivals.parcel
                    WHERE arrivals.key = ? AND length(parcels.envelope) = 0
                    """)
            return try Set(keys.filter { try Row.fetchOne(look, arguments: [$0]) != nil })
        }
    }

    /// Gives the blobs the parcels named.
    static func eraseOriginals(_ parcels: [Int64], in db: Database) throws -> [String] {
        var blobs: [String] = []
        for id in parcels {
            blobs += try String.fetchAll(
                db, sql: "SELECT blob FROM parcels WHERE id = ? AND blob IS NOT NULL", arguments: [id])
            try db.execute(
                sql: "UPDATE parcels SET envelope = x'', body = x'', blob = NULL, mark = NULL WHERE id = ?",
                arguments: [id])
            try db.execute(sql: "DELETE FROM carried WHERE parcel = ?", arguments: [id])
            try db.execute(sql: "DELETE FROM doomed_parcels WHERE parcel = ?", arguments: [id])
        }
        return blobs
    }

    static func doom(_ blobs: [String], in db: Database) throws {
        for blob in blobs {
            let named = try Row.fetchOne(
                db,
                sql: """
                    SELECT 1 FROM staged WHERE blob = ?1 UNION ALL SELECT 1 FROM parcels WHERE blob = ?1
                    UNION ALL SELECT 1 FROM files WHERE blob = ?1
                    """, arguments: [blob])
            if named == nil {
                try db.execute(sql: "INSERT OR IGNORE INTO doomed (blob) VALUES (?)", arguments: [blob])
            }
        }
    }
}
