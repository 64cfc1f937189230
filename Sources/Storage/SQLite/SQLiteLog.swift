import Foundation
import Intake

#if canImport(Glibc)
    import Glibc
#endif

/// The write-ahead log as a file.
enum SQLiteLog {
    /// Pages the log may hold before they are carried into the ledger.
    static let pages = 4000
    /// A page with its head in the log.
    private static let frame = 4096 + 24

    /// Makes the log of the ledger at `path` as long as it gets between two checkpoints, with zeros, which SQLite reads
    /// as its end (sqlite.org/walformat.html). Syncing a file that grows makes the file system write its own journal
    /// first, every time; syncing one that does not is twenty times cheaper. To be called while the ledger is locked for
    /// writing. Without room nothing is lost but speed.
    static func lengthen(of path: String) {
        // Appending: what another process may have added meanwhile is never written over.
        let descriptor = unsafe open(path + "-wal", O_WRONLY | O_APPEND | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { Glibc.close(descriptor) }
        let zeros = [UInt8](repeating: 0, count: 1 << 20)
        var missing = pages * frame * 5 / 4 - Int(lseek(descriptor, 0, SEEK_END))
        while missing > 0 {
            let written = unsafe zeros.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
            guard written > 0 else { return }
            missing -= written
        }
        fdatasync(descriptor)
    }
}
