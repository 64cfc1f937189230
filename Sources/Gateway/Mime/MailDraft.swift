import CMime
import Glibc
import Intake

/// A mail to be sent: text in two forms, files, and the headers that keep machines from talking to one another.
struct MailDraft: Sendable {
    var fromName: String
    var from: String
    var to: String
    var subject: String
    /// Without angle brackets; the same over retries, so that the far side knows a repeat.
    var id: String
    var date: Instant
    var text: String
    var html: String
    /// Name, media type and the path of the plain bytes.
    var files: [(name: String, type: String, path: String)] = []
    /// Further headers, values on one line.
    var headers: [(name: String, value: String)] = []

    /// Writes the whole message (RFC 5322, MIME) to a new file; passing trouble if the disk does not take it.
    func write(to path: String) throws(Trouble) {
        _ = MimeTree.started
        let output = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard output >= 0 else {
            throw .passing("邮件写不下；请检查磁盘空间", "a mail cannot be written; check free space", detail: "errno \(errno)")
        }
        defer { close(output) }
        var inputs: [Int32] = []
        defer { for input in inputs { close(input) } }
        guard let words = unsafe cmime_multipart("alternative"), let plain = unsafe cmime_text_part("plain", text),
            let rich = unsafe cmime_text_part("html", html), let whole = unsafe cmime_multipart("mixed")
        else { throw .passing("内存不足", "out of memory") }
        unsafe cmime_add(words, plain)
        unsafe cmime_add(words, rich)
        unsafe cmime_add(whole, words)
        for file in files {
            let input = unsafe open(file.path, O_RDONLY | O_CLOEXEC)
            guard input >= 0 else {
                throw .passing("邮件的一个附件读不出", "a file of a mail cannot be read", detail: "errno \(errno)")
            }
            inputs.append(input)
            let type = file.type.split(separator: "/").map(String.init)
            guard
                let part = unsafe cmime_file_part(
                    input, type.count == 2 ? type[0] : "application", type.count == 2 ? type[1] : "octet-stream",
                    MailDraft.line(file.name))
            else { throw .passing("内存不足", "out of memory") }
            unsafe cmime_add(whole, part)
        }
        guard
            let message = unsafe cmime_message(
                MailDraft.line(fromName), from, to, MailDraft.line(subject), id, Int(date.milliseconds / 1000), whole)
        else { throw .passing("内存不足", "out of memory") }
        defer { unsafe cmime_release(message) }
        for header in headers { unsafe cmime_set_header(message, header.name, MailDraft.line(header.value)) }
        guard unsafe cmime_write_message(message, output) else {
            throw .passing("邮件写不下；请检查磁盘空间", "a mail cannot be written; check free space", detail: "errno \(errno)")
        }
    }

    /// One line, so that nothing from outside makes a header of its own.
    private static func line(_ text: String) -> String {
        String(text.map { $0.isNewline || $0 == "\u{0}" ? " " : $0 })
    }
}
