import Foundation
import HTTPTypes
import Hummingbird
import Intake

/// What the private listener and the control socket answer.
struct PrivateRoutes: Sendable {
    let tools: Tools
    let inbox: Inbox
    let reload: @Sendable () async throws -> Void

    func responder() -> any HTTPResponder<GatewayContext> {
        let router = Router(context: GatewayContext.self)
        // Alive: the process answers. Ready: a row can be committed right now.
        router.get("/healthz") { _, _ in PrivateRoutes.text(.ok, "ok\n") }
        router.get("/readyz") { _, _ in
            do throws(Trouble) {
                if let reason = inbox.shutReason { throw reason }
                try await tools.store.probe(at: tools.now())
                return PrivateRoutes.text(.ok, "ready\n")
            } catch { return PrivateRoutes.text(.serviceUnavailable, "\(error.words.kept)\n") }
        }
        router.get("/metrics") { _, _ in
            tools.metrics.set("intake_backlog_parcels", to: Double(inbox.backlog))
            return PrivateRoutes.text(.ok, tools.metrics.text)
        }
        router.get("/books") { _, _ in
            let books = try await tools.store.books()
            return PrivateRoutes.json(books.complaints.isEmpty ? .ok : .internalServerError, try JSON.encode(books))
        }
        router.post("/control/reload") { _, _ in
            do {
                try await reload()
                return PrivateRoutes.text(.ok, "reloaded\n")
            } catch let error as ConfigurationError {
                return PrivateRoutes.text(.unprocessableContent, error.text(in: .chinese) + "\n")
            }
        }
        return router.buildResponder()
    }

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
