import Glibc
import Intake

/// An answer that goes to a new file, up to a number of bytes.
final class Download {
    private(set) var size: Int64 = 0
    private let path: String
    private let limit: Int64
    private let file: Int32

    /// Throws a passing trouble if the file exists already or cannot be made.
    init(_ path: String, limit: Int64) throws(Trouble) {
        file = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw .passing("存放应答的文件建不了", "the file for the answer cannot be made", detail: "errno \(errno)")
        }
        self.path = path
        self.limit = limit
    }

    /// Nil when all bytes are written.
    func write(_ bytes: UnsafeRawBufferPointer) -> Trouble? {
        size += Int64(bytes.count)
        guard size <= limit else {
            return .lasting("至多 \(limit) 字节，实际更多", "expected at most \(limit) bytes, found more")
        }
        var rest = unsafe bytes
        while unsafe !rest.isEmpty {
            let count = unsafe Glibc.write(file, rest.baseAddress, rest.count)
            guard count > 0 else {
                return .passing(
                    "应答写不下；请检查磁盘空间", "the answer cannot be written; check free space", detail: "errno \(errno)")
            }
            unsafe rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
        return nil
    }

    func remove() { unsafe _ = unlink(path) }

    deinit { close(file) }
}
