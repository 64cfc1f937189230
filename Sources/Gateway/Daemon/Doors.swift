import Hummingbird
import Intake

/// Which channel answers under which path of the public listener: for what is sent away before it is routed.
struct Doors: Sendable {
    private var paths: [(path: RoutePattern, channel: String)] = []
    /// Whose page says that there is nothing.
    private var rest: String?

    init(_ channels: [String: any Channel], into inbox: Inbox) {
        for (name, channel) in channels {
            let router = Router(context: GatewayContext.self)
            channel.routes(router, into: inbox)
            for route in router.routes {
                let path = RoutePattern(route.path.description)
                if path.isRest { rest = name } else { paths.append((path, name)) }
            }
        }
    }

    /// The name of the channel; nil where nobody answers. `path` with or without a query.
    func channel(at path: String) -> String? {
        let parts = path.prefix { $0 != "?" }.split(separator: "/")
        return paths.first { $0.path.fits(parts) }?.channel ?? rest
    }
}
