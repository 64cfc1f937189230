@testable import Storage

/// A lease as the database has it, by the database's own clock.
package struct LeaseRow: Sendable {
    package var holder: String
    package var fence: Int64
    /// Until it ends; zero where it has, or was given back.
    package var left: Duration

    /// Nil while nobody has ever taken it.
    package init?(_ name: String, at conninfo: String) throws {
        let row = try PostgresConnection(conninfo: conninfo).run(
            """
            SELECT holder, fence, CASE WHEN ends > clock_timestamp()
                THEN ceil(extract(epoch FROM ends - clock_timestamp()) * 1000)::bigint ELSE 0 END
            FROM leases WHERE name = $1
            """, .text(name)
        ).first { row throws(PostgresFailure) in (try row.text(), try row.int(), try row.int()) }
        guard let row else { return nil }
        (holder, fence, left) = (row.0, row.1, .milliseconds(row.2))
    }

    /// Lets the database's time pass for this lease alone, as far as its end.
    package static func end(_ name: String, at conninfo: String) throws {
        _ = try PostgresConnection(conninfo: conninfo).run(
            "UPDATE leases SET ends = clock_timestamp() WHERE name = $1 AND ends > clock_timestamp()", .text(name))
    }
}
