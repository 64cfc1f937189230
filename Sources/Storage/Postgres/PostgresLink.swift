import Foundation
import Intake

/// The last round trip of a transaction: what is still to write, and what it all gives.
struct PostgresEnding<Value: Sendable>: Sendable {
    var value: Value
    var statements: [PostgresStatement]
    /// Whether anything was or will be written.
    var writes: Bool

    init(_ value: Value, _ statements: [PostgresStatement] = []) {
        self.value = value
        self.statements = statements
        writes = true
    }

    private init(unchanged value: Value) {
        self.value = value
        statements = []
        writes = false
    }

    /// For a transaction that found nothing to write.
    static func unchanged(_ value: Value) -> PostgresEnding { PostgresEnding(unchanged: value) }
}

/// One thread's way to the database. Connects when first asked and again after a loss, and runs a transaction until it
/// is known to be kept or known to fail (rule 9).
///
/// A connection can be lost while COMMIT is on its way. Each link therefore owns a row of `links` and writes the number
/// of its transaction into it, in that transaction: the row, read with a lock once connected again, tells whether the
/// transaction was kept. (`pg_xact_status` would not do: a server that crashed may give the same id again.)
final class PostgresLink {
    /// Keeps the checkpoint from missing what is not committed yet: writers of entries share this lock, the checkpoint
    /// holds it alone. The numbers are ours and mean nothing.
    static let shared = PostgresStatement("SELECT pg_advisory_xact_lock_shared(4711, 1)")
    static let alone = PostgresStatement("SELECT pg_advisory_xact_lock(4711, 1)")
    /// Held by whoever makes persons out of contacts.
    static let linking = PostgresStatement("SELECT pg_advisory_xact_lock(4711, 2)")

    private let conninfo: String
    private let patience: Duration
    private let silence: Duration
    private let doubt: Duration
    private let id: Int64 = .random(in: .min ... .max)
    private var number: Int64 = 0
    private var connection: PostgresConnection?
    private var lostSince: ContinuousClock.Instant?
    /// COMMIT was sent, and nobody has said what became of it.
    private var inDoubt = false

    /// - Parameters:
    ///   - patience: how long a loss may last before callers are told to come back; while it lasts longer, each call
    ///     tries once.
    ///   - silence: of a server that keeps the connection, after which it counts as lost.
    ///   - doubt: how long a loss may last where nobody knows whether a transaction was kept, if that is longer.
    init(conninfo: String, patience: Duration, silence: Duration, doubt: Duration) {
        self.silence = silence
        self.doubt = doubt
        self.conninfo = conninfo
        self.patience = patience
    }

    /// Runs what may be run twice: reading, or a single statement whose repeat does no harm.
    func run<Value>(
        _ body: (PostgresConnection) throws(PostgresFailure) -> Value
    ) throws(Trouble) -> Value {
        try insist { connect throws(PostgresFailure) in try body(try connect()) }
    }

    /// Runs one read-only transaction over one snapshot.
    func look<Value>(
        _ body: (PostgresConnection) throws(PostgresFailure) -> Value
    ) throws(Trouble) -> Value {
        try run { connection throws(PostgresFailure) in
            // Counting a large ledger takes its time, and reads tables whole.
            defer { connection.silence = silence }
            connection.silence = .seconds(660)
            try connection.script(
                """
                BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = '10min';
                \(PostgresConnection.byIndex.map { "SET LOCAL \($0) = on" }.joined(separator: "; "))
                """)
            let value = try body(connection)
            try connection.script("COMMIT")
            return value
        }
    }

