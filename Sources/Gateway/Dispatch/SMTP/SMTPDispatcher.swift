import Foundation
import Intake
import Synchronization

/// Hands deliveries over as mail: masked work orders to departments with their files, receipts to citizens, alerts to
/// people. The Message-ID comes from the delivery's key and stays the same over retries, so that a repeat is known;
/// a mail server that was not heard after it had the whole message is tried again.
struct SMTPDispatcher: Dispatcher {
    static let kind = "smtp"
    static let example = """
        kind: smtp
        host: smtp.example.gov.cn
        port: 465
        # tls、starttls 或 plain（仅限本机）。tls, starttls or plain (the same machine only).
        security: tls
        user: hotline
        password: credential:smtp-password
        from: hotline@example.gov.cn
        from-name: 12345 市民服务热线
        # 各单位收工单的地址。Where each department takes its work orders.
        addresses:
          lighting: lights@example.gov.cn
        # 其余单位；{department} 换成单位代码。All others; {department} becomes the code.
        address: "{department}@example.gov.cn"
        networks: [10.20.0.0/16]
        # 附件合计超过此数时只发清单。With more than this together, files are listed, not sent.
        files: 20MiB
        unclear: retry

        """
    static let repeatable = true
    static let carries: Set<Contact.Kind> = [.mail]

    private let server: MailServer
    private let from: (address: String, name: String)
    private let recipients: Recipients
    private let egress: Egress
    private let room: Int64
    private let tools: Tools

    init(name: String, _ settings: Settings, _ tools: Tools) {
        egress = settings.egress("networks")
        server = settings.mailServer(tools, within: egress) { $0 == .tls ? 465 : $0 == .startTLS ? 587 : 25 }
        from = (settings.string("from"), settings.line("from-name", default: "12345"))
        settings.check(mail: from.address, "from")
        recipients = Recipients(settings, destination: name, tools)
        room = settings.size("files", default: 20 << 20, in: 0...(100 << 20))
        self.tools = tools
    }

    func deliver(_ outgoing: Outgoing) async throws(Trouble) -> String {
        let to = try recipients.address(of: outgoing)
        let folder = "\(tools.scratch)/mail-\(UUID().uuidString)"
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch { throw .passing("邮件写不下；请检查磁盘空间", "a mail cannot be written; check free space", detail: "\(error)") }
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let zone = tools.city()?.calendar.zone ?? .utc
        let domain = from.address.split(separator: "@").last.map(String.init) ?? "localhost"
        let id = MailKey.messageID(outgoing.key, domain: domain, keys: tools.keys)
        var draft = Letter.draft(outgoing, id: id, to: to, from: from, zone: zone, now: tools.now())
        draft.files = try await files(of: outgoing, in: folder)
        let path = folder + "/message.eml"
        try draft.write(to: path)
        var call = MailCall(server, from: from.address, to: to, file: path)
        call.egress = egress
        let said = try await tools.network.send(call)
        return Phrase(zh: "邮件服务器答复 \(said)", en: "mail server said \(said)").kept
    }

    var door: Knock? {
        var knock = Knock(.mail(server))
        knock.egress = egress
        return knock
    }

    func reach() async throws(Trouble) {
        if let door { try await tools.network.knock(door) }
    }

    /// Plain copies of the files that go along, in a private folder that is removed after the sending.
    private func files(
        of outgoing: Outgoing, in folder: String
    ) async throws(Trouble) -> [(name: String, type: String, path: String)] {
        guard outgoing.message.files.compactMap(\.size).reduce(0, +) <= room else { return [] }
        var files: [(name: String, type: String, path: String)] = []
        for file in outgoing.message.files {
            guard let id = outgoing.blobs[file.number] else { continue }
            let path = "\(folder)/\(file.number)"
            try await tools.blobs.write(id, to: path, keys: tools.keys)
            files.append((FolderDispatcher.safe(file.name), file.type, path))
        }
        return files
    }
}
