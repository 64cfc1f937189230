import Foundation
import GRDB
import GRDBSQLite
import Intake
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// The write-ahead log: how long it is, and when it is carried into the ledger (sqlite.org/wal.html).
///
/// SQLite carries it by itself at the end of a commit, and drops what goes wrong then: a disk that fails or is full would be
/// noticed by nobody. So that is off, and we do it, on the writer, after the answers of the commit are out.
final class SQLiteLog: Sendable {
    /// Pages the log may hold before they are carried into the ledger.
    static let pages = 4000
    /// A page with its head in the log.
    private static let frame = 4096 + 24
    /// Pages from which on those who read are waited for: one after another, they keep the log from beginning anew.
    private static let most = 4 * pages
    /// For so long; whoever reads longer than that lets the log grow until he is done.
    private static let wait = Duration.milliseconds(200)

    private struct State {
        /// Pages in the log after the last commit.
        var length = 0
        /// It is carried when it is longer.
        var due = pages
        var most = SQLiteLog.most
        /// The ledger had no room for it.
        var full: Trouble?
        var tried: ContinuousClock.Instant?
    }
    private let state = Mutex(State())
    private let path: String

    /// - Parameter path: of the ledger.
    init(of path: String) { self.path = path }

    /// Follows the commits of a connection, which must not outlive this.
    func follow(_ db: Database) throws {
        try db.execute(sql: "PRAGMA wal_autocheckpoint = 0")
        let this = unsafe Unmanaged.passUnretained(self).toOpaque()
        // The number of pages in the log comes with each commit (sqlite.org/c3ref/wal_hook.html).
        unsafe _ = sqlite3_wal_hook(
            db.sqliteConnection,
            { this, _, _, pages in
                guard let this = unsafe this else { return SQLITE_OK }
                unsafe Unmanaged<SQLiteLog>.fromOpaque(this).takeUnretainedValue().grew(to: Int(pages))
                return SQLITE_OK
            }, this)
    }

    private func grew(to length: Int) {
        state.withLock { state in
            // It began anew.
            if length < state.length { (state.due, state.most) = (SQLiteLog.pages, SQLiteLog.most) }
            state.length = length
        }
    }

    /// Whether it is to be carried now: true for one caller.
    func takeTurn() -> Bool {
        state.withLock { state in
            guard state.length > state.due else { return false }
            state.due = state.length + SQLiteLog.pages / 4
            return true
        }
    }

    /// Why nothing more may be written: the ledger had no room for what is in the log. `again`: it is time for another try;
    /// true for one caller in a second.
    var full: (trouble: Trouble, again: Bool)? {
        state.withLock { state in
            guard let full = state.full else { return nil }
            let now = ContinuousClock.now
            let again = state.tried.map { now - $0 >= .seconds(1) } ?? true
            if again { state.tried = now }
            return (full, again)
        }
    }

    /// Remembers that the ledger had no room.
    func filled(_ trouble: Trouble) {
        state.withLock { ($0.full, $0.tried) = (trouble, .now) }
    }

    /// Carries what is in the log into the ledger, but for what somebody still reads as it was before; on the writer.
    func carry(_ db: Database) throws {
        do {
            _ = try db.checkpoint(.passive)
            if state.withLock({ $0.length > $0.most }) { try beginAnew(db) }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY || error.resultCode == .SQLITE_LOCKED
        {
            // Another process is at it, or reads: later.
        }
        state.withLock { $0.full = nil }
    }

    /// Waits, not for long, until nobody reads from the log, so that it is written from its beginning again.
    private func beginAnew(_ db: Database) throws {
        let usual = try Int.fetchOne(db, sql: "PRAGMA busy_timeout") ?? 5000
        try db.execute(sql: "PRAGMA busy_timeout = \(SQLiteLog.wait.wholeMilliseconds)")
        defer { try? db.execute(sql: "PRAGMA busy_timeout = \(usual)") }
        // Where it fails, those who read take long: then they are waited for less and less often.
        state.withLock { $0.most *= 2 }
        _ = try db.checkpoint(.restart)
    }

    /// Makes it as long as it gets between two checkpoints, with zeros, which SQLite reads as its end
    /// (sqlite.org/walformat.html). Syncing a file that grows makes the file system write its own journal first, every
    /// time; syncing one that does not is twenty times cheaper. To be called while the ledger is locked for writing.
    /// Without room nothing is lost but speed.
    func lengthen() {
        // Appending: what another process may have added meanwhile is never written over.
        let descriptor = unsafe open(path + "-wal", O_WRONLY | O_APPEND | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { Glibc.close(descriptor) }
        let zeros = [UInt8](repeating: 0, count: 1 << 20)
        var missing = SQLiteLog.pages * SQLiteLog.frame * 5 / 4 - Int(lseek(descriptor, 0, SEEK_END))
        while missing > 0 {
            let written = unsafe zeros.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
            guard written > 0 else { return }
            missing -= written
        }
        fdatasync(descriptor)
    }
}
