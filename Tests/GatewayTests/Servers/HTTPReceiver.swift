import Foundation

/// An HTTP server on loopback whose paths say how it answers: see Tests/Fixtures/servers/http_receiver.py.
struct HTTPReceiver: Sendable {
    struct Request: Decodable {
        var method: String
        var path: String
        /// Of the client: two requests with one port came over one connection.
        var port: Int
        var headers: [String: String]
        var body: Data

        func header(_ name: String) -> String? { headers.first { $0.key.lowercased() == name.lowercased() }?.value }
    }
    struct Closed: Decodable { var closed: String }

    let process: ServerProcess
    /// "http://127.0.0.1:1234" or with https.
    let address: String
    let caFile: String?

    /// The next request it was sent.
    func request() async throws -> Request { try await process.next(Request.self) }
    /// Waits until the client has closed a connection that `/hang` held.
    func closed() async throws { _ = try await process.next(Closed.self) }
}

func withHTTPReceiver<Answer>(tls: Bool = false, _ body: (HTTPReceiver) async throws -> Answer) async throws -> Answer {
    let files = tls ? try TestCertificate.files.get() : nil
    let process = try ServerProcess("http_receiver.py", files.map { [$0.certificate, $0.key] } ?? [])
    defer { process.end() }
    let port = try await process.next(ServerProcess.Ready<Int>.self).ready
    let address = tls ? "https://localhost:\(port)" : "http://127.0.0.1:\(port)"
    return try await body(HTTPReceiver(process: process, address: address, caFile: files?.certificate))
}
