import CCurl
import Glibc
import Intake

/// The bytes a transfer sends, from memory or from a file.
final class Upload {
    let size: Int64
    /// Set when the file could not be read.
    private(set) var trouble: Trouble?
    /// Everything was handed to libcurl; the other side may have it whole.
    private(set) var ended = false
    private let bytes: [UInt8]
    private let file: Int32
    private var offset: Int64 = 0

    /// Nil where there is nothing to send. Throws a passing trouble if the file cannot be opened.
    init?(_ body: HTTPCall.Body) throws(Trouble) {
        switch body {
        case .none: return nil
        case .bytes(let bytes):
            self.bytes = bytes
            file = -1
            size = Int64(bytes.count)
        case .file(let path):
            bytes = []
            file = unsafe open(path, O_RDONLY | O_CLOEXEC)
            let end = file < 0 ? -1 : lseek(file, 0, SEEK_END)
            guard end >= 0 else {
                throw .passing("待发文件打不开", "the file to send cannot be opened", detail: "errno \(errno)")
            }
            size = Int64(end)
        }
    }

    deinit { if file >= 0 { close(file) } }

    private func read(into target: UnsafeMutableRawBufferPointer) -> Int {
        if file < 0 {
            let part = bytes[Int(offset)...].prefix(target.count)
            unsafe target.copyBytes(from: part)
            offset += Int64(part.count)
            ended = offset == size
            return part.count
        }
        let count = unsafe pread(file, target.baseAddress, target.count, Int(offset))
        guard count >= 0 else {
            trouble = .passing("待发文件读不出", "the file to send cannot be read", detail: "errno \(errno)")
            return Int(CURL_READFUNC_ABORT)
        }
        offset += Int64(count)
        ended = offset >= size
        return count
    }

    static let read: ccurl_bytes = { target, size, count, owner in
        guard let target = unsafe target, let owner = unsafe owner else { return Int(CURL_READFUNC_ABORT) }
        let upload = unsafe Unmanaged<Upload>.fromOpaque(owner).takeUnretainedValue()
        return unsafe upload.read(into: UnsafeMutableRawBufferPointer(start: target, count: size * count))
    }

    static let seek: ccurl_seek = { owner, offset, origin in
        guard let owner = unsafe owner, origin == SEEK_SET else { return Int32(CURL_SEEKFUNC_CANTSEEK) }
        let upload = unsafe Unmanaged<Upload>.fromOpaque(owner).takeUnretainedValue()
        upload.offset = min(max(0, Int64(offset)), upload.size)
        upload.ended = false
        return Int32(CURL_SEEKFUNC_OK)
    }
}
