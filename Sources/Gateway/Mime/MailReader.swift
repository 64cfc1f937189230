import Foundation
import Glibc
package import Intake

/// Reads a mail out of a file with memory that does not grow with its size.
package struct MailReader: Sendable {
    /// Folder for the attached files; must exist and be the caller's alone.
    package var folder: String
    /// Longest text kept, in bytes of UTF-8; what is over goes and a remark says so.
    package var textLimit = 1 << 20
    /// Most attached files taken out; the rest stay in the raw mail, and a remark says so.
    package var fileLimit = 500

    package init(folder: String) { self.folder = folder }

    /// Throws: passing for trouble with files, lasting for what is no mail or out of bounds (`MailScan`, `MimeTree`).
    package func read(_ path: String) throws(Trouble) -> Mail {
        let scan = try MailScan(path)
        let root = try MimeTree(path).root
        guard root.hasHeaders || root.body?.hasHeaders == true else {
            throw .lasting("应为邮件，没有信头", "expected a mail, found no header")
        }
        var mail = Mail(bodyDigest: scan.bodyDigest)
        readHeaders(of: root, into: &mail)
        guard let top = root.body else { return mail }
        let parts = try MailParts(top)
        mail.origin.type = top.type
        mail.origin.reportType = top.typeParameter("report-type")?.lowercased()
        mail.text = text(parts, &mail.remarks)
        try extract(parts.files, into: &mail)
        if top.type == "multipart/report" { mail.report = MailReport(top) }
        return mail
    }

    private func text(_ parts: MailParts, _ remarks: inout [String]) -> String {
        func join(_ parts: [MimePart]) -> String {
            parts.map { MailText.of($0, limit: textLimit) }.filter { !$0.isEmpty }.joined(separator: "\n\n")
        }
        var text = join(parts.text)
        // Some programs leave the plain alternative empty.
        if text.isEmpty { text = join(parts.html) }
        guard text.utf8.count > textLimit else { return text }
        let words = Phrase(
            zh: "正文截至 \(textLimit) 字节；全文在留存的原件里",
            en: "the text was cut at \(textLimit) bytes; the whole is in the kept mail")
        remarks.append(words.kept)
        return String(decoding: text.utf8.prefix(textLimit), as: UTF8.self)
    }

    private func extract(_ parts: [MimePart], into mail: inout Mail) throws(Trouble) {
        for (index, part) in parts.prefix(fileLimit).enumerated() {
            let path = folder + "/part-\(index)"
            let size = try write(part, to: path)
            mail.files.append(MailFile(name: MailText.fileName(part), type: part.type, size: size, path: path))
        }
        if parts.count > fileLimit {
            let more = parts.count - fileLimit
            let words = Phrase(zh: "另有 \(more) 个附件在留存的原件里", en: "\(more) more files are in the kept mail")
            mail.remarks.append(words.kept)
        }
    }

    private func write(_ part: MimePart, to path: String) throws(Trouble) -> Int64 {
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw .passing("邮件附件的文件建不了", "a file of a mail cannot be made", detail: "errno \(errno)")
        }
        defer { close(file) }
        if let bytes = part.bytes() {
            while true {
                let piece = bytes.next()
                if piece.isEmpty { break }
                guard unsafe Glibc.write(file, piece, piece.count) == piece.count else {
                    throw .passing(
                        "邮件附件写不下；请检查磁盘空间", "a file of a mail cannot be written; check free space",
                        detail: "errno \(errno)")
                }
            }
        } else if !(part.enclosed ?? part).write(to: file) {
            throw .passing(
                "邮件附件写不下；请检查磁盘空间", "a file of a mail cannot be written; check free space", detail: "errno \(errno)")
        }
        return Int64(max(0, lseek(file, 0, SEEK_END)))
    }
}
