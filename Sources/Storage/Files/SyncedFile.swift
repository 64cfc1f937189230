package import Foundation
package import Intake

#if canImport(Glibc)
    import Glibc
#endif

/// A file that is on disk when it is said to be: written, synced, closed and renamed into its place. Full disk is
/// `passing`; a failed sync is never tried again (rule 9).
package final class SyncedFile: Sendable {
    private let path: String
    private let descriptor: Int32

    /// Makes a new file, mode 0600; the path must not exist.
    package init(path: String) throws(Trouble) {
        self.path = path
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        if descriptor < 0 { throw SyncedFile.trouble(Phrase(zh: "新建文件", en: "make a file")) }
    }

    package func write(_ bytes: Data) throws(Trouble) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 {
                if errno == EINTR { continue }
                throw SyncedFile.trouble(Phrase(zh: "写文件", en: "write a file"))
            }
            rest = rest.dropFirst(written)
        }
    }

    /// Syncs, closes, and renames to `place`, replacing what has that name.
    package func finish(at place: String) throws(Trouble) {
        try sync()
        try move(to: place)
    }

    /// Syncs and closes; nothing is left of it where that fails.
    func sync() throws(Trouble) {
        guard fsync(descriptor) == 0 else {
            let trouble = SyncedFile.trouble(Phrase(zh: "把文件落盘", en: "sync a file"))
            discard()
            throw trouble
        }
        Glibc.close(descriptor)
    }

    /// Renames what was synced to `place`, replacing what has that name.
    func move(to place: String) throws(Trouble) {
        guard unsafe rename(path, place) == 0 else {
            let trouble = SyncedFile.trouble(Phrase(zh: "把文件改名就位", en: "rename a file into its place"))
            unsafe unlink(path)
            throw trouble
        }
    }

    /// Removes what was synced.
    func remove() { unsafe unlink(path) }

    package func discard() {
        Glibc.close(descriptor)
        unsafe unlink(path)
    }

    /// Makes what another wrote into a file durable.
    package static func sync(_ path: String) throws(Trouble) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw trouble(Phrase(zh: "打开文件", en: "open a file")) }
        defer { Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw trouble(Phrase(zh: "把文件落盘", en: "sync a file")) }
    }

    /// Makes names in a folder durable.
    package static func sync(folder: String) throws(Trouble) {
        let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw trouble(Phrase(zh: "打开文件所在目录", en: "open the folder of a file")) }
        defer { Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw trouble(Phrase(zh: "把目录落盘", en: "sync the folder of a file")) }
    }

    /// What `errno` means for the caller; `what` could not be done: "write a file".
    package static func trouble(_ what: Phrase) -> Trouble {
        let code = errno
        let detail = unsafe String(cString: strerror(code))
        return switch code {
        case ENOSPC, EDQUOT:
            .passing(
                "无法\(what.zh)：磁盘已满", "could not \(what.en): the disk is full", detail: detail, retryAfter: .seconds(30))
        case EMFILE, ENFILE, EINTR, EAGAIN:
            .passing("无法\(what.zh)；请重试", "could not \(what.en); try again", detail: detail, retryAfter: .seconds(1))
        default:
            .needsPerson(
                "无法\(what.zh)；请检查磁盘和目录权限", "could not \(what.en); look at the disk and the folder's mode",
                detail: detail)
        }
    }
}
