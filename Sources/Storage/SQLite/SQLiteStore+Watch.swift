package import Foundation
import GRDB
package import Intake

/// What audit, doctor and lists look through.
extension SQLiteStore {
    package func tickets(after: Int64, limit: Int) async throws(Trouble) -> [Ticket] {
        try await read { db in
            try Row.fetchAll(
                db, sql: "SELECT \(Ticket.columns) FROM tickets WHERE id > ? ORDER BY id LIMIT ?",
                arguments: [after, limit]
            ).map(Ticket.init(row:))
        }
    }

    package func hashes(at heads: [Checkpoint.Head]) async throws(Trouble) -> [Data?] {
        try await read { db in
            let find = try db.cachedStatement(sql: "SELECT hash FROM entries WHERE ticket = ? AND sequence = ?")
            return try heads.map { try Data.fetchOne(find, arguments: [$0.ticket, $0.entries]) }
        }
    }

    package func changed(among tickets: [Int64]) async throws(Trouble) -> Set<Int64> {
        try await read { db in
            let find = try db.cachedStatement(sql: "SELECT ticket FROM changed_heads WHERE ticket = ?")
            return Set(try tickets.compactMap { try Int64.fetchOne(find, arguments: [$0]) })
        }
    }

    package func lastCheckpoint() async throws(Trouble) -> Checkpoint? {
        try await read { db in
            try Row.fetchOne(
                db, sql: "SELECT id, at, tickets, entries, hash FROM checkpoints ORDER BY id DESC LIMIT 1"
            ).map { Checkpoint(id: $0[0], at: $0.instant(1), tickets: $0[2], entries: $0[3], hash: $0[4]) }
        }
    }

    package func held(after: Int64, limit: Int) async throws(Trouble) -> [Delivery] {
        try await read { db in
            try Row.fetchAll(
                db,
                sql: "SELECT \(Delivery.columns) FROM deliveries WHERE state = 'held' AND id > ? ORDER BY id LIMIT ?",
                arguments: [after, limit]
            ).map(Delivery.init(row:))
        }
    }

    /// Not at an end, and neither a job nor an assignment.
    static let isUnowned = """
        state NOT IN ('closed', 'not-accepted', 'withdrawn', 'merged', 'transferred-emergency')
            AND id NOT IN (SELECT subject FROM jobs WHERE lane IN ('settle', 'screen'))
            AND NOT EXISTS (SELECT 1 FROM assignments WHERE ticket = tickets.id)
        """

    package func ownerless(limit: Int) async throws(Trouble) -> [Int64] {
        try await read { db in
            try Int64.fetchAll(
                db, sql: "SELECT id FROM tickets WHERE \(SQLiteStore.isUnowned) ORDER BY id LIMIT ?", arguments: [limit]
            )
        }
    }

    package func unsettled(limit: Int) async throws(Trouble) -> [Unsettled] {
        try await read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT subject, attempts, due FROM jobs WHERE lane = ? AND attempts > 0 ORDER BY subject LIMIT ?
                    """, arguments: [Lane.settle.description, limit]
            ).map { Unsettled(ticket: $0[0], attempts: $0[1], due: $0.instant(2)) }
        }
    }

    package func classes() async throws(Trouble) -> [ChannelCount] {
        try await read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT channel, 'ticket', count(*) FROM tickets GROUP BY channel UNION ALL
                    SELECT parcels.channel, arrivals.class, count(*) FROM arrivals
                    JOIN parcels ON parcels.id = arrivals.parcel WHERE arrivals.class <> 'ticket' GROUP BY 1, 2
                    ORDER BY 1, 2
                    """
            ).map { ChannelCount(channel: $0[0], arrival: try .init(word: $0, 1), count: $0[2]) }
        }
    }
}