    /// Runs one transaction: `opening` goes with BEGIN, what `body` gives as ending goes with COMMIT. Unclear trouble if
    /// the connection was lost during COMMIT and has not come back.
    func write<Value: Sendable>(
        _ opening: [PostgresStatement],
        _ body: (PostgresConnection, [PostgresRows]) throws(PostgresFailure) -> PostgresEnding<Value>
    ) throws(Trouble) -> Value {
        var unclear: Value?
        defer { inDoubt = false }
        do {
            return try insist { connect throws(PostgresFailure) in
                let connection = try connect()
                if let value = unclear {
                    if try isKept(number, connection) { return value }
                    unclear = nil
                    inDoubt = false
                }
                let rows = try connection.run([PostgresStatement("BEGIN")] + opening)
                let ending = try body(connection, Array(rows.dropFirst()))
                guard ending.writes else {
                    try connection.script("ROLLBACK")
                    return ending.value
                }
                number += 1
                let mark = PostgresStatement("UPDATE links SET number = $2 WHERE id = $1", .int(id), .int(number))
                unclear = ending.value
                inDoubt = true
                do throws(PostgresFailure) {
                    _ = try connection.run(ending.statements + [mark, PostgresStatement("COMMIT")])
                } catch {
                    if error.cure != .reconnect {
                        unclear = nil
                        inDoubt = false
                    }
                    throw error
                }
                return ending.value
            }
        } catch {
            guard unclear != nil, error.kind == .passing else { throw error }
            var trouble = Trouble.unclear(
                "数据库在提交时断开；请先查明是否已保存，再重试",
                "the database was lost while it committed; see whether it was kept before trying again")
            trouble.retryAfter = error.retryAfter
            throw trouble
        }
    }

    /// Brings the schema up to date.
    func migrate() throws(Trouble) {
        try insist { _ throws(PostgresFailure) in
            try PostgresSchema.migrate(PostgresConnection(conninfo: conninfo, silence: nil))
        }
    }

    /// Closes the connection.
    func close() {
        // A row left behind is a row of sixteen bytes.
        if let open = connection { _ = try? open.run("DELETE FROM links WHERE id = $1", .int(id)) }
        connection = nil
    }

    /// Whether the transaction of that number was kept; waits for one that the server is still working on.
    private func isKept(_ number: Int64, _ connection: PostgresConnection) throws(PostgresFailure) -> Bool {
        let kept = try connection.run("SELECT number FROM links WHERE id = $1 FOR UPDATE", .int(id))
            .first { row throws(PostgresFailure) in try row.int() }
        return kept == number
    }

    private func connected() throws(PostgresFailure) -> PostgresConnection {
        if let connection { return connection }
        let new = try PostgresConnection(conninfo: conninfo, silence: silence)
        _ = try new.run("INSERT INTO links (id, number) VALUES ($1, 0) ON CONFLICT DO NOTHING", .int(id))
        connection = new
        return new
    }

    /// Runs `body` until it succeeds, fails for good, or patience ends.
    private func insist<Value>(
        _ body: (() throws(PostgresFailure) -> PostgresConnection) throws(PostgresFailure) -> Value
    ) throws(Trouble) -> Value {
        var tries = 0
        while true {
            do throws(PostgresFailure) {
                let value = try body { () throws(PostgresFailure) in try connected() }
                lostSince = nil
                return value
            } catch {
                switch error.cure {
                case .none:
                    rollBack()
                    throw error.trouble
                case .again:
                    rollBack()
                    if tries == 8 { throw error.trouble }
                case .reconnect:
                    connection = nil
                    let since = lostSince ?? .now
                    lostSince = since
                    if ContinuousClock.now - since >= (inDoubt ? max(patience, doubt) : patience) {
                        throw error.trouble
                    }
                }
                pause(after: tries)
                tries += 1
            }
        }
    }

    private func rollBack() {
        guard let open = connection, open.isOpen else { return }
        do throws(PostgresFailure) { try open.script("ROLLBACK") } catch { connection = nil }
    }

    /// The first repeat is at once; then 20 ms, doubled up to a second, with jitter so that nodes do not step together.
    /// Sleeping holds up nobody: the link's thread is its own and has nothing else to do (`PostgresThreads`).
    private func pause(after tries: Int) {
        guard tries > 0 else { return }
        let most = min(1000.0, 20.0 * Double(1 << min(tries - 1, 6)))
        Thread.sleep(forTimeInterval: Double.random(in: most / 2...most) / 1000)
    }
}
