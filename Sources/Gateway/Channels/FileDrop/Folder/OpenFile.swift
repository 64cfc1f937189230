internal import CFiles
internal import Glibc
import Intake

/// What the system says of a plain file.
struct FileFacts: Sendable, Equatable {
    var size: Int64
    /// Last change of its content, which its sender may set.
    var modified: Instant
    /// Last change of anything about it, by the clock of the file system; nobody can set it.
    var changed: Instant

    /// Nil for what is no plain file.
    init?(_ found: cfiles_facts) {
        guard found.plain == 1 else { return nil }
        size = found.size
        modified = Instant(milliseconds: found.modified)
        changed = Instant(milliseconds: found.changed)
    }

    /// Same size and content as far as can be told without reading: renaming it makes no difference.
    func sameContent(_ other: FileFacts) -> Bool { size == other.size && modified == other.modified }
}

/// A file opened for reading.
final class OpenFile: Sendable {
    private let descriptor: Int32

    init(_ descriptor: Int32) { self.descriptor = descriptor }
    deinit { close(descriptor) }

    /// Nil if it is no plain file.
    var facts: FileFacts? {
        var found = cfiles_facts()
        return unsafe cfiles_facts(descriptor, nil, &found) == 0 ? FileFacts(found) : nil
    }

    /// Up to `limit` further bytes; none at the end.
    func read(_ limit: Int) throws(Trouble) -> [UInt8] {
        var failed = false
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            while count < limit {
                let read = unsafe Glibc.read(descriptor, buffer.baseAddress?.advanced(by: count), limit - count)
                if read < 0, errno == EINTR { continue }
                failed = read < 0
                if read <= 0 { return }
                count += read
            }
        }
        if failed { throw DropFolder.trouble(Phrase(zh: "读文件", en: "read a file")) }
        return bytes
    }
}
