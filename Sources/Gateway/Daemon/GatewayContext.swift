import Hummingbird
import Logging
import NIOCore

/// What a request carries besides itself: where it came from.
struct GatewayContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The peer's address; nil on a Unix socket.
    let peer: SocketAddress?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        peer = source.channel.remoteAddress
    }
}
