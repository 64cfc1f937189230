import Hummingbird
import NIOCore
import NIOHTTPTypes
import Synchronization

/// How much one sender may ask of us, on the wire: a body that trickles, a body that goes on after its answer, and idle
/// connections by the thousand are cut, so that they hold up neither others nor our own stop.
final class Patience: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// What all connections of a listener share.
    final class Crowd: Sendable {
        private let open = Atomic(0)
        var count: Int { open.load(ordering: .relaxed) }
        func came() -> Int { open.add(1, ordering: .relaxed).newValue }
        func left() { open.subtract(1, ordering: .relaxed) }
    }

    /// Connections beyond which no more are taken, and beyond which idle ones are sent away early.
    static let most = 12_000
    static let crowded = 4_000
    /// A body may take this long, and then must have come at `pace` bytes a second: a modem does 5,000.
    static let grace = TimeAmount.seconds(30)
    static let pace = 1_000
    /// How long, and for how many bytes, a sender who was answered may go on sending before the connection is closed.
    static let linger = TimeAmount.seconds(3)
    static let drained = 1 << 20
    /// How long a body may still come in once we are to stop.
    static let stopping = TimeAmount.seconds(10)
    static let idle = TimeAmount.seconds(5)

    private let crowd: Crowd
    /// The request that is coming in: since when, and how many bytes of its body came.
    private var reading: (since: NIODeadline, bytes: Int)?
    /// Requests not yet answered in full.
    private var asked = 0
    /// Bytes that came after the answer.
    private var late: Int?
    private var watch: Scheduled<Void>?

    init(_ crowd: Crowd) { self.crowd = crowd }

    func channelActive(context: ChannelHandlerContext) {
        let count = crowd.came()
        context.fireChannelActive()
        if count > Patience.most { context.close(promise: nil) } else { watchIdle(context) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        crowd.left()
        watch?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            reading = (context.eventLoop.now, 0)
            asked += 1
            late = nil
            after(Patience.grace, context) { $0.checkPace(context) }
        case .body(let bytes):
            reading?.bytes += bytes.readableBytes
            if let passed = late {
                late = passed + bytes.readableBytes
                if passed > Patience.drained { context.close(promise: nil) }
                return
            }
        case .end:
            reading = nil
            if asked == 0 { watchIdle(context) } else { watch?.cancel() }
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) {
            asked -= 1
            if reading != nil {
                late = 0
                after(Patience.linger, context) { if $0.reading != nil { context.close(promise: nil) } }
            } else {
                watchIdle(context)
            }
        }
        context.write(data, promise: promise)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent, reading != nil {
            after(Patience.stopping, context) { if $0.reading != nil { context.close(promise: nil) } }
        }
        context.fireUserInboundEventTriggered(event)
    }

    private func checkPace(_ context: ChannelHandlerContext) {
        guard let reading else { return }
        let late = (context.eventLoop.now - reading.since - Patience.grace).nanoseconds / 1_000_000_000
        if reading.bytes < Int(late) * Patience.pace { return context.close(promise: nil) }
        after(.seconds(5), context) { $0.checkPace(context) }
    }

    private func watchIdle(_ context: ChannelHandlerContext) {
        after(Patience.idle, context) { patience in
            guard patience.asked == 0 else { return }
            if patience.crowd.count > Patience.crowded {
                context.close(promise: nil)
            } else {
                patience.watchIdle(context)
            }
        }
    }

    /// One thing is waited for at a time.
    private func after(
        _ time: TimeAmount, _ context: ChannelHandlerContext, _ body: @escaping (Patience) -> Void
    ) {
        watch?.cancel()
        watch = context.eventLoop.assumeIsolated().scheduleTask(in: time) { [weak self] in self.map(body) }
    }
}
