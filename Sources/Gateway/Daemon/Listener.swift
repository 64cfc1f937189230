import HTTPTypes
import Hummingbird
import HummingbirdCore
import Intake
import Logging
import NIOCore
import NIOExtras
import NIOHTTP1
import NIOPosix
import ServiceLifecycle

/// Serves HTTP/1.1 on one address. Written over Hummingbird's HTTP channel because its public server cannot take over
/// a socket that the service manager bound already (socket activation), and because the responder is looked up for
/// each request, so that a reload swaps all routes at once without closing a connection.
struct Listener: Service {
    enum Address: Sendable, Equatable, CustomStringConvertible {
        case tcp(host: String, port: Int)
        case unix(path: String)
        /// A listening socket handed over by the service manager.
        case inherited(descriptor: Int32)

        var description: String {
            switch self {
            case .tcp(let host, let port): "\(host):\(port)"
            case .unix(let path): "unix:\(path)"
            case .inherited(let descriptor): "socket \(descriptor)"
            }
        }
    }
    let address: Address
    let responder: @Sendable () -> any HTTPResponder<GatewayContext>
    /// Told the bound port (0 for a Unix socket) once connections are accepted.
    let ready: @Sendable (Int) -> Void
    let log: Logger
    /// Told when a sender is sent away because as many requests are being worked on as may, and for which path; nil for a
    /// path where as many are connected as may, and nothing was read. Without it no request is sent away.
    var shed: (@Sendable (_ path: String?) -> Void)?
    /// In the metrics, for what is sent away before a channel is known.
    static let name = "listener"
    /// Requests worked on at once, however fast they go: two groups of the inbox. More would only wait for each other.
    var most = 512

    func run() async throws { try await open().run() }

    /// An address taken, from which nothing is accepted before `run`. One of the two must be called.
    struct Open: Service {
        fileprivate let server: NIOAsyncChannel<HTTP1Channel.Value, Never>
        fileprivate let http: HTTP1Channel
        fileprivate let quiescing: ServerQuiescingHelper
        fileprivate let ready: @Sendable (Int) -> Void
        fileprivate let log: Logger

        func run() async throws {
            await withGracefulShutdownHandler {
                ready(server.channel.localAddress?.port ?? 0)
                await withDiscardingTaskGroup { tasks in
                    do {
                        try await server.executeThenClose { connections in
                            for try await connection in connections {
                                tasks.addTask { await http.handle(value: connection, logger: log) }
                            }
                        }
                    } catch { log.warning("accepting connections ended", metadata: ["error": "\(error)"]) }
                }
            } onGracefulShutdown: {
                quiescing.initiateShutdown(promise: nil)
            }
        }

        /// Gives the address back.
        func close() async { try? await server.executeThenClose { _ in } }
    }

    /// Takes the address; throws a lasting `Trouble` where another program has it.
    func open() async throws -> Open {
        let group = MultiThreadedEventLoopGroup.singleton
        let crowd = Patience.Crowd()
        let rush = Rush(most: most)
        let http = HTTP1Channel(
            responder: { request, writer, channel in
                let response = await answer(request, channel, rush)
                try await writer.write(response: response.head, body: response.body)
            },
            // Header and idle limits: one sender who is slow holds one connection, not the server.
            configuration: .init(
                additionalChannelHandlers: [Patience(crowd, rush: shed == nil ? nil : rush, shed: shed ?? { _ in })],
                idleTimeout: .seconds(60),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: 16 * 1024, maxHeaderListSize: 32 * 1024, maxHeaderFieldCount: 100)))
        let quiescing = ServerQuiescingHelper(group: group)
        do {
            let server = try await bind(group, http, quiescing)
            return Open(server: server, http: http, quiescing: quiescing, ready: ready, log: log)
        } catch let error as IOError {
            throw Trouble.lasting(
                "无法在 \(address) 监听：请停掉占用它的程序，或改配置中的 listen",
                "\(address) cannot be listened on: end the program that has it, or change listen in the configuration",
                detail: "\(error)")
        }
    }

    private func bind(
        _ group: MultiThreadedEventLoopGroup, _ http: HTTP1Channel, _ quiescing: ServerQuiescingHelper
    ) async throws -> NIOAsyncChannel<HTTP1Channel.Value, Never> {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(ChannelOptions.backlog, value: 4096)
            .serverChannelOption(ChannelOptions.maxMessagesPerRead, value: 64)
            .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(ChannelOptions.allowRemoteHalfClosure, value: true)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(quiescing.makeServerChannelHandler(channel: channel))
                }
            }
        let log = log
        let setUp: @Sendable (any NIOCore.Channel) -> EventLoopFuture<HTTP1Channel.Value> = { channel in
            http.setup(channel: channel, logger: log).flatMapThrowing { value in
                let pipeline = channel.pipeline.syncOperations
                try pipeline.addHandler(Doorstep(), position: .first)
                let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
                try pipeline.addHandler(HostCheck(), position: .after(decoder))
                return value
            }
        }
        // All that knock are let in at once: who waits unseen in the kernel cannot be told to come back.
        let welcome = NIOAsyncSequenceProducerBackPressureStrategies.HighLowWatermark(
            lowWatermark: 1024, highWatermark: 4096)
        return switch address {
        case .tcp(let host, let port):
            try await bootstrap.bind(
                host: host, port: port, serverBackPressureStrategy: welcome, childChannelInitializer: setUp)
        case .unix(let path):
            try await bootstrap.bind(
                unixDomainSocketPath: path, cleanupExistingSocketFile: true, serverBackPressureStrategy: welcome,
                childChannelInitializer: setUp)
        case .inherited(let descriptor):
            try await bootstrap.bind(descriptor, serverBackPressureStrategy: welcome, childChannelInitializer: setUp)
        }
    }

    private func answer(
        _ request: Request, _ channel: any NIOCore.Channel, _ rush: Rush
    ) async -> Response {
        defer { rush.answered() }
        let context = GatewayContext(source: .init(channel: channel, logger: log))
        do { return try await responder().respond(to: request, context: context) } catch {
            // Routes answer their own trouble; what comes here is a fault of ours, told to nobody outside.
            log.error("a request failed", metadata: ["path": "\(request.uri.path)", "error": "\(type(of: error))"])
            return Response(status: .internalServerError)
        }
    }
}
