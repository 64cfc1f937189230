import HTTPTypes
import Hummingbird

/// Says 405 with Allow where a path exists and its method does not (RFC 9110, 15.5.6), which the router answers like a
/// path that is nowhere.
struct Methods<Inner: HTTPResponder<GatewayContext>>: HTTPResponder {
    private let inner: Inner
    private let routes: [(path: RoutePattern, method: HTTPRequest.Method)]

    /// - Parameter router: with all its routes; `inner` is what it built.
    init(_ inner: Inner, _ router: Router<GatewayContext>) {
        self.inner = inner
        routes = router.routes.map { (RoutePattern($0.path.description), $0.method) }
    }

    func respond(to request: Request, context: GatewayContext) async throws -> Response {
        let response = try await inner.respond(to: request, context: context)
        guard response.status == .notFound else { return response }
        let allowed = self.allowed(request.uri.path)
        guard !allowed.isEmpty, !allowed.contains(request.method.rawValue) else { return response }
        return Response(status: .methodNotAllowed, headers: [.allow: allowed.joined(separator: ", ")])
    }

    private func allowed(_ path: String) -> [String] {
        let parts = path.split(separator: "/")
        return Set(routes.filter { $0.path.fits(parts) }.map(\.method.rawValue)).sorted()
    }
}

/// The path of a route, as the router describes it.
struct RoutePattern: Sendable {
    /// In braces those that stand for any.
    private let parts: [String]

    init(_ path: String) { parts = path.split(separator: "/").map(String.init) }

    /// A route of two stars answers what is nowhere.
    var isRest: Bool { parts == ["**"] }

    /// Whether a path of these parts is meant, and not just left over.
    func fits(_ path: [Substring]) -> Bool {
        parts.count == path.count && !isRest && zip(parts, path).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
    }
}
