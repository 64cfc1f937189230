import Foundation
import GRDB
package import Intake

extension SQLiteStore {
    package var isGapless: Bool { true }

    package func checkpoint(at: Instant, keys: Keys) async throws(Trouble) -> Checkpoint? {
        try await write { db in
            // CROSS keeps the order of the tables: left to itself, the planner reads every ticket.
            let heads = try Row.fetchAll(
                db,
                sql: """
                    SELECT tickets.id, tickets.entries, tickets.head FROM changed_heads
                    CROSS JOIN tickets ON tickets.id = changed_heads.ticket ORDER BY changed_heads.ticket
                    """
            ).map { Checkpoint.Head(ticket: $0[0], entries: $0[1], hash: $0[2]) }
            guard !heads.isEmpty else { return nil }
            let last = try Row.fetchOne(
                db,
                sql: """
                    SELECT id, tickets, entries, hash FROM checkpoints WHERE id = (SELECT max(id) FROM checkpoints)
                    """)
            // Sums grow by what changed: counting ten million rows each minute would be felt.
            let before = try Row.fetchOne(db, sql: "SELECT sum(entries), sum(entries = 0) FROM changed_heads")
            let (knots, oldTickets, oldEntries): (Int64, Int, Int) = (last?[0] ?? 0, last?[1] ?? 0, last?[2] ?? 0)
            let (covered, born): (Int, Int) = (before?[0] ?? 0, before?[1] ?? 0)
            let entries = oldEntries + heads.map(\.entries).reduce(0, +) - covered
            let tickets = oldTickets + born
            let knot = Checkpoint(
                id: knots + 1, at: at, tickets: tickets, entries: entries,
                hash: Checkpoint.hash(
                    of: knots + 1, after: last?[3] ?? Data(), at: at, tickets: tickets, entries: entries, heads: heads,
                    keys: keys))
            try db.execute(
                sql: "INSERT INTO checkpoints (id, at, tickets, entries, hash) VALUES (?, ?, ?, ?, ?)",
                arguments: [knot.id, at.milliseconds, tickets, entries, knot.hash])
            let insert = try db.cachedStatement(
                sql: "INSERT INTO checkpoint_heads (checkpoint, ticket, entries, hash) VALUES (?, ?, ?, ?)")
            for head in heads { try insert.execute(arguments: [knot.id, head.ticket, head.entries, head.hash]) }
            try db.execute(sql: "DELETE FROM changed_heads")
            return knot
        }
    }

    package func checkpoints(after: Int64, limit: Int) async throws(Trouble) -> [Checkpoint] {
        try await read { db in
            try Row.fetchAll(
                db, sql: "SELECT id, at, tickets, entries, hash FROM checkpoints WHERE id > ? ORDER BY id LIMIT ?",
                arguments: [after, limit]
            ).map { Checkpoint(id: $0[0], at: $0.instant(1), tickets: $0[2], entries: $0[3], hash: $0[4]) }
        }
    }

    package func heads(of checkpoint: Int64) async throws(Trouble) -> [Checkpoint.Head] {
        try await read { db in
            try Row.fetchAll(
                db, sql: "SELECT ticket, entries, hash FROM checkpoint_heads WHERE checkpoint = ? ORDER BY ticket",
                arguments: [checkpoint]
            ).map { Checkpoint.Head(ticket: $0[0], entries: $0[1], hash: $0[2]) }
        }
    }
}
