import Foundation
import Intake

#if canImport(Glibc)
    import Glibc
#endif

/// The ledger's file.
enum SQLiteFile {
    /// Makes it if it is not there, for our own account alone, whatever the umask: the log beside it gets the same mode
    /// from SQLite. One that is there is not even opened: closing it would let go of SQLite's locks
    /// (sqlite.org/howtocorrupt.html, section 2.2).
    static func make(_ path: String) {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        // SQLite says why it cannot be made.
        if descriptor >= 0 { Glibc.close(descriptor) }
    }

    /// Whether it lies on a file system that is mounted read-only.
    static func isOnReadOnlyDisk(_ path: String) -> Bool {
        unsafe access(path, W_OK) != 0 && errno == EROFS
    }

    /// How SQLite opens it where nothing can be written. A log that is there is read with its index; without one the file is
    /// all there is, and nobody can change it (sqlite.org/uri.html, `immutable`).
    static func readable(_ path: String) -> String {
        if FileManager.default.fileExists(atPath: path + "-wal") { return path }
        let allowed = CharacterSet.urlPathAllowed
        return "file:\(path.addingPercentEncoding(withAllowedCharacters: allowed) ?? path)?immutable=1"
    }
}
