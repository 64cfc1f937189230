import CCurl
package import Intake

/// A knock at a door: connection, TLS and, where one is given, log-in; then it is closed. Asks for nothing and changes
/// nothing there.
package struct Knock: Sendable {
    package enum Door: Sendable {
        /// The host of an HTTP address.
        case http(String, plainAllowed: Bool, caFile: String? = nil)
        case mail(MailServer)
        /// Without log-in: a refused one could shut us out.
        case mailbox(MailServer)
    }
    package var door: Door
    package var egress: Egress = .publicOnly

    package init(_ door: Door) { self.door = door }

    /// Name or address, without port.
    package var host: String {
        switch door {
        case .http(let url, _, _):
            let host = NetHost.of(url)
            if host.hasPrefix("[") { return String(host.dropFirst().prefix { $0 != "]" }) }
            return host.split(separator: ":").first.map(String.init) ?? host
        case .mail(let server), .mailbox(let server): return server.host
        }
    }
}

/// A `Knock` under way. A refused log-in needs a person; everything else is passing.
final class KnockTransfer: Transfer {
    let easy: Easy
    let staysConnected = false
    private let host: String
    private var gate: Gate
    private let done: (Result<Instant?, Trouble>) -> Void

    init(_ knock: Knock, done: @escaping (Result<Instant?, Trouble>) -> Void) throws(Trouble) {
        guard let easy = Easy() else { throw .passing("内存不足", "out of memory") }
        self.easy = easy
        self.done = done
        gate = Gate(knock.egress)
        switch knock.door {
        case .http(let url, let plainAllowed, let caFile):
            host = NetHost.of(url)
            easy.connect(within: .seconds(5), total: .seconds(15), caFile: caFile)
            easy.set(CURLOPT_URL, url)
            easy.set(CURLOPT_PROTOCOLS_STR, plainAllowed ? "http,https" : "https")
        case .mail(let server):
            host = server.host
            server.prepare(easy, .smtp, within: .seconds(5), total: .seconds(15))
        case .mailbox(var server):
            host = server.host
            server.login = nil
            server.prepare(easy, .imap, within: .seconds(5), total: .seconds(15))
        }
        easy.set(CURLOPT_CERTINFO, 1)
        easy.set(CURLOPT_CONNECT_ONLY, 1)
        easy.set(CURLOPT_FRESH_CONNECT, 1)
        gate.guardSockets(of: easy)
    }

    func finished(_ end: TransferEnd) {
        switch end {
        case .cancelled: done(.failure(NetTrouble.cancelled(sent: false, host: host)))
        case .code(CURLE_OK): done(.success(easy.certificateEnds))
        case .code(let code):
            done(
                .failure(
                    gate.trouble(host)
                        ?? NetTrouble.of(
                            code, sent: false, host: host, verified: easy.number(CURLINFO_SSL_VERIFYRESULT))))
        }
    }
}

extension Network {
    /// Returns if the door opens: when the certificate shown there ends, nil without TLS.
    @discardableResult
    package func knock(_ knock: Knock) async throws(Trouble) -> Instant? {
        try await thread.transfer { _, done throws(Trouble) in try KnockTransfer(knock, done: done) }
    }
}
