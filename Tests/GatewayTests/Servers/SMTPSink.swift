import Foundation

/// An SMTP server on loopback that tells what it was sent; recipients say how it answers: see
/// Tests/Fixtures/servers/smtp_sink.py.
struct SMTPSink: Sendable {
    enum Security { case plain, startTLS, tls }
    struct Mail: Decodable {
        var mail: Data
        var from: String
        var to: [String]
        var user: String?
        var secured: Bool

        var text: String { String(decoding: mail, as: UTF8.self) }
    }

    let process: ServerProcess
    let port: Int
    let caFile: String?

    /// A destination that writes to it as YAML, called `outbox`.
    var destination: String {
        """
        - name: outbox
          kind: smtp
          host: 127.0.0.1
          port: \(port)
          security: plain
          from: hotline@example.com
          address: "{department}@example.com"
          networks: [127.0.0.0/8]
        """
    }

    /// The next mail it accepted (or took without saying so).
    func mail() async throws -> Mail { try await process.next(Mail.self) }
}

/// - Parameter login: user and password it demands
func withSMTPSink<Answer>(
    _ security: SMTPSink.Security = .plain, login: (String, String)? = nil, _ body: (SMTPSink) async throws -> Answer
) async throws -> Answer {
    var arguments: [String] = []
    var caFile: String?
    if security != .plain {
        let files = try TestCertificate.files.get()
        arguments += [security == .tls ? "--tls" : "--starttls", files.certificate, files.key]
        caFile = files.certificate
    }
    if let login { arguments += ["--auth", login.0, login.1] }
    let process = try ServerProcess("smtp_sink.py", arguments)
    defer { process.end() }
    return try await body(
        SMTPSink(process: process, port: try await process.next(ServerProcess.Ready<Int>.self).ready, caFile: caFile))
}
