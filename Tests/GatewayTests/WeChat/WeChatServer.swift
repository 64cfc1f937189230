import Foundation
import Hummingbird
import Intake
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

@testable import Gateway

/// The platform's API on loopback, as the vendor describes it: stable_token, media/get and the second address of a video.
final class WeChatServer: Sendable {
    enum Media: Sendable {
        case file([UInt8])
        /// Given by a second address.
        case video([UInt8])
        case error(Int)
        case status(Int)
    }
    private struct State {
        var media: [String: Media] = [:]
        var valid = "token_1"
        var tokensAsked = 0
        var refused = 0
        var paths: [String] = []
    }
    private let state = Mutex(State())
    let appid: String
    let secret: String

    init(appid: String, secret: String) {
        self.appid = appid
        self.secret = secret
    }

    func put(_ id: String, _ media: Media) { state.withLock { $0.media[id] = media } }
    /// Another program has made the token invalid.
    func spoil() { state.withLock { $0.valid += "x" } }
    var tokensAsked: Int { state.withLock { $0.tokensAsked } }
    var refused: Int { state.withLock { $0.refused } }

    /// Serves while `body` runs, which is given the address.
    func serve(_ body: (String) async throws -> Void) async throws {
        try await withLoopback(router()) { try await body("http://127.0.0.1:\($0)") }
    }

    private func router() -> Router<GatewayContext> {
        let router = Router(context: GatewayContext.self)
        router.post("/cgi-bin/stable_token") { request, _ in
            let body = try await request.body.collect(upTo: 4096)
            let question = try JSONSerialization.jsonObject(with: Data(body.readableBytesView)) as? [String: Any]
            guard question?["grant_type"] as? String == "client_credential",
                question?["appid"] as? String == self.appid, question?["secret"] as? String == self.secret
            else { return Self.json(#"{"errcode":40125,"errmsg":"invalid appsecret"}"#) }
            let token = self.state.withLock { state in
                state.tokensAsked += 1
                return state.valid
            }
            return Self.json(#"{"access_token":"\#(token)","expires_in":7200}"#)
        }
        router.get("/cgi-bin/media/get") { request, _ in
            let query = Query(request.uri.query ?? "")
            let known = self.state.withLock { state in
                if query["access_token"] == state.valid { return true }
                state.refused += 1
                return false
            }
            guard known else { return Self.json(#"{"errcode":40001,"errmsg":"invalid credential"}"#) }
            let id = query["media_id"] ?? ""
            switch self.state.withLock({ $0.media[id] }) {
            case .file(let bytes): return Self.file(bytes)
            case .video: return Self.json(#"{"video_url":"http://\#(request.head.authority ?? "")/cdn/\#(id)"}"#)
            case .error(let code): return Self.json(#"{"errcode":\#(code),"errmsg":"no"}"#)
            case .status(let status): return Response(status: .init(code: status))
            case nil: return Self.json(#"{"errcode":40007,"errmsg":"invalid media_id"}"#)
            }
        }
        router.get("/cdn/:id") { request, context in
            guard request.uri.query == nil, let id = context.parameters.get("id"),
                case .video(let bytes)? = self.state.withLock({ $0.media[id] })
            else { return Response(status: .forbidden) }
            return Self.file(bytes)
        }
        return router
    }

    private static func json(_ text: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/json; encoding=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    private static func file(_ bytes: [UInt8]) -> Response {
        Response(
            status: .ok, headers: [.contentType: "image/jpeg", .contentDisposition: "attachment; filename=\"x.jpg\""],
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}

/// Serves routes on loopback while `body` runs, which is given the port.
func withLoopback(_ router: Router<GatewayContext>, _ body: (Int) async throws -> Void) async throws {
    let responder = router.buildResponder()
    let (ports, bound) = AsyncStream<Int>.makeStream()
    let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let listener = Listener(
        address: .tcp(host: "127.0.0.1", port: 0), responder: { responder }, ready: { bound.yield($0) }, log: log)
    let group = ServiceGroup(services: [listener], logger: log)
    try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        var iterator = ports.makeAsyncIterator()
        let port = await iterator.next() ?? 0
        let result: Result<Void, any Error>
        do { result = .success(try await body(port)) } catch { result = .failure(error) }
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
        try result.get()
    }
}
