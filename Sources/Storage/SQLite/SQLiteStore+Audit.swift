package import Foundation
import GRDB
package import Intake

extension SQLiteStore {
    package var isGapless: Bool { true }

    package func checkpoint(at: Instant, keys: Keys) async throws(Trouble) -> Checkpoint? {
        try await write { db in
            let last = try Row.fetchOne(
                db,
                sql: """
                    SELECT id, tickets, entries, hash FROM checkpoints WHERE id = (SELECT max(id) FROM checkpoints)
                    """)
            let log = try SQLiteStore.accessHead(in: db).tied
            let tied = try Row.fetchOne(
                db, sql: "SELECT ticket, entries, hash FROM checkpoint_heads WHERE checkpoint = ? AND ticket = 0",
                arguments: [last?[0] as Int64? ?? 0]
            ).map(Checkpoint.Head.init(row:))
            // Sums grow by what changed: counting ten million rows each minute would be felt.
            let before = try Row.fetchOne(
                db, sql: "SELECT count(*), ifnull(sum(entries), 0), ifnull(sum(entries = 0), 0) FROM changed_heads")
            let (changed, covered, born): (Int, Int, Int) = (before?[0] ?? 0, before?[1] ?? 0, before?[2] ?? 0)
            if changed == 0, log == tied { return nil }
            let (knots, oldTickets, oldEntries): (Int64, Int, Int) = (last?[0] ?? 0, last?[1] ?? 0, last?[2] ?? 0)
            var tying = Checkpoint.Tying(knots &+ 1, after: last?[3] ?? Data(), at: at, keys: keys)
            if let log { tying.add(log) }
            let rows = try Row.fetchCursor(db, sql: SQLiteStore.changedHeads)
            while let row = try rows.next() { tying.add(Checkpoint.Head(row: row)) }
            let (tickets, entries) = (oldTickets &+ born, oldEntries &+ tying.entries &- covered)
            let knot = Checkpoint(
                id: knots &+ 1, at: at, tickets: tickets, entries: entries,
                hash: tying.hash(tickets: tickets, entries: entries))
            try db.execute(
                sql: "INSERT INTO checkpoints (id, at, tickets, entries, hash) VALUES (?, ?, ?, ?, ?)",
                arguments: [knot.id, at.milliseconds, tickets, entries, knot.hash])
            let insert = "INSERT INTO checkpoint_heads (checkpoint, ticket, entries, hash)"
            if let log {
                try db.execute(sql: "\(insert) VALUES (?, 0, ?, ?)", arguments: [knot.id, log.entries, log.hash])
            }
            try db.execute(
                sql: "\(insert) SELECT ?, * FROM (\(SQLiteStore.changedHeads))", arguments: [knot.id])
            try db.execute(sql: "DELETE FROM changed_heads")
            return knot
        }
    }

    /// CROSS keeps the order of the tables: left to itself, the planner reads every ticket.
    private static let changedHeads = """
        SELECT tickets.id, tickets.entries, tickets.head FROM changed_heads
        CROSS JOIN tickets ON tickets.id = changed_heads.ticket ORDER BY changed_heads.ticket
        """

    package func checkpoints(after: Int64, limit: Int) async throws(Trouble) -> [Checkpoint] {
        try await read { db in
            try Row.fetchAll(
                db, sql: "SELECT id, at, tickets, entries, hash FROM checkpoints WHERE id > ? ORDER BY id LIMIT ?",
                arguments: [after, limit]
            ).map { Checkpoint(id: $0[0], at: $0.instant(1), tickets: $0[2], entries: $0[3], hash: $0[4]) }
        }
    }

    package func heads(
        of checkpoint: Int64, after ticket: Int64, limit: Int
    ) async throws(Trouble) -> [Checkpoint.Head] {
        try await read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT ticket, entries, hash FROM checkpoint_heads
                    WHERE checkpoint = ? AND ticket > ? ORDER BY ticket LIMIT ?
                    """, arguments: [checkpoint, ticket, limit]
            ).map(Checkpoint.Head.init(row:))
        }
    }

    package func envelopes(of parcels: [Int64]) async throws(Trouble) -> [Int64: Sealed] {
        try await read { db in
            let look = try db.cachedStatement(sql: "SELECT envelope FROM parcels WHERE id = ?")
            var found: [Int64: Sealed] = [:]
            for id in parcels { found[id] = try Data.fetchOne(look, arguments: [id]).map(Sealed.init) }
            return found
        }
    }

    package func ticketArrivals(after key: Data, limit: Int) async throws(Trouble) -> [TicketArrival] {
        try await read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT key, parcel, ticket FROM arrivals WHERE key > ? AND ticket IS NOT NULL ORDER BY key LIMIT ?
                    """, arguments: [key, limit]
            ).map { TicketArrival(key: $0[0], parcel: $0[1], ticket: $0[2]) }
        }
    }

    package func sealedRows(on shelf: Shelf, after: Int64, limit: Int) async throws(Trouble) -> [SealedRow] {
        try await read { db in
            try Row.fetchAll(
                db, sql: "SELECT \(shelf.columns) FROM \(shelf.table) WHERE id > ? ORDER BY id LIMIT ?",
                arguments: [after, limit]
            ).map { row in
                SealedRow(
                    id: row[0], ticket: row[1], sealed: (row[2] as Data?).map(Sealed.init), beside: row[3], word: row[4]
                )
            }
        }
    }
}

extension Checkpoint.Head {
    fileprivate init(row: Row) { self.init(ticket: row[0], entries: row[1], hash: row[2]) }
}
