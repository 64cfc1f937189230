package import Foundation
package import Intake

/// What audit, doctor and lists look through.
extension PostgresStore {
    package func tickets(after: Int64, limit: Int) async throws(Trouble) -> [Ticket] {
        try await read(
            "SELECT \(Ticket.columns) FROM tickets WHERE id > $1 ORDER BY id LIMIT $2", .int(after),
            .int(Int64(limit)), row: Ticket.init(row:))
    }

    package func hashes(at heads: [Checkpoint.Head]) async throws(Trouble) -> [Data?] {
        try await read(
            """
            SELECT entries.hash FROM unnest($1, $2) WITH ORDINALITY AS head (ticket, sequence, place)
            LEFT JOIN entries ON entries.ticket = head.ticket AND entries.sequence = head.sequence ORDER BY head.place
            """, .ints(heads.map(\.ticket)), .ints(heads.map { Int64($0.entries) })
        ) { row throws(PostgresFailure) in row.optionalBytes() }
    }

    package func changed(among tickets: [Int64]) async throws(Trouble) -> Set<Int64> {
        let grown = try await read(
            """
            SELECT DISTINCT ticket FROM entries WHERE ticket = ANY($1)
                AND id > coalesce((SELECT last_entry FROM checkpoints ORDER BY id DESC LIMIT 1), 0)
            """, .ints(tickets)
        ) { row throws(PostgresFailure) in try row.int() }
        return Set(grown)
    }

    package func lastCheckpoint() async throws(Trouble) -> Checkpoint? {
        try await read("SELECT id, at, tickets, entries, hash FROM checkpoints ORDER BY id DESC LIMIT 1") {
            row throws(PostgresFailure) in
            Checkpoint(
                id: try row.int(), at: try row.instant(), tickets: Int(try row.int()), entries: Int(try row.int()),
                hash: try row.bytes())
        }.first
    }

    package func held(after: Int64, limit: Int) async throws(Trouble) -> [Delivery] {
        try await read(
            "SELECT \(Delivery.columns) FROM deliveries WHERE state = 'held' AND id > $1 ORDER BY id LIMIT $2",
            .int(after), .int(Int64(limit)), row: Delivery.init(row:))
    }

    /// Not at an end, and neither a job nor an assignment.
    static let isUnowned = """
        state NOT IN \(PostgresTicket.endsInSQL)
            AND NOT EXISTS (SELECT 1 FROM jobs WHERE lane IN ('settle', 'screen') AND subject = tickets.id)
            AND NOT EXISTS (SELECT 1 FROM assignments WHERE ticket = tickets.id)
        """

    package func ownerless(limit: Int) async throws(Trouble) -> [Int64] {
        try await desk.run { link throws(Trouble) in
            try link.look { connection throws(PostgresFailure) in
                try connection.run(
                    "SELECT id FROM tickets WHERE \(PostgresStore.isUnowned) ORDER BY id LIMIT $1", .int(Int64(limit))
                ).map { row throws(PostgresFailure) in try row.int() }
            }
        }
    }

    package func unsettled(limit: Int) async throws(Trouble) -> [Unsettled] {
        try await read(
            "SELECT subject, attempts, due FROM jobs WHERE lane = $1 AND attempts > 0 ORDER BY subject LIMIT $2",
            .text(Lane.settle.description), .int(Int64(limit))
        ) { row throws(PostgresFailure) in
            Unsettled(ticket: try row.int(), attempts: Int(try row.int()), due: try row.instant())
        }
    }

    package func classes() async throws(Trouble) -> [ChannelCount] {
        try await desk.run { link throws(Trouble) in
            try link.look { connection throws(PostgresFailure) in
                try connection.run(
                    """
                    SELECT channel, 'ticket', count(*) FROM tickets GROUP BY channel UNION ALL
                    SELECT parcels.channel, arrivals.class, count(*) FROM arrivals
                    JOIN parcels ON parcels.id = arrivals.parcel WHERE arrivals.class <> 'ticket' GROUP BY 1, 2
                    ORDER BY 1, 2
                    """
                ).map { row throws(PostgresFailure) in
                    ChannelCount(
                        channel: try row.text(), arrival: try row.word(ArrivalClass.self), count: Int(try row.int()))
                }
            }
        }
    }
}
