package import Foundation
import GRDB
package import Intake

/// What people do to arrivals and deliveries: replay, hold, release; and the uploads and keys they bring.
extension SQLiteStore {
    package func quarantined(after: Int64, limit: Int) async throws(Trouble) -> [Quarantined] {
        try await read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT id, parcel, item, channel, at, reason FROM quarantine
                    WHERE id > ? AND replayed IS NULL AND erased IS NULL ORDER BY id LIMIT ?
                    """, arguments: [after, limit]
            ).map { row in
                Quarantined(
                    id: row[0], parcel: row[1], item: row[2], channel: row[3], at: row.instant(4), reason: row[5])
            }
        }
    }

    package func parcel(_ id: Int64) async throws(Trouble) -> (
        parcel: KeptParcel, items: Int, quarantined: [Data]
    )? {
        try await read { db in
            guard
                let row = try Row.fetchOne(
                    db, sql: "SELECT channel, received, envelope, body, blob, size, items FROM parcels WHERE id = ?",
                    arguments: [id])
            else { return nil }
            let body: KeptParcel.Body =
                if let blob = row[4] as String? { .blob(BlobID(hex: blob)) } else { .sealed(Sealed(row[3])) }
            let keys = try Data.fetchAll(
                db, sql: "SELECT key FROM quarantine WHERE parcel = ? ORDER BY item", arguments: [id])
            return (
                KeptParcel(
                    channel: row[0], received: row.instant(1), envelope: Sealed(row[2]), body: body, size: row[5],
                    arrivals: [], cursor: nil), row[6], keys
            )
        }
    }

    package func replay(
        _ quarantined: Int64, as arrival: KeptArrival, entry: NewEntry, at: Instant
    ) async throws(Trouble) -> Receipt? {
        try await write { db in
            guard
                let row = try Row.fetchOne(
                    db,
                    sql: """
                        UPDATE quarantine SET replayed = ? WHERE id = ? AND replayed IS NULL AND erased IS NULL
                        RETURNING parcel, item, channel, key
                        """, arguments: [at.milliseconds, quarantined])
            else { return nil }
            let parcel = KeptParcel(
                channel: row[2], received: at, envelope: Sealed(Data()), body: .sealed(Sealed(Data())), size: 0,
                arrivals: [], cursor: nil)
            var same = arrival
            same.key = row[3]
            var next = try SQLiteStore.nextTicket(in: db)
            let receipt = try SQLiteStore.keep(same, parcel: row[0], item: row[1], of: parcel, next: &next, in: db)
            if let ticket = receipt.ticket {
                try SQLiteStore.append([entry], to: ticket.id, in: db)
                try db.execute(
                    sql: "UPDATE carried SET ticket = ? WHERE key = ? AND ticket IS NULL",
                    arguments: [ticket.id, same.key])
            }
            return receipt
        }
    }

    package func hold(delivery: Int64, entry: NewEntry) async throws(Trouble) -> Bool {
        try await write { db in
            guard
                let ticket = try Int64.fetchOne(
                    db, sql: "UPDATE deliveries SET state = 'held' WHERE id = ? AND state = 'pending' RETURNING ticket",
                    arguments: [delivery])
            else { return false }
            try db.execute(
                sql: """
                    DELETE FROM jobs WHERE subject = ?1
                        AND lane = (SELECT 'deliver:' || destination FROM deliveries WHERE id = ?1)
                    """, arguments: [delivery])
            try SQLiteStore.append([entry], to: ticket, in: db)
            return true
        }
    }

    package func release(delivery: Int64, at: Instant, entry: NewEntry) async throws(Trouble) -> Bool {
        try await write { db in
            guard
                let row = try Row.fetchOne(
                    db,
                    sql: """
                        UPDATE deliveries SET state = 'pending' WHERE id = ? AND state = 'held'
                        RETURNING ticket, destination
                        """, arguments: [delivery])
            else { return false }
            try SQLiteStore.insert(
                NewJob(lane: .deliver(destination: row[1]), due: at), subject: delivery, in: db)
            try SQLiteStore.append([entry], to: row[0], in: db)
            return true
        }
    }

    package func stage(_ file: StagedFile) async throws(Trouble) {
        try await write { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO staged (form, file, sealed, blob, at) VALUES (?, ?, ?, ?, ?)",
                arguments: [file.form, file.file, file.sealed.bytes, file.blob.hex, file.at.milliseconds])
        }
    }

    package func staged(_ form: Data) async throws(Trouble) -> [StagedFile] {
        try await read { db in
            try Row.fetchAll(
                db, sql: "SELECT file, sealed, blob, at FROM staged WHERE form = ? ORDER BY at, file", arguments: [form]
            ).map { row in
                StagedFile(
                    form: form, file: row[0], sealed: Sealed(row[1]), blob: BlobID(hex: row[2]), at: row.instant(3))
            }
        }
    }

    package func restage(_ form: Data, at: Instant) async throws(Trouble) {
        try await write { db in
            try db.execute(sql: "UPDATE staged SET at = ? WHERE form = ?", arguments: [at.milliseconds, form])
        }
    }

    package func sweepStaged(before: Instant) async throws(Trouble) -> [BlobID] {
        try await write { db in
            let swept = try String.fetchSet(
                db, sql: "DELETE FROM staged WHERE at < ? RETURNING blob", arguments: [before.milliseconds])
            return try swept.filter { try !SQLiteStore.isNamed($0, in: db) }.sorted().map(BlobID.init(hex:))
        }
    }

    package func addKey(_ key: APIKey) async throws(Trouble) {
        try await write { db in
            try db.execute(
                sql: "INSERT INTO api_keys (id, name, hash, scopes, created) VALUES (?, ?, ?, ?, ?)",
                arguments: [
                    key.id, key.name, key.hash, key.scopes.sorted().joined(separator: " "), key.created.milliseconds,
                ])
        }
    }

    package func key(hash: Data) async throws(Trouble) -> APIKey? {
        try await read { db in
            try Row.fetchOne(
                db, sql: "SELECT id, name, hash, scopes, created, revoked, used FROM api_keys WHERE hash = ?",
                arguments: [hash]
            ).map(APIKey.init(row:))
        }
    }

    package func keys() async throws(Trouble) -> [APIKey] {
        try await read { db in
            try Row.fetchAll(
                db, sql: "SELECT id, name, hash, scopes, created, revoked, used FROM api_keys ORDER BY created, id"
            ).map(APIKey.init(row:))
        }
    }

    package func revokeKey(id: String, at: Instant) async throws(Trouble) -> Bool {
        try await write { db in
            try db.execute(
                sql: "UPDATE api_keys SET revoked = ? WHERE id = ? AND revoked IS NULL",
                arguments: [at.milliseconds, id])
            return db.changesCount == 1
        }
    }

    package func usedKey(id: String, at: Instant) async throws(Trouble) {
        try await write { db in
            try db.execute(sql: "UPDATE api_keys SET used = ? WHERE id = ?", arguments: [at.milliseconds, id])
        }
    }
}

extension APIKey {
    fileprivate init(row: Row) {
        self.init(
            id: row[0], name: row[1], hash: row[2],
            scopes: Set((row[3] as String).split(separator: " ").map(String.init)), created: row.instant(4),
            revoked: row.moment(5), used: row.moment(6))
    }
}
