import Foundation
import HTTPTypes
import Hummingbird
import Intake

/// What the private listener and the control socket answer.
struct PrivateRoutes: Sendable {
    let tools: Tools
    let inbox: Inbox
    /// Names of the channels as configured now.
    let channels: @Sendable () -> [String]
    let token: ControlToken
    let reload: @Sendable () async throws(ConfigurationError) -> Void

    func responder() -> any HTTPResponder<GatewayContext> {
        let router = Router(context: GatewayContext.self)
        // Alive: the process answers. Ready: a row can be committed right now, and a file kept.
        router.get("/healthz") { _, _ in PrivateRoutes.text(.ok, "ok\n") }
        router.get("/readyz") { _, _ in
            do throws(Trouble) {
                if let reason = inbox.shutReason { throw reason }
                try await tools.store.probe(at: tools.now())
                try await tools.blobs.probe()
                return PrivateRoutes.text(.ok, inbox.pressure.text + "\n")
            } catch { return PrivateRoutes.text(.serviceUnavailable, "\(error.words.kept)\n") }
        }
        router.get("/metrics") { _, _ in
            inbox.pressure.show(tools.metrics, channels: channels())
            return PrivateRoutes.text(.ok, tools.metrics.text)
        }
        router.get("/books") { _, _ in
            let books = try await tools.store.books()
            return PrivateRoutes.json(books.complaints.isEmpty ? .ok : .internalServerError, try JSON.encode(books))
        }
        router.post("/control/reload") { request, _ in
            guard token.opens(request.headers[.authorization]) else {
                return PrivateRoutes.text(.unauthorized, PrivateRoutes.unauthorized.kept + "\n")
            }
            do throws(ConfigurationError) {
                try await reload()
                return PrivateRoutes.text(.ok, "reloaded\n")
            } catch {
                // In both languages: the command knows which one its caller reads.
                return PrivateRoutes.json(.unprocessableContent, try JSON.encode(error))
            }
        }
        return router.buildResponder()
    }

    private static let unauthorized = Phrase(
        zh: "守护进程不认所带的令牌：请用 intake reload，并使它与守护进程用同一状态目录（--state）",
        en: "the daemon does not know the token: use intake reload, with the state folder of the daemon (--state)")

    static func text(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    static func json(_ status: HTTPResponse.Status, _ json: Data) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(bytes: json)))
    }
}
