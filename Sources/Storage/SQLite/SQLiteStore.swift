import Foundation
import GRDB
package import Intake
import Synchronization

/// The embedded ledger: one SQLite file in WAL mode, synced fully at each commit, one writer.
///
/// Disk trouble (rule 9): a full disk rolls back and is `passing`; an I/O error on write or sync is final: `failed` is
/// called once, nothing is acknowledged any more, and the process is expected to end with 74, because a sync that
/// failed must never be tried again. The same where the file is no longer where it was opened.
package final class SQLiteStore: Store {
    let pool: DatabasePool
    /// Nothing can be written: each `write` needs a person.
    package let isReadOnly: Bool
    private let log: SQLiteLog
    private let failed: @Sendable (Trouble) -> Void
    private let broken = Mutex<Trouble?>(nil)
    private let place: SQLitePlace

    /// Opens or makes the ledger at `path` and brings its schema up to date. Needs a person if the file is no ledger, is
    /// newer than this program, or cannot be synced as rule 1 asks.
    ///
    /// - Parameter busy: many commits are to come, so the log is made long enough beforehand.
    package init(
        path: String, busy: Bool = false, failed: @escaping @Sendable (Trouble) -> Void = { _ in }
    ) throws(Trouble) {
        self.failed = failed
        isReadOnly = false
        SQLiteFile.make(path)
        let log = SQLiteLog(of: path)
        self.log = log
        do {
            var settings = Configuration()
            settings.busyMode = .timeout(5)
            settings.foreignKeysEnabled = true
            settings.maximumReaderCount = 4
            pool = try DatabasePool(path: path, configuration: settings)
            try pool.writeWithoutTransaction { db in
                // GRDB sets NORMAL when it opens a pool in WAL mode; read back, and run on nothing else (rule 1).
                try db.execute(sql: "PRAGMA synchronous = FULL")
                // What is erased is overwritten, not only let go (sqlite.org/pragma.html#pragma_secure_delete).
                try db.execute(sql: "PRAGMA secure_delete = ON")
                try log.follow(db)
                let level = try Int.fetchOne(db, sql: "PRAGMA synchronous") ?? -1
                let mode = try String.fetchOne(db, sql: "PRAGMA journal_mode") ?? ""
                guard level == 2, mode == "wal" else {
                    throw Trouble.needsPerson(
                        "账本须以 journal_mode=wal、synchronous=FULL (2) 运行，实为 \(mode)、\(level)",
                        "the ledger must run with journal_mode=wal and synchronous=FULL (2), found \(mode) and \(level)"
                    )
                }
            }
            try SQLiteSchema.migrate(pool)
            place = SQLitePlace(path)
            // A disk that failed when the log was to be carried is to be known before anybody is told "received" again.
            if busy { try pool.writeWithoutTransaction { db in try carry(db) } }
            if busy { try pool.write { _ in log.lengthen() } }
        } catch { throw SQLiteStore.trouble(error) }
    }

    /// Opens the ledger at `path` to be looked at, where its file system is mounted read-only; nil where it is not. Needs a
    /// person as the other does.
    package init?(readOnly path: String) throws(Trouble) {
        guard SQLiteFile.isOnReadOnlyDisk(path) else { return nil }
        failed = { _ in }
        log = SQLiteLog(of: path)
        isReadOnly = true
        do {
            var settings = Configuration()
            settings.readonly = true
            settings.maximumReaderCount = 4
            pool = try DatabasePool(path: SQLiteFile.readable(path), configuration: settings)
            try SQLiteSchema.known(to: pool)
            place = SQLitePlace(path)
        } catch { throw SQLiteStore.trouble(error) }
    }

    /// One transaction on the writer.
    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws(Trouble) -> Value {
        try await look()
        let value: Value
        do { value = try await pool.write(body) } catch { throw noted(error) }
        // Before anybody is told that it is kept.
        do throws(Trouble) { try place.stand() } catch {
            fail(error)
            throw error
        }
        // Behind the commit, whose answers are on their way.
        if log.takeTurn() { pool.asyncWriteWithoutTransaction { db in try? self.carry(db) } }
        return value
    }

    /// Carries the log into the ledger and cuts it off, then makes it long again: pages in it are as they were before what
    /// was erased. Not while somebody reads.
    func cutLog() async throws(Trouble) {
        try await look()
        do {
            try await pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
            let log = log
            try await pool.write { _ in log.lengthen() }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY || error.resultCode == .SQLITE_LOCKED
        {
            return
        } catch { throw noted(error) }
    }

    /// Throws why nothing may be written: the disk failed, or the ledger had no room for what is in the log, and has none
    /// yet.
    private func look() async throws(Trouble) {
        if let trouble = broken.withLock({ $0 }) { throw trouble }
        if isReadOnly {
            throw .needsPerson(
                "账本所在的文件系统是只读的：现在只能看，不能改",
                "the file system of the ledger is mounted read-only: it can only be looked at")
        }
        guard let full = log.full else { return }
        guard full.again else { throw full.trouble }
        do { try await pool.writeWithoutTransaction { db in try self.carry(db) } } catch {
            throw SQLiteStore.trouble(error)
        }
        if let full = log.full { throw full.trouble }
    }

    /// Carries the log into the ledger. A full disk is remembered; a disk that fails is the end (rule 9).
    private func carry(_ db: Database) throws {
        do { try log.carry(db) } catch {
            let trouble = SQLiteStore.trouble(error)
            guard trouble.kind == .passing else {
                fail(trouble)
                throw error
            }
            log.filled(trouble)
        }
    }

    /// A consistent view of what is committed.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws(Trouble) -> Value {
        do { return try await pool.read(body) } catch { throw noted(error) }
    }

    private func noted(_ error: any Error) -> Trouble {
        let trouble = SQLiteStore.trouble(error)
        guard let error = error as? DatabaseError, error.resultCode == .SQLITE_IOERR, trouble.kind == .needsPerson
        else { return trouble }
        fail(trouble)
        return trouble
    }

    private func fail(_ trouble: Trouble) {
        let first = broken.withLock { broken in
            defer { broken = trouble }
            return broken == nil
        }
        if first { failed(trouble) }
    }

    /// The one table from SQLite's result codes (sqlite.org/rescode.html) to what the program should do.
    static func trouble(_ error: any Error) -> Trouble {
        if let trouble = error as? Trouble { return trouble }
        guard let error = error as? DatabaseError else {
            return .passing(
                "账本没有应答；请重试", "the ledger did not answer; try again", detail: "\(error)", retryAfter: .seconds(1))
        }
        let detail = "sqlite \(error.extendedResultCode.rawValue): \(error.message ?? "")"
        return switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_INTERRUPT, .SQLITE_ABORT:
            .passing("账本繁忙；请重试", "the ledger is busy; try again", detail: detail, retryAfter: .seconds(1))
        // The index of the log is nothing that was promised: it could not grow, and nothing was written.
        case .SQLITE_FULL,
            .SQLITE_IOERR where error.extendedResultCode == .SQLITE_IOERR_SHMSIZE:
            .passing(
                "账本所在磁盘已满；请腾出空间", "the disk of the ledger is full; free some space", detail: detail,
                retryAfter: .seconds(30))
        case .SQLITE_CONSTRAINT, .SQLITE_MISMATCH, .SQLITE_TOOBIG, .SQLITE_RANGE:
            .lasting("账本拒绝了一行违反规则的数据", "the ledger refused a row that breaks one of its rules", detail: detail)
        case .SQLITE_IOERR:
            .needsPerson(
                "账本所在磁盘写入或同步失败（\(error.extendedResultCode)）；请检查磁盘",
                "the disk of the ledger failed on write or sync (\(error.extendedResultCode)); look at the disk",
                detail: detail)
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN, .SQLITE_AUTH:
            .needsPerson(
                "账本不可写；请检查目录的属主和权限", "the ledger cannot be written; check owner and mode of its folder", detail: detail)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            .needsPerson("账本损坏；请从备份恢复", "the ledger is damaged; restore it from a backup", detail: detail)
        default: .needsPerson("账本出错", "the ledger failed", detail: detail)
        }
    }

    package func probe(at: Instant) async throws(Trouble) {
        try await write { db in
            try db.cachedStatement(
                sql:
                    "INSERT INTO meta (key, value) VALUES ('probe', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
            ).execute(arguments: [String(at.milliseconds)])
        }
    }

    package func lastProbe() async throws(Trouble) -> Instant? {
        try await read { db in
            try String.fetchOne(db, sql: "SELECT value FROM meta WHERE key = 'probe'")
                .flatMap { Int64($0) }.map { Instant(milliseconds: $0) }
        }
    }

    package func sharedTime() async throws(Trouble) -> Instant? { nil }

    package func moveJobs(by step: Duration) async throws(Trouble) {
        try await write { db in
            try db.execute(sql: "UPDATE jobs SET due = due + ?", arguments: [step.wholeMilliseconds])
        }
    }

    package func integrity() async throws(Trouble) -> [String] {
        try await read { db in
            try String.fetchAll(db, sql: "PRAGMA integrity_check").filter { $0 != "ok" }
                + Row.fetchAll(db, sql: "PRAGMA foreign_key_check").map { "foreign key: \($0)" }
        }
    }

    /// SQLite has none (sqlite.org/cksumvfs.html is no part of it).
    package func hasChecksums() async throws(Trouble) -> Bool? { nil }

    package func canary() async throws(Trouble) -> Sealed? {
        try await read { db in
            try Data.fetchOne(db, sql: "SELECT value FROM meta WHERE key = 'canary'").map(Sealed.init)
        }
    }

    package func canary(_ sealed: Sealed) async throws(Trouble) -> Sealed {
        // Looked for first: reading it takes no writer, and a full disk keeps nobody from starting.
        if let kept = try await canary() { return kept }
        return try await write { db in
            try db.execute(
                sql: "INSERT INTO meta (key, value) VALUES ('canary', ?) ON CONFLICT (key) DO NOTHING",
                arguments: [sealed.bytes])
            return Sealed(try Data.fetchOne(db, sql: "SELECT value FROM meta WHERE key = 'canary'") ?? Data())
        }
    }

    package func close() async {
        // Errors at the last checkpoint lose nothing: the WAL is read again at the next start.
        try? pool.close()
    }
}
