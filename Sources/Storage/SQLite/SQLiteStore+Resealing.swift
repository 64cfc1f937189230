import Foundation
import GRDB
package import Intake

/// Changing the master key, and beginning anew after a restore.
extension SQLiteStore {
    package func root() async throws(Trouble) -> Sealed? {
        try await read { db in
            try Data.fetchOne(db, sql: "SELECT value FROM meta WHERE key = 'root'").map(Sealed.init)
        }
    }

    package func keep(canary: Sealed, root: Sealed) async throws(Trouble) {
        try await write { db in
            for (key, value) in [("canary", canary), ("root", root)] {
                try db.execute(
                    sql: """
                        INSERT INTO meta (key, value) VALUES (?, ?)
                        ON CONFLICT (key) DO UPDATE SET value = excluded.value
                        """, arguments: [key, value.bytes])
            }
        }
    }

    package func lastDelivery() async throws(Trouble) -> Int64 {
        try await read { db in try Int64.fetchOne(db, sql: "SELECT max(id) FROM deliveries") ?? 0 }
    }

    package func keep(root: Sealed, numberingFrom first: Int64) async throws(Trouble) {
        try await write { db in
            try db.execute(
                sql: """
                    INSERT INTO meta (key, value) VALUES ('root', ?), ('first-ticket', ?)
                    ON CONFLICT (key) DO UPDATE SET value = excluded.value
                    """, arguments: [root.bytes, first])
        }
    }

    package func sealedCounts(on shelf: Shelf) async throws(Trouble) -> [KeyID: Int] {
        try await read { db in
            var counts: [KeyID: Int] = [:]
            let column = shelf.column
            for row in try Row.fetchAll(
                db,
                sql: """
                    SELECT substr(\(column), 2, 4), count(*) FROM \(shelf.table)
                    WHERE length(\(column)) >= 33 GROUP BY 1
                    """)
            {
                if let id = KeyID(bytes: row[0]) { counts[id] = row[1] }
            }
            return counts
        }
    }

    package func sealed(
        on shelf: Shelf, notWith key: KeyID, after: ShelvedValue.Place, limit: Int
    ) async throws(Trouble) -> [ShelvedValue] {
        let (row, part, column) = (shelf.row, shelf.part, shelf.column)
        let beyond = part == "0" ? "\(row) > :row AND :part >= 0" : "(\(row), \(part)) > (:row, :part)"
        return try await read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT \(row), \(part), \(column) FROM \(shelf.table)
                    WHERE \(beyond) AND length(\(column)) >= 33 AND substr(\(column), 2, 4) <> :key
                    ORDER BY 1, 2 LIMIT :limit
                    """, arguments: ["row": after.row, "part": after.part, "key": key.bytes, "limit": limit]
            ).map { ShelvedValue(place: .init(row: $0[0], part: $0[1]), sealed: Sealed($0[2])) }
        }
    }

    package func reseal(_ changes: [(old: ShelvedValue, new: Sealed)], on shelf: Shelf) async throws(Trouble) {
        let column = shelf.column
        try await write { db in
            let put = try db.cachedStatement(
                sql: """
                    UPDATE \(shelf.table) SET \(column) = ? WHERE \(shelf.row) = ? AND \(shelf.part) = ? AND \(column) = ?
                    """)
            for (old, new) in changes {
                try put.execute(arguments: [new.bytes, old.place.row, old.place.part, old.sealed.bytes])
            }
        }
    }
}
