import Crypto
import Foundation
import Intake

/// Turns the file of one mail into what the ledger takes: a report, a notice, or something unreadable.
struct MailIntake: Sendable {
    let tools: Tools

    /// The item alone, for reading kept bytes again.
    func item(_ path: String) async throws(Trouble) -> Item { try await read(path).item }

    /// Reads the mail and keeps its files; gives with it what it says of a delivery of ours. Throws passing trouble of our
    /// own only; a mail that cannot be read is an item that says why.
    func read(_ path: String) async throws(Trouble) -> (item: Item, bounce: Bounce?) {
        let folder = path + ".parts"
        do { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) } catch {
            throw .passing(
                "存放邮件附件的目录建不了；请检查磁盘空间", "a folder for the files of a mail cannot be made; check free space",
                detail: "\(error)")
        }
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let mail: Mail
        do throws(Trouble) { mail = try MailReader(folder: folder).read(path) } catch {
            guard error.kind == .lasting else { throw error }
            let id = "raw:\(try MailIntake.digest(path).hex)"
            return (Item(sourceID: id, content: .unreadable(error.words.kept)), nil)
        }
        // Which ticket it goes on about a token or Message-ID of ours has proven.
        let item = Item(
            sourceID: "\(mail.messageID ?? ""):\(mail.bodyDigest.hex)", content: try await content(mail),
            joining: .found)
        return (item, automatic(mail) == .bounce ? Bounce(mail, tools.keys) : nil)
    }

    private func automatic(_ mail: Mail) -> Automatic? {
        let answered = mail.threading.inReplyTo + mail.threading.references
        return Automatic.of(mail, answersUs: MailKey.delivery(answered, keys: tools.keys) != nil)
    }

    private func content(_ mail: Mail) async throws(Trouble) -> Item.Content {
        let automatic = automatic(mail)
        if automatic == .bounce || automatic == .reply {
            let about = (mail.report?.original).map { [$0] } ?? mail.threading.inReplyTo
            let said = [mail.subject, mail.report?.fields["status"], mail.report?.fields["action"]] + about
            return .notice(automatic == .bounce ? .bounce : .autoReply, said.compactMap(\.self).joined(separator: "\n"))
        }
        var attachments: [Attachment] = []
        for file in mail.files { attachments.append(try await keep(file)) }
        let text = mail.text
        let (followsUp, department) = try await thread(mail)
        return .submission(
            Submission(
                subject: mail.subject.count > 500 ? Masker.mask(mail.subject, cutTo: 500) : mail.subject, text: text,
                attachments: attachments, said: mail.date, followsUp: followsUp?.description,
                language: MailIntake.isChinese(mail.subject + text) || text.isEmpty ? .chinese : .english,
                reference: mail.messageID.flatMap { $0.utf8.allSatisfy { $0 > 32 && $0 < 127 } ? "<\($0)>" : nil },
                department: department,
                remarks: mail.remarks
                    + (automatic == .bulk
                        ? [
                            Phrase(
                                zh: "由机器发出或群发，没有发回执", en: "sent by a machine or to many: no receipt was written"
                            ).kept
                        ] : []),
                people: department == nil ? MailIntake.people(mail, mayBeAnswered: automatic == nil) : []))
    }

    /// Which ticket a mail goes on about, and the department that writes if it answers a work order: told by the
    /// Message-ID it answers, or by the reply token it quotes.
    private func thread(_ mail: Mail) async throws(Trouble) -> (ticket: TicketNumber?, department: String?) {
        let answered = mail.threading.inReplyTo + mail.threading.references.reversed()
        if let (ticket, id) = MailKey.delivery(answered, keys: tools.keys) {
            let delivery = try await tools.store.delivery([id]).first { $0.ticket == ticket.id }
            let recipient = delivery?.recipient
            return (ticket, ["citizen", "operator"].contains(recipient) ? nil : recipient)
        }
        let places = [mail.subject] + mail.to.map(\.address) + [mail.text]
        guard let (ticket, department) = places.lazy.compactMap(tools.keys.replyToken(in:)).first else {
            return (nil, nil)
        }
        return (ticket, department)
    }

    /// Whom to answer: Reply-To before From. An address nothing can be sent to, or that must not get an answer, is kept
    /// as another kind of contact.
    static func people(_ mail: Mail, mayBeAnswered: Bool) -> [Party] {
        guard let from = mail.from ?? mail.replyTo.first else { return [] }
        let answer = mail.replyTo.first { $0.isSendable } ?? from
        var contacts: [Contact] = []
        for address in [answer, from] where !address.address.isEmpty {
            let kind: Contact.Kind = mayBeAnswered && contacts.isEmpty && address.isSendable ? .mail : .other
            let contact = Contact(kind: kind, value: String(address.address.prefix(320)))
            if !contacts.contains(where: { $0.value == contact.value }) { contacts.append(contact) }
        }
        let name = from.name.isEmpty ? answer.name : from.name
        return [Party(name: name.isEmpty ? nil : String(name.prefix(200)), contacts: contacts)]
    }

    private func keep(_ file: MailFile) async throws(Trouble) -> Attachment {
        let (id, size, beginning) = try await store(file.path)
        return Attachment(
            name: file.name, type: FileKind(beginning)?.type ?? "application/octet-stream", size: size,
            content: .kept(id))
    }

    /// Keeps a file in the blobs, synced; gives its first bytes too.
    func store(_ path: String) async throws(Trouble) -> (id: BlobID, size: Int64, beginning: Data) {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw .passing("邮件的一个附件不见了", "a file of a mail is gone")
        }
        defer { try? file.close() }
        var writer = try await BlobWriter(to: tools.blobs, keys: tools.keys)
        var beginning = Data()
        do throws(Trouble) {
            while let piece = try MailIntake.next(file) {
                if beginning.isEmpty { beginning = piece.prefix(FileKind.enough) }
                try await writer.append(piece)
            }
        } catch {
            await writer.discard()
            throw error
        }
        let kept = try await writer.finish()
        return (kept.id, kept.size, beginning)
    }

    private static func next(_ file: FileHandle) throws(Trouble) -> Data? {
        do {
            let piece = try file.read(upToCount: 1 << 18)
            return piece?.isEmpty == true ? nil : piece
        } catch { throw .passing("邮件的一个附件读不出", "a file of a mail cannot be read", detail: "\(error)") }
    }

    private static func digest(_ path: String) throws(Trouble) -> Data {
        guard let file = FileHandle(forReadingAtPath: path) else { throw .passing("邮件文件不见了", "a mail file is gone") }
        defer { try? file.close() }
        var hash = SHA256()
        while let piece = try next(file) { hash.update(data: piece) }
        return Data(hash.finalize())
    }

    /// Whether a text holds Chinese characters (CJK Unified Ideographs and extension A).
    private static func isChinese(_ text: String) -> Bool {
        text.unicodeScalars.contains { (0x4e00...0x9fff).contains($0.value) || (0x3400...0x4dbf).contains($0.value) }
    }
}
