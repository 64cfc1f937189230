import Foundation

/// A Dovecot on loopback with one account, an empty mailbox and a folder of its own.
struct Dovecot: Sendable {
    struct Ports: Decodable { var imap: Int, imaps: Int }

    let process: ServerProcess
    let ports: Ports
    let user = "hotline"
    let password = "correct-horse"
    let caFile: String
    let folder: String

    func stop() async throws {
        struct Stopped: Decodable { var stopped: Bool }
        try process.tell("stop")
        _ = try await process.next(Stopped.self)
    }
    func start() async throws {
        struct Started: Decodable { var started: Bool }
        try process.tell("start")
        guard try await process.next(Started.self).started else {
            throw ServerProcess.Failed(text: "Dovecot did not start again, see \(folder)/log")
        }
    }
    /// Loses all UIDs, as a mail server restored from a backup does: the same mails get new ones.
    func renew() async throws {
        try await stop()
        let mails = "\(folder)/mail/\(user)"
        for name in try FileManager.default.contentsOfDirectory(atPath: mails) where name.hasPrefix("dovecot") {
            try FileManager.default.removeItem(atPath: "\(mails)/\(name)")
        }
        try await start()
    }
}

func withDovecot<Answer>(_ body: (Dovecot) async throws -> Answer) async throws -> Answer {
    let files = try TestCertificate.files.get()
    return try await withFolder { folder in
        let process = try ServerProcess(
            "dovecot.py", [folder, files.certificate, files.key, "hotline", "correct-horse"])
        defer { process.end() }
        let ports = try await process.next(ServerProcess.Ready<Dovecot.Ports>.self).ready
        return try await body(Dovecot(process: process, ports: ports, caFile: files.certificate, folder: folder))
    }
}
