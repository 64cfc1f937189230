import Intake

/// Talks to the running daemon's private listener.
enum Control {
    /// The answer's text; lasting trouble with that text unless it is a 2xx.
    static func call(
        _ method: HTTPCall.Method, _ path: String, at address: Listener.Address
    ) async throws(Trouble) -> String {
        let (status, text) = try await answer(method, path, at: address)
        guard (200..<300).contains(status) else { throw .lasting(text.trimmed) }
        return text
    }

    /// Status and text, whatever the status.
    static func answer(
        _ method: HTTPCall.Method, _ path: String, at address: Listener.Address
    ) async throws(Trouble) -> (status: Int, text: String) {
        guard case .tcp(let host, let port) = address else {
            throw .lasting("内部监听须写成地址加端口，命令才能连上", "the private listener must be an address and a port to be called")
        }
        let network = try Network(now: { .wall })
        var call = HTTPCall(method, "http://\(host.contains(":") ? "[\(host)]" : host):\(port)\(path)")
        call.plainAllowed = true
        call.egress = .anywhere
        call.keep = .memory(limit: 1 << 20)
        call.total = .seconds(120)
        let answer = try await network.call(call)
        return (answer.status, String(decoding: answer.body, as: UTF8.self))
    }
}
