import Glibc
import Intake

/// The files of an open ledger as they were when it was opened. A file that was moved, deleted or replaced is still
/// written to and synced, and all of it is gone with the process.
struct SQLitePlace: Sendable {
    private struct Identity: Sendable, Equatable {
        var device: UInt64
        var number: UInt64

        /// Nil where there is nothing of that name.
        init?(_ path: String) {
            var facts = stat()
            guard unsafe stat(path, &facts) == 0 else { return nil }
            device = UInt64(facts.st_dev)
            number = UInt64(facts.st_ino)
        }
    }
    private let path: String
    private let ledger: Identity?
    private let log: Identity?

    /// - Parameter path: of a ledger that is open, in WAL mode: SQLite keeps the log as long as it is.
    init(_ path: String) {
        self.path = path
        ledger = Identity(path)
        log = Identity(path + "-wal")
    }

    /// Needs a person where one of them is no longer where it was.
    func stand() throws(Trouble) {
        guard Identity(path) == ledger, log == nil || Identity(path + "-wal") == log else {
            throw .needsPerson(
                "账本 \(path) 在运行中被移走、删除或替换；什么都不再收。请把原来的文件全部放回原处，或恢复备份（intake restore），再启动",
                "the ledger \(path) was moved, deleted or replaced while it was open; nothing is taken any more. Put all of its "
                    + "files back, or restore a backup (intake restore), then start again")
        }
    }
}
