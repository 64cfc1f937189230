import Foundation
import Intake

@testable import Gateway

/// Where `deploy/fuzz` wants files to lie; it takes them away.
private let folder: String = {
    let place = NSTemporaryDirectory() + "/mail"
    try? FileManager.default.createDirectory(atPath: place + "/parts", withIntermediateDirectories: true)
    return place
}()

let mailReaders = [
    Reader(name: "mail") { bytes in
        var reader = MailReader(folder: folder + "/parts")
        (reader.textLimit, reader.fileLimit) = (2000, 5)
        let path = folder + "/mail"
        guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else {
            return law(false, "a mail can be written down")
        }
        let mail: Mail
        do throws(Trouble) { mail = try reader.read(path) } catch {
            return law(error.kind == .lasting, "a mail that cannot be read never will be: \(error)")
        }
        // The last character may have been cut and replaced.
        law(mail.text.utf8.count <= reader.textLimit + 3, "the text keeps to its bound")
        law(mail.files.count <= reader.fileLimit, "the files keep to their number")
        law(mail.bodyDigest.count == 32, "a mail has a digest")
        law(!mail.subject.contains(where: \.isNewline), "a subject is one line")
        for file in mail.files {
            law(!file.name.contains("/") && !file.name.contains("\0"), "a file's name holds no folder")
        }
        _ = Automatic.of(mail)
        let submission = Submission(
            subject: mail.subject, text: mail.text, said: mail.date, followsUp: mail.threading.inReplyTo.first,
            reference: mail.messageID, remarks: mail.remarks)
        check(submission)
    },
    Reader(name: "mail-header") { bytes in
        let line = EncodedWords.decode(bytes)
        law(!line.contains(where: \.isNewline), "a header is one line")
        for address in MailAddress.list(bytes) {
            law(!address.address.contains(where: \.isNewline), "an address is one line")
        }
        law(MessageIDs.read(bytes).allSatisfy { $0.utf8.count <= MessageIDs.longest }, "an id keeps to its bound")
        _ = MailDate.read(text(bytes))
    },
    Reader(name: "html") { bytes in
        let html = text(bytes)
        let plain = HTMLText.plain(html)
        // A dash of three bytes is written in no less than four ("&#8;" is a blank), a link may stand twice.
        law(plain.utf8.count <= html.utf8.count * 2 + 16, "words of a page are no longer than the page twice")
    },
    Reader(name: "charset") { bytes in
        let parts = fields(bytes, 2)
        let plain = Charset.decode(parts[1], label: parts[0].isEmpty ? nil : text(parts[0]))
        law(plain.utf8.count <= parts[1].count * 16 + 16, "text in another charset is bounded")
    },
]
