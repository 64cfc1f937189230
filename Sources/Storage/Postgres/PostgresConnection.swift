import CPostgres
import Foundation
import Glibc
import Intake

/// One connection to PostgreSQL, used by the thread that opened it and never sent anywhere. Statements are prepared
/// once and their parameters bound, all in binary.
@safe
final class PostgresConnection {
    private let handle: OpaquePointer
    /// Longest silence of the server; nil for any. A server or a proxy that keeps the connection and says nothing more
    /// counts as lost, which TCP alone never tells.
    var silence: Duration?
    /// More than the server's own limit of a statement.
    static let usualSilence = Duration.seconds(40)
    /// Names of the prepared statements by their text.
    private var prepared: [String: String] = [:]

    /// Connects, and refuses a server that could lose what it said it kept.
    init(conninfo: String, silence: Duration? = usualSilence) throws(PostgresFailure) {
        self.silence = silence
        // What stands before `dbname` yields to the connection string, what stands after does not. A peer that is gone
        // is noticed within about twenty seconds.
        let settings = [
            ("connect_timeout", "5"), ("keepalives_idle", "10"), ("keepalives_interval", "3"),
            ("keepalives_count", "3"), ("tcp_user_timeout", "20000"), ("application_name", "intake"),
            ("dbname", conninfo), ("client_encoding", "UTF8"),
        ]
        let opened = unsafe Self.withPointers(settings.map(\.0)) { names in
            unsafe Self.withPointers(settings.map(\.1)) { values in unsafe PQconnectdbParams(names, values, 1) }
        }
        guard let opened = unsafe opened else { throw .lost(Phrase(zh: "libpq 内存不足", en: "libpq has no memory")) }
        unsafe handle = unsafe opened
        guard unsafe PQstatus(handle) == CONNECTION_OK else {
            throw .lost(Phrase(zh: "连不上：\(words)", en: "no connection: \(words)"))
        }
        unsafe PQsetNoticeProcessor(handle, { _, _ in }, nil)
        try verify()
    }

    deinit { unsafe PQfinish(handle) }

    /// Whether `conninfo` reads as a connection string or URI. libpq's own message is not shown: it quotes the string,
    /// which may hold a password.
    static func reads(_ conninfo: String) -> Bool {
        var message: UnsafeMutablePointer<CChar>?
        let options = unsafe PQconninfoParse(conninfo, &message)
        unsafe PQfreemem(message)
        guard let options = unsafe options else { return false }
        unsafe PQconninfoFree(options)
        return true
    }

    var isLost: Bool { unsafe PQstatus(handle) != CONNECTION_OK }

    /// Whether a transaction is open.
    var isOpen: Bool { unsafe PQtransactionStatus(handle) != PQTRANS_IDLE }

    func run(_ sql: String, _ values: PostgresValue...) throws(PostgresFailure) -> PostgresRows {
        var statement = PostgresStatement(sql)
        statement.values = values
        return try run(statement)
    }

    func run(_ statement: PostgresStatement) throws(PostgresFailure) -> PostgresRows {
        let name = try prepare(statement)
        let sent = unsafe Self.withParameters(statement.values) { count, values, lengths, formats in
            unsafe PQsendQueryPrepared(handle, name, count, values, lengths, formats, 1)
        }
        return try last(sent)
    }

    /// Runs several statements without parameters in one round trip; what they give is dropped.
    func script(_ sql: String) throws(PostgresFailure) { _ = try last(unsafe PQsendQuery(handle, sql)) }

    /// What came of what was sent: the first failure, or else the last result.
    private func last(_ sent: Int32) throws(PostgresFailure) -> PostgresRows {
        guard sent == 1 else { throw .lost("\(words)") }
        var (rows, failed): (PostgresRows?, PostgresFailure?)
        while let result = unsafe try next() {
            do throws(PostgresFailure) { rows = try unsafe take(result) } catch {
                failed = failed ?? error
                if isLost { break }
            }
        }
        if let failed { throw failed }
        guard let rows else { throw unsafe failure(nil) }
        return rows
    }

