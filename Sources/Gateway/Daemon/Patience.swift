import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
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
        private let working = Atomic(0)
        var count: Int { open.load(ordering: .relaxed) }
        func came() -> Int { open.add(1, ordering: .relaxed).newValue }
        func left() { open.subtract(1, ordering: .relaxed) }
        /// Connections whose request has come in whole and is not answered yet.
        var atWork: Int { working.load(ordering: .relaxed) }
        func works() { working.add(1, ordering: .relaxed) }
        func rests() { working.subtract(1, ordering: .relaxed) }
    }

    /// Connections beyond which no more are taken, and beyond which idle ones are sent away early.
    static let most = 12_000
    static let crowded = 4_000
    /// A body may take this long, and then must have come at `pace` bytes a second: a modem does 5,000.
    static let grace = TimeAmount.seconds(30)
    static let pace = 1_000
    /// No body takes longer than this, however large: what it brought must be named in the ledger before the sweep of
    /// files would take it (`Sweep.idle`).
    static let longest = TimeAmount.hours(12)
    /// How long, and for how many bytes, a sender who was answered may go on sending before the connection is closed.
    static let linger = TimeAmount.seconds(3)
    static let drained = 1 << 20
    /// How long a body may still come in once we are to stop.
    static let stopping = TimeAmount.seconds(10)
    /// After how long it is looked whether a connection at rest may stay. Not all at once: ten thousand that came together
    /// and are cut off together would hold up everybody else.
    static let idle = TimeAmount.seconds(5)...TimeAmount.seconds(10)
    /// A connection that was used may rest so long: proxies keep theirs for the next request.
    static let rest = TimeAmount.seconds(60)
    /// The headers of a request must be whole so long after the connection began or, on one that was used, after their first
    /// bytes, however busily they trickle.
    static let greeting = TimeAmount.seconds(10)

    private let crowd: Crowd
    private let rush: Rush?
    private let shed: @Sendable (_ path: String?) -> Void
    /// The request that is coming in was sent away.
    private var isShed = false
    /// The request that is coming in: since when, and how many bytes of its body came.
    private var reading: (since: NIODeadline, bytes: Int)?
    /// The headers of a request are being waited for: a new connection, or bytes came on one at rest.
    private var isGreeting = true
    /// Requests not yet answered in full.
    private var asked = 0
    /// Bytes that came after the answer.
    private var late: Int?
    private var watch: Scheduled<Void>?
    private var isWorking = false

    /// - Parameters:
    ///   - rush: how many requests may be worked on; nil: any number.
    ///   - shed: told the path of one that is sent away for that, and nil for a connection too many.
    init(_ crowd: Crowd, rush: Rush? = nil, shed: @escaping @Sendable (_ path: String?) -> Void = { _ in }) {
        self.crowd = crowd
        self.rush = rush
        self.shed = shed
    }

    func channelActive(context: ChannelHandlerContext) {
        let count = crowd.came()
        context.fireChannelActive()
        if count > Patience.most {
            shed(nil)
            context.close(promise: nil)
        } else {
            watchIdle(context, for: Patience.greeting)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        crowd.left()
        work(false)
        watch?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            reading = (context.eventLoop.now, 0)
            isGreeting = false
            late = nil
            after(Patience.grace, context) { $0.checkPace(context) }
            if asked == 0, let rush, !rush.admits(crowd.atWork + 1) { return sendAway(head, context) }
            asked += 1
        case .body(let bytes):
            reading?.bytes += bytes.readableBytes
            if let passed = late {
                late = passed + bytes.readableBytes
                if passed > Patience.drained { context.close(promise: nil) }
                return
            }
        case .end:
            reading = nil
            if isShed {
                isShed = false
                return watchIdle(context)
            }
            work(asked > 0)
            if asked == 0 { watchIdle(context) } else { watch?.cancel() }
        }
        context.fireChannelRead(data)
    }

    /// Answered here, on the event loop: what is sent away must cost next to nothing, or it takes the time of those that are
    /// not.
    private func sendAway(_ request: HTTPRequest, _ context: ChannelHandlerContext) {
        isShed = true
        late = 0
        shed(request.path)
        let text = ByteBuffer(string: "网关繁忙，请稍后再试\nthe gateway is busy; try again\n")
        let isLast = request.headerFields[.connection]?.lowercased() == "close"
        var head = HTTPResponse(
            status: .serviceUnavailable,
            headerFields: [
                .retryAfter: "2", .contentType: "text/plain; charset=utf-8", .cacheControl: "no-store",
                .contentLength: String(text.readableBytes),
            ])
        if isLast { head.headerFields[.connection] = "close" }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(text)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        if isLast { return context.close(promise: nil) }
        after(Patience.linger, context) { if $0.reading != nil { context.close(promise: nil) } }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) {
            // What is no request is answered too.
            asked = max(0, asked - 1)
            work(asked > 0 && reading == nil)
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
        if event is Doorstep.Bytes {
            greet(context)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    /// On a connection at rest these bytes are the first of a request.
    private func greet(_ context: ChannelHandlerContext) {
        guard !isGreeting, asked == 0, reading == nil else { return }
        isGreeting = true
        watchIdle(context, for: Patience.greeting)
    }

    private func work(_ works: Bool) {
        guard works != isWorking else { return }
        isWorking = works
        if works { crowd.works() } else { crowd.rests() }
    }

    private func checkPace(_ context: ChannelHandlerContext) {
        guard let reading else { return }
        let late = (context.eventLoop.now - reading.since - Patience.grace).nanoseconds / 1_000_000_000
        let isOver = context.eventLoop.now - reading.since > Patience.longest
        if isOver || reading.bytes < Int(late) * Patience.pace { return context.close(promise: nil) }
        after(.seconds(5), context) { $0.checkPace(context) }
    }

    private func watchIdle(_ context: ChannelHandlerContext, for most: TimeAmount = Patience.rest) {
        watchIdle(context, until: context.eventLoop.now + most)
    }

    private func watchIdle(_ context: ChannelHandlerContext, until end: NIODeadline) {
        let look = Int64.random(in: Patience.idle.lowerBound.nanoseconds...Patience.idle.upperBound.nanoseconds)
        let left = end - context.eventLoop.now
        after(min(.nanoseconds(look), max(left, .zero)), context) { patience in
            guard patience.asked == 0 else { return }
            if patience.crowd.count > Patience.crowded || context.eventLoop.now >= end {
                context.close(promise: nil)
            } else {
                patience.watchIdle(context, until: end)
            }
        }
    }

    /// Headers over the limits are 431 (RFC 6585, section 5); whatever else is no HTTP is 400, said by the server.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard (error as? HTTPParserError) == .headerOverflow, asked == 0 else {
            return context.fireErrorCaught(error)
        }
        let head = HTTPResponse(
            status: .requestHeaderFieldsTooLarge, headerFields: [.connection: "close", .contentLength: "0"])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.close(promise: nil)
    }

    /// One thing is waited for at a time.
    private func after(
        _ time: TimeAmount, _ context: ChannelHandlerContext, _ body: @escaping (Patience) -> Void
    ) {
        watch?.cancel()
        watch = context.eventLoop.assumeIsolated().scheduleTask(in: time) { [weak self] in self.map(body) }
    }
}
