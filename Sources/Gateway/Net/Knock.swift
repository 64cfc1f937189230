import CCurl
package import Intake

/// A knock at a door: connection, TLS and, where one is given, log-in; then it is closed. Asks for nothing and changes
/// nothing there.
package struct Knock: Sendable {
    package enum Door: Sendable {
        /// The host of an HTTP address.
        case http(String, plainAllowed: Bool, caFile: String? = nil)
        case mail(MailServer)
    }
    package var door: Door
    package var egress: Egress = .publicOnly

    package init(_ door: Door) { self.door = door }
}

/// A `Knock` under way. A refused log-in needs a person; everything else is passing.
final class KnockTransfer: Transfer {
    let easy: Easy
    let staysConnected = false
    private let host: String
    private var gate: Gate
    private let done: (Result<Void, Trouble>) -> Void

    init(_ knock: Knock, done: @escaping (Result<Void, Trouble>) -> Void) throws(Trouble) {
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
        }
        easy.set(CURLOPT_CONNECT_ONLY, 1)
        easy.set(CURLOPT_FRESH_CONNECT, 1)
        gate.guardSockets(of: easy)
    }

    func finished(_ end: TransferEnd) {
        switch end {
        case .cancelled: done(.failure(NetTrouble.cancelled(sent: false, host: host)))
        case .code(CURLE_OK): done(.success(()))
        case .code(let code): done(.failure(gate.trouble(host) ?? NetTrouble.of(code, sent: false, host: host)))
        }
    }
}

extension Network {
    /// Returns if the door opens.
    package func knock(_ knock: Knock) async throws(Trouble) {
        try await thread.transfer { _, done throws(Trouble) in try KnockTransfer(knock, done: done) }
    }
}
