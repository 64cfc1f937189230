import HTTPTypes
import Hummingbird

/// Says 405 with Allow where a path exists and its method does not (RFC 9110, 15.5.6), which the router answers like a
/// path that is nowhere.
struct Methods<Inner: HTTPResponder<GatewayContext>>: HTTPResponder {
    private let inner: Inner
    /// Parts of the path of each route, in braces those that stand for any, and its method.
    private let routes: [(parts: [Substring], method: HTTPRequest.Method)]

    /// - Parameter router: with all its routes; `inner` is what it built.
    init(_ inner: Inner, _ router: Router<GatewayContext>) {
        self.inner = inner
        routes = router.routes.map { (Self.parts($0.path.description), $0.method) }
    }

    func respond(to request: Request, context: GatewayContext) async throws -> Response {
        let response = try await inner.respond(to: request, context: context)
        guard response.status == .notFound else { return response }
        let allowed = self.allowed(Self.parts(request.uri.path))
        guard !allowed.isEmpty, !allowed.contains(request.method.rawValue) else { return response }
        return Response(status: .methodNotAllowed, headers: [.allow: allowed.joined(separator: ", ")])
    }

    private func allowed(_ path: [Substring]) -> [String] {
        let found = routes.filter { route in
            // A route of two stars answers what is nowhere.
            route.parts.count == path.count && route.parts != ["**"]
                && zip(route.parts, path).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
        }
        return Set(found.map(\.method.rawValue)).sorted()
    }

    private static func parts(_ path: String) -> [Substring] { path.split(separator: "/") }
}
