package import Foundation
package import Intake

/// Erasure of tickets. A row is written anew without what goes; its old version lies in the table's file until VACUUM
/// gives the space away and something else is written there.
extension PostgresStore {
    package func preserve(_ ticket: Int64, entry: NewEntry) async throws(Trouble) -> Bool {
        try await entered(
            entry, ticket,
            PostgresStatement(
                "INSERT INTO preserved (ticket, at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING ticket",
                .int(ticket), .int(entry.at.milliseconds)))
    }

    package func unpreserve(_ ticket: Int64, entry: NewEntry) async throws(Trouble) -> Bool {
        try await entered(
            entry, ticket,
            PostgresStatement("DELETE FROM preserved WHERE ticket = $1 RETURNING ticket", .int(ticket)))
    }

    /// One statement that touches a row or not, and an entry if it did.
    private func entered(
        _ entry: NewEntry, _ ticket: Int64, _ statement: PostgresStatement
    ) async throws(Trouble) -> Bool {
        try await write([PostgresLink.shared, PostgresTicket.lock([ticket]), statement]) {
            _, rows throws(PostgresFailure) in
            guard rows[2].touched == 1 else { return .unchanged(false) }
            var writing = PostgresWriting(
                try rows[1].map { row throws(PostgresFailure) in try PostgresTicket(&row) })
            writing.append(entry, as: entry.kind, to: ticket)
            return PostgresEnding(true, writing.statements)
        }
    }

    package func sight(of parts: Set<ErasurePart>, ticket: Int64) async throws(Trouble) -> ErasureSight {
        let found = try await desk.run { link throws(Trouble) in
            try link.look { connection throws(PostgresFailure) -> ErasureSight? in
                func count(_ sql: String) throws(PostgresFailure) -> Int {
                    let rows = try connection.run(sql.replacing(":ticket", with: "$1"), .int(ticket))
                    return Int(try rows.first { row throws(PostgresFailure) in try row.int() } ?? 0)
                }
                let seen = try count("SELECT entries FROM tickets WHERE id = :ticket")
                if seen == 0 { return nil }
                var sight = try Erasure.sight(of: parts, length: "octet_length", count)
                sight.seen = seen
                sight.copies = try connection.run(Erasure.copies.replacing(":ticket", with: "$1"), .int(ticket))
                    .map { row throws(PostgresFailure) in try row.text() }
                sight.channels = try connection.run(Erasure.channels.replacing(":ticket", with: "$1"), .int(ticket))
                    .map { row throws(PostgresFailure) in try row.text() }
                return sight
            }
        }
        guard let found else { throw .lasting("没有工单 \(ticket)", "there is no ticket \(ticket)") }
        return found
    }

