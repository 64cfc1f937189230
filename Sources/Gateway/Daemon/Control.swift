import Intake

/// Talks to the running daemon's private listener.
enum Control {
    /// The answer's text; lasting trouble with that text unless it is a 2xx.
    static func call(
        _ method: HTTPCall.Method, _ path: String, at address: Listener.Address
    ) async throws(Trouble) -> String {
        let (status, text) = try await answer(method, path, at: address)
        guard (200..<300).contains(status) else { throw Trouble(.lasting, Phrase(kept: text.trimmed)) }
        return text
    }

    /// Status and text, whatever the status. `token`: for what the daemon does not do for everybody.
    static func answer(
        _ method: HTTPCall.Method, _ path: String, at address: Listener.Address, token: ControlToken? = nil
    ) async throws(Trouble) -> (status: Int, text: String) {
        let network = try Network(now: { .wall })
        var call = HTTPCall(method, "http://localhost\(path)")
        switch address {
        case .tcp(_, port: 0), .inherited:
            throw .lasting(
                "listen.private 没有固定端口，命令连不上；请写明端口",
                "listen.private has no port of its own that a command could call; write one")
        case .tcp(let host, let port):
            call.url = "http://\(host.contains(":") ? "[\(host)]" : host):\(port)\(path)"
        case .unix(let path): call.socket = path
        }
        if let token { call.headers.append(HTTPHeader("Authorization", token.authorization)) }
        call.plainAllowed = true
        call.egress = .anywhere
        call.keep = .memory(limit: 1 << 20)
        call.total = .seconds(120)
        let answer = try await network.call(call)
        return (answer.status, String(decoding: answer.body, as: UTF8.self))
    }
}
