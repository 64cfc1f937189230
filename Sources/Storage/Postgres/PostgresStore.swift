import Foundation
package import Intake
import Synchronization

/// The ledger in PostgreSQL 15 or newer: how several nodes share one.
///
/// Database trouble (rule 9): a lost connection is made again and the transaction run again, also when it was lost
/// during COMMIT; after five seconds callers are told to come back, while the store goes on trying with each call. Work of
/// our own whose COMMIT got no answer is asked after for longer: nobody waits for it, and done again it would come twice.
package final class PostgresStore: Store {
    /// The way in has a thread of its own, so that nothing holds it up.
    let door: PostgresThreads
    let desk: PostgresThreads
    /// Holds this node's name, once it is taken.
    let seat: PostgresThreads
    /// The session that took it last.
    let seated = Mutex<Int64?>(nil)
    let node: String
    let conninfo: String
    /// The longest silence where senders wait. Writes and COMMIT are sent in one piece, so a transaction that takes longer
    /// ends all the same, and is found kept.
    private static let hush = Duration.seconds(15)

    /// Connects and brings the schema up to date. Needs a person if the connection string cannot be read, the server is
    /// older than 15, not UTF-8, set to lose commits, or the ledger is newer than this program; passing if the server
    /// does not answer.
    ///
    /// - Parameters:
    ///   - conninfo: a libpq connection string or URI.
    ///   - connections: besides the one of the way in.
    ///   - node: this node's name, the same over its restarts and of no other: what it held when it died is known by it.
    ///   - patience: how long a loss of the database may last before callers are told to come back.
    ///   - doubt: how long it is asked whether work of our own was kept, if that is longer.
    ///   - silence: of a database that keeps the connection, after which it counts as lost; more than 30 s, the longest a
    ///     statement may take.
    package init(
        conninfo: String, node: String = "intake", connections: Int = 4, patience: Duration = .seconds(5),
        doubt: Duration = .seconds(30), silence: Duration = .seconds(40)
    ) async throws(Trouble) {
        guard PostgresConnection.reads(conninfo) else {
            throw .needsPerson(
                "数据库连接串读不懂；写法如 host=/run/postgresql dbname=intake",
                "the connection string of the database cannot be read; it looks like: host=/run/postgresql dbname=intake"
            )
        }
        self.node = node
        self.conninfo = conninfo
        door = PostgresThreads(
            conninfo: conninfo, most: 1, name: "postgres door", patience: patience, silence: min(silence, Self.hush))
        desk = PostgresThreads(
            conninfo: conninfo, most: max(1, connections), name: "postgres desk", patience: patience, silence: silence,
            doubt: doubt)
        seat = PostgresThreads(
            conninfo: conninfo, most: 1, name: "postgres seat", patience: patience, silence: min(silence, Self.hush))
        try await door.run { link throws(Trouble) in try link.migrate() }
    }

    /// Whether libpq can read a connection string; says nothing about the server.
    package static func canRead(conninfo: String) -> Bool { PostgresConnection.reads(conninfo) }

    package func accept(_ parcels: [KeptParcel]) async throws(Trouble) -> [[Receipt]] {
        do throws(Trouble) {
            return try await door.run { link throws(Trouble) in
                try link.write(PostgresAcceptance.opening(parcels)) { _, rows throws(PostgresFailure) in
                    var acceptance = try PostgresAcceptance(parcels, rows)
                    return acceptance.end()
                }
            }
        } catch  where error.kind == .unclear {
            // The keys make another try safe, so the sender may just come again.
            throw .passing(error.reason, detail: error.detail, retryAfter: error.retryAfter)
        }
    }

    package func cursor(channel: String) async throws(Trouble) -> String? {
        try await read("SELECT cursor FROM cursors WHERE channel = $1", .text(channel)) { row throws(PostgresFailure) in
            try row.text()
        }.first
    }

    package func close() async {
        await door.close()
        await desk.close()
        await seat.close()
    }

    /// Rows of one statement.
    func read<Value: Sendable>(
        _ sql: String, _ values: PostgresValue...,
        row: @escaping @Sendable (inout PostgresRow) throws(PostgresFailure) -> Value
    ) async throws(Trouble) -> [Value] {
        try await read(sql, values, row: row)
    }

    func read<Value: Sendable>(
        _ sql: String, _ values: [PostgresValue],
        row: @escaping @Sendable (inout PostgresRow) throws(PostgresFailure) -> Value
    ) async throws(Trouble) -> [Value] {
        var statement = PostgresStatement(sql)
        statement.values = values
        let sealed = statement
        return try await desk.run { link throws(Trouble) in
            try link.run { connection throws(PostgresFailure) in try connection.run(sealed).map(row) }
        }
    }

    /// One transaction.
    func write<Value: Sendable>(
        _ opening: [PostgresStatement],
        _ body:
            @escaping @Sendable (PostgresConnection, [PostgresRows]) throws(PostgresFailure) -> PostgresEnding<Value>
    ) async throws(Trouble) -> Value {
        try await desk.run { link throws(Trouble) in try link.write(opening, body) }
    }
}