    package func erase(
        _ parts: Set<ErasurePart>, of ticket: Int64, entry: NewEntry, seen: Int
    ) async throws(Trouble) -> Bool {
        // Alone, so that no report on its way in names a file unseen.
        let opening = [
            PostgresLink.alone, PostgresTicket.lock([ticket]),
            PostgresStatement("SELECT ticket FROM preserved WHERE ticket = $1", .int(ticket)),
        ]
        return try await write(opening) { connection, rows throws(PostgresFailure) in
            let tickets = try rows[1].map { row throws(PostgresFailure) in try PostgresTicket(&row) }
            guard tickets.first?.entries == seen, rows[2].count == 0 else { return .unchanged(false) }
            for sql in Erasure.statements(parts, empty: "''::bytea", at: entry.at) {
                _ = try connection.run(sql.replacing(":ticket", with: "$1"), .int(ticket))
            }
            let parcels = try connection.run(
                """
                SELECT id FROM parcels WHERE id IN (\(Erasure.parcels.replacing(":ticket", with: "$1")))
                    AND octet_length(envelope) > 0 AND NOT \(Erasure.isWanted)
                """, .int(ticket)
            ).map { row throws(PostgresFailure) in try row.int() }
            var blobs = try PostgresStore.eraseOriginals(parcels, connection)
            _ = try connection.run(
                Erasure.doomParcels(length: "octet_length").replacing(":ticket", with: "$1"), .int(ticket))
            if parts.contains(.attachments) {
                let files = try connection.run("DELETE FROM files WHERE ticket = $1 RETURNING blob", .int(ticket))
                    .map { row throws(PostgresFailure) in try row.text() }
                _ = try connection.run(
                    """
                    DELETE FROM staged WHERE blob = ANY ($1)
                        AND NOT EXISTS (SELECT 1 FROM files WHERE files.blob = staged.blob)
                    """, .texts(files))
                blobs += files
            }
            try PostgresStore.doom(blobs, connection)
            // Its state may have changed just now.
            var writing = PostgresWriting(
                try connection.run(PostgresTicket.lock([ticket])).map { row throws(PostgresFailure) in
                    try PostgresTicket(&row)
                })
            writing.append(entry, as: entry.kind, to: ticket)
            let notes = parts.sorted { $0.rawValue < $1.rawValue }.map {
                PostgresStore.noting($0, of: ticket, at: entry.at)
            }
            return PostgresEnding(true, writing.statements + notes)
        }
    }

    package func noteErased(_ part: ErasurePart, of ticket: Int64, at: Instant) async throws(Trouble) {
        try await write([PostgresStore.noting(part, of: ticket, at: at)]) { _, _ throws(PostgresFailure) in
            PostgresEnding(())
        }
    }

    private static func noting(_ part: ErasurePart, of ticket: Int64, at: Instant) -> PostgresStatement {
        PostgresStatement(
            """
            INSERT INTO erasures (ticket, part, at) VALUES ($1, $2, $3)
            ON CONFLICT (ticket, part) DO UPDATE SET at = excluded.at
            """, .int(ticket), .text(part.rawValue), .int(at.milliseconds))
    }

    package func erased(arrivals keys: [Data]) async throws(Trouble) -> Set<Data> {
        try await Set(
            read(
                """
                SELECT arrivals.key FROM arrivals JOIN parcels ON parcels.id = arrivals.parcel
                WHERE arrivals.key = ANY ($1) AND octet_length(parcels.envelope) = 0
                """, .byteses(keys)
            ) { row throws(PostgresFailure) in try row.bytes() })
    }

    /// Gives the blobs the parcels named.
    static func eraseOriginals(_ parcels: [Int64], _ connection: PostgresConnection) throws(PostgresFailure) -> [String]
    {
        let blobs = try connection.run(
            "SELECT blob FROM parcels WHERE id = ANY ($1) AND blob IS NOT NULL", .ints(parcels)
        ).map { row throws(PostgresFailure) in try row.text() }
        _ = try connection.run(
            """
            UPDATE parcels SET envelope = ''::bytea, body = ''::bytea, blob = NULL, mark = NULL WHERE id = ANY ($1)
            """, .ints(parcels))
        _ = try connection.run("DELETE FROM carried WHERE parcel = ANY ($1)", .ints(parcels))
        _ = try connection.run("DELETE FROM doomed_parcels WHERE parcel = ANY ($1)", .ints(parcels))
        return blobs
    }

    static func doom(_ blobs: [String], _ connection: PostgresConnection) throws(PostgresFailure) {
        if blobs.isEmpty { return }
        _ = try connection.run(
            """
            INSERT INTO doomed (blob) SELECT DISTINCT blob FROM unnest($1) AS gone (blob)
            WHERE NOT EXISTS (SELECT 1 FROM files WHERE files.blob = gone.blob)
                AND NOT EXISTS (SELECT 1 FROM parcels WHERE parcels.blob = gone.blob)
                AND NOT EXISTS (SELECT 1 FROM staged WHERE staged.blob = gone.blob)
            ON CONFLICT DO NOTHING
            """, .texts(blobs))
    }
}