    /// The next result; lost when the server is silent for too long.
    private func next() throws(PostgresFailure) -> OpaquePointer? {
        let end = silence.map { ContinuousClock.now + $0 }
        while unsafe PQisBusy(handle) == 1 {
            // What could not be sent at once is sent while waiting.
            let unsent = unsafe PQflush(handle) == 1
            var socket = pollfd(
                fd: unsafe PQsocket(handle), events: Int16(unsent ? POLLIN | POLLOUT : POLLIN), revents: 0)
            let left = end.map { max(.zero, ContinuousClock.now.duration(to: $0)) }
            let milliseconds = left.map { Int32(clamping: $0.wholeMilliseconds + 1) } ?? -1
            let ready = unsafe poll(&socket, 1, milliseconds)
            if ready == 0, let end, ContinuousClock.now >= end {
                throw .lost(Phrase(zh: "服务器保持着连接却没有答复", en: "the server keeps the connection and says nothing"))
            }
            guard unsafe PQconsumeInput(handle) == 1 else { throw .lost("\(words)") }
        }
        return unsafe PQgetResult(handle)
    }

    /// Runs statements in one round trip (pipeline mode). After one that fails the rest are not run.
    func run(_ statements: [PostgresStatement]) throws(PostgresFailure) -> [PostgresRows] {
        var names: [String] = []
        for statement in statements { names.append(try prepare(statement)) }
        guard unsafe PQenterPipelineMode(handle) == 1 else { throw .lost("\(words)") }
        defer { unsafe _ = PQexitPipelineMode(handle) }
        for (name, statement) in zip(names, statements) {
            let sent = unsafe Self.withParameters(statement.values) { count, values, lengths, formats in
                unsafe PQsendQueryPrepared(handle, name, count, values, lengths, formats, 1)
            }
            guard sent == 1 else { throw .lost("\(words)") }
        }
        guard unsafe PQpipelineSync(handle) == 1 else { throw .lost("\(words)") }
        return try collect(statements.count)
    }

    private func collect(_ count: Int) throws(PostgresFailure) -> [PostgresRows] {
        var rows: [PostgresRows] = []
        var failed: PostgresFailure?
        for _ in 0..<count {
            let result = try unsafe next()
            do throws(PostgresFailure) { rows.append(try unsafe take(result)) } catch {
                if failed == nil { failed = error }
                // Without a result there is no null to come either.
                if isLost { throw failed ?? error }
            }
            // Each statement's results end with a null.
            while let more = try unsafe next() { unsafe PQclear(more) }
        }
        unsafe PQclear(try next())
        if let failed { throw failed }
        return rows
    }

    private func prepare(_ statement: PostgresStatement) throws(PostgresFailure) -> String {
        if let name = prepared[statement.sql] { return name }
        let name = "s\(prepared.count)"
        let types = statement.values.map(\.type)
        _ = try last(unsafe PQsendPrepare(handle, name, statement.sql, Int32(clamping: types.count), types))
        prepared[statement.sql] = name
        return name
    }

    private func take(_ result: OpaquePointer?) throws(PostgresFailure) -> PostgresRows {
        guard let result = unsafe result else { throw unsafe failure(nil) }
        switch unsafe PQresultStatus(result) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK: return unsafe PostgresRows(result)
        default:
            let failure = unsafe failure(result)
            unsafe PQclear(result)
            throw failure
        }
    }

    private func failure(_ result: OpaquePointer?) -> PostgresFailure {
        func field(_ code: Character) -> String? {
            guard let result = unsafe result, let ascii = code.asciiValue,
                let text = unsafe PQresultErrorField(result, Int32(ascii))
            else { return nil }
            return unsafe String(cString: text)
        }
        // The fields are named by letters: C SQLSTATE, M primary message, n constraint.
        let constraint = field("n").map { ", constraint \($0)" } ?? ""
        return PostgresFailure(
            state: field("C") ?? "", message: (field("M") ?? words) + constraint, lost: isLost)
    }

    /// libpq's own words, on one line.
    private var words: String {
        unsafe String(cString: PQerrorMessage(handle)).split(whereSeparator: \.isNewline).joined(separator: "; ")
    }
}

