import Crypto
import Foundation
import Glibc
import Intake

/// A first walk over the bytes of a mail, before anything is built from it: refuses what would cost more than a mail
/// may, and takes the digest of the body for its source id (rule 5).
struct MailScan {
    /// Lines that may be boundaries of parts: two for each of 10,000.
    static let boundaryLimit = 20_000
    /// Bytes of the header of the whole mail.
    static let headerLimit = 1 << 20

    /// SHA-256 of everything after the first empty line.
    private(set) var bodyDigest: [UInt8] = []
    private(set) var size: Int64 = 0

    /// Throws: passing if the file cannot be read, lasting if it is out of bounds.
    init(_ path: String) throws(Trouble) {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw .passing("邮件文件打不开", "the mail file cannot be opened", detail: "errno \(errno)") }
        defer { close(file) }
        var walk = Walk()
        var room = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = unsafe read(file, &room, room.count)
            guard count >= 0 else {
                throw .passing("邮件文件读不出", "the mail file cannot be read", detail: "errno \(errno)")
            }
            if count == 0 { break }
            size += Int64(count)
            try walk.take(room[..<count])
        }
        bodyDigest = Array(walk.body.finalize())
    }

    private struct Walk {
        var body = SHA256()
        private var inHeader = true
        private var header = 0
        private var dashes = 0
        /// First bytes of the line being read, as many as matter.
        private var start: [UInt8] = []

        mutating func take(_ bytes: ArraySlice<UInt8>) throws(Trouble) {
            var rest = bytes
            while inHeader, !rest.isEmpty {
                let end = rest.firstIndex(of: 10).map { $0 + 1 } ?? rest.endIndex
                header += end - rest.startIndex
                if start.count < 2 { start += rest[..<end].prefix(2) }
                guard header <= MailScan.headerLimit else {
                    throw .lasting(
                        "邮件头至多 \(MailScan.headerLimit) 字节",
                        "expected at most \(MailScan.headerLimit) bytes of headers in a mail, found more")
                }
                if rest[end - 1] == 10 {
                    if start.first == 10 || start.prefix(2) == [13, 10] { inHeader = false }
                    start = []
                }
                rest = rest[end...]
            }
            guard !rest.isEmpty else { return }
            unsafe rest.withUnsafeBytes { unsafe body.update(bufferPointer: $0) }
            try count(rest)
        }

        /// Counts lines that begin with "--".
        private mutating func count(_ bytes: ArraySlice<UInt8>) throws(Trouble) {
            var rest = bytes
            while !rest.isEmpty {
                if start.count < 2 {
                    let more = rest.prefix(2 - start.count)
                    let line = more.firstIndex(of: 10).map { more[..<$0] } ?? more
                    start += line
                    if start == [45, 45] {
                        dashes += 1
                        guard dashes <= MailScan.boundaryLimit else {
                            throw .lasting(
                                "邮件至多 \(MailScan.boundaryLimit / 2) 个部分",
                                "expected at most \(MailScan.boundaryLimit / 2) parts in a mail, found more")
                        }
                    }
                }
                guard let end = rest.firstIndex(of: 10) else { return }
                start = []
                rest = rest[(end + 1)...]
            }
        }
    }
}