extension PostgresConnection {
    /// Planner settings for statements that touch few rows of large tables: always by an index, row by row. Left to
    /// itself it takes a young ledger, whose tables it has not measured, for one that stays small.
    static let byIndex = ["enable_seqscan", "enable_hashjoin", "enable_mergejoin"]

    /// Sets the session up and reads back what durability rests on (rule 1). The server, too, is to notice within twenty
    /// seconds that we are gone: what our session holds is nobody else's until then.
    private func verify() throws(PostgresFailure) {
        try script(
            """
            SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 3; SET tcp_keepalives_count = 3;
            SET statement_timeout = '30s'; SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '15s';
            SET jit = off; \(Self.byIndex.map { "SET \($0) = off" }.joined(separator: "; "))
            """)
        let found = try run(
            """
            SELECT current_setting('server_version_num')::bigint, current_setting('server_encoding'),
                   current_setting('synchronous_commit'), current_setting('fsync'), pg_is_in_recovery()
            """
        ).first { row throws(PostgresFailure) in
            (try row.int(), try row.text(), try row.text(), try row.text(), try row.flag())
        }
        guard let (version, encoding, commit, sync, standby) = found else {
            throw .lost(Phrase(zh: "服务器没有答复", en: "no answer from the server"))
        }
        guard version >= 150_000 else {
            throw .refused(
                Phrase(
                    zh: "需要 PostgreSQL 15 或更新，实为 \(version / 10000)",
                    en: "PostgreSQL 15 or newer is needed, found \(version / 10000)"))
        }
        guard encoding == "UTF8" else {
            throw .refused(
                Phrase(
                    zh: "数据库编码须为 UTF8，实为 \(encoding)；请重建",
                    en: "the database must be encoded in UTF8, found \(encoding); create it anew"))
        }
        guard commit == "on" || commit == "remote_apply" else {
            throw .refused(
                Phrase(
                    zh: "synchronous_commit 须为 on，实为 \(commit)；请为此用户或数据库设置",
                    en: "synchronous_commit must be on, found \(commit); set it for this user or database"))
        }
        guard sync == "on" else {
            throw .refused(
                Phrase(
                    zh: "fsync 须为 on，实为 \(sync)；请在 postgresql.conf 中设置",
                    en: "fsync must be on, found \(sync); set it in postgresql.conf"))
        }
        guard !standby else { throw .lost(Phrase(zh: "服务器是备机，不能写", en: "the server is a standby and takes no writes")) }
    }

    /// Calls `body` with a null-terminated array of C strings.
    private static func withPointers<Value>(
        _ texts: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Value
    ) -> Value {
        var bytes: [CChar] = []
        var starts: [Int] = []
        for text in texts {
            starts.append(bytes.count)
            bytes.append(contentsOf: text.utf8.lazy.filter { $0 != 0 }.map(CChar.init(bitPattern:)))
            bytes.append(0)
        }
        return unsafe bytes.withUnsafeBufferPointer { buffer in
            let pointers: [UnsafePointer<CChar>?] = unsafe starts.map { unsafe buffer.baseAddress?.advanced(by: $0) }
            return unsafe body(pointers + [nil])
        }
    }

    private static func withParameters<Value>(
        _ values: [PostgresValue],
        _ body: (Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?) -> Value
    ) -> Value {
        let parameters = PostgresParameters(values)
        let formats = [Int32](repeating: 1, count: values.count)
        return unsafe parameters.bytes.withUnsafeBytes { buffer in
            let pointers: [UnsafePointer<CChar>?] = unsafe parameters.starts.map { start in
                guard let start else { return nil }
                return unsafe buffer.baseAddress?.advanced(by: start).assumingMemoryBound(to: CChar.self)
            }
            return unsafe body(Int32(clamping: values.count), pointers, parameters.lengths, formats)
        }
    }
}
