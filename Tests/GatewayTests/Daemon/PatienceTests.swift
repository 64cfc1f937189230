import HTTPTypes
import Hummingbird
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

@testable import Gateway

@Suite("How much a sender may ask of us") struct PatienceTests {
    private static let head = HTTPRequestPart.head(
        HTTPRequest(method: .post, scheme: "http", authority: "here", path: "/"))
    private static let answer = HTTPResponsePart.head(HTTPResponse(status: .contentTooLarge))

    private static func connected(_ crowd: Patience.Crowd = .init()) throws -> (EmbeddedChannel, EmbeddedEventLoop) {
        let loop = EmbeddedEventLoop()
        let channel = EmbeddedChannel(handler: Patience(crowd), loop: loop)
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/nowhere")).wait()
        return (channel, loop)
    }

    private static func body(_ count: Int) -> HTTPRequestPart { .body(ByteBuffer(repeating: 1, count: count)) }

    @Test("a body that trickles is cut; one that comes at a fair pace is not") func pace() throws {
        for (bytes, open) in [(10, false), (10_000, true)] {
            let (channel, loop) = try Self.connected()
            try channel.writeInbound(Self.head)
            for _ in 0..<20 {
                loop.advanceTime(by: .seconds(5))
                if channel.isActive { try channel.writeInbound(Self.body(bytes)) }
            }
            #expect(channel.isActive == open)
            _ = try? channel.finish(acceptAlreadyClosed: true)
        }
    }

    @Test("who is answered and goes on sending is not read on for long", arguments: [true, false])
    func answered(quick: Bool) throws {
        let (channel, loop) = try Self.connected()
        try channel.writeInbound(Self.head)
        try channel.writeOutbound(Self.answer)
        try channel.writeOutbound(HTTPResponsePart.end(nil))
        if quick {
            for _ in 0..<20 where channel.isActive { try channel.writeInbound(Self.body(100_000)) }
        } else {
            try channel.writeInbound(Self.body(10))
            loop.advanceTime(by: Patience.linger)
        }
        #expect(!channel.isActive)
        // What came after the answer went nowhere.
        #expect(try channel.readInbound(as: HTTPRequestPart.self) != nil)
        #expect(try channel.readInbound(as: HTTPRequestPart.self) == nil)
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    @Test("when we are to stop, a body that is still coming has ten seconds") func stopping() throws {
        let (channel, loop) = try Self.connected()
        try channel.writeInbound(Self.head)
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        loop.advanceTime(by: .seconds(9))
        #expect(channel.isActive)
        loop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    @Test("in a crowd idle connections go early, those at work stay, and beyond the most none is taken") func crowd()
        throws
    {
        let crowd = Patience.Crowd()
        let (idle, loop) = try Self.connected(crowd)
        let (busy, busyLoop) = try Self.connected(crowd)
        for part in [Self.head, .end(nil)] { try idle.writeInbound(part) }
        for part in [Self.answer, .end(nil)] { try idle.writeOutbound(part) }
        try busy.writeInbound(Self.head)
        for loop in [loop, busyLoop] { loop.advanceTime(by: .seconds(20)) }
        #expect(idle.isActive && busy.isActive)
        for _ in 0..<Patience.crowded { _ = crowd.came() }
        for loop in [loop, busyLoop] { loop.advanceTime(by: Patience.idle.upperBound) }
        #expect(!idle.isActive && busy.isActive)
        for _ in Patience.crowded..<Patience.most { _ = crowd.came() }
        let (late, _) = try Self.connected(crowd)
        #expect(!late.isActive)
        for channel in [idle, busy, late] { _ = try? channel.finish(acceptAlreadyClosed: true) }
    }

    @Test("a body that never ends is cut after half a day, at whatever pace it comes") func endless() throws {
        let (channel, loop) = try Self.connected()
        try channel.writeInbound(Self.head)
        for _ in 0..<Int(Patience.longest.nanoseconds / TimeAmount.minutes(1).nanoseconds) + 2 where channel.isActive {
            loop.advanceTime(by: .minutes(1))
            if channel.isActive { try channel.writeInbound(Self.body(200_000)) }
        }
        #expect(!channel.isActive)
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    @Test("a request counts as work from its last byte to the end of its answer, or of its connection") func work()
        throws
    {
        let crowd = Patience.Crowd()
        let (one, _) = try Self.connected(crowd)
        let (two, _) = try Self.connected(crowd)
        try one.writeInbound(Self.head)
        #expect(crowd.atWork == 0)
        try one.writeInbound(HTTPRequestPart.end(nil))
        for part in [Self.head, .end(nil)] { try two.writeInbound(part) }
        #expect(crowd.atWork == 2)
        try one.writeOutbound(Self.answer)
        try one.writeOutbound(HTTPResponsePart.end(nil))
        #expect(crowd.atWork == 1)
        two.close(promise: nil)
        #expect(crowd.atWork == 0)
        for channel in [one, two] { _ = try? channel.finish(acceptAlreadyClosed: true) }
    }

    @Test("headers that trickle for ten seconds are not waited for any longer") func headers() throws {
        let (channel, loop) = try Self.connected()
        for _ in 0..<9 {
            channel.pipeline.fireUserInboundEventTriggered(Doorstep.Bytes())
            loop.advanceTime(by: .seconds(1))
        }
        #expect(channel.isActive)
        loop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    @Test("a connection that was used may rest for a minute; headers that begin to trickle then have ten seconds")
    func rest() throws {
        for trickles in [false, true] {
            let (channel, loop) = try Self.connected()
            for part in [Self.head, .end(nil)] { try channel.writeInbound(part) }
            for part in [Self.answer, .end(nil)] { try channel.writeOutbound(part) }
            loop.advanceTime(by: .seconds(30))
            for _ in 0..<(trickles ? 9 : 29) {
                if trickles { channel.pipeline.fireUserInboundEventTriggered(Doorstep.Bytes()) }
                loop.advanceTime(by: .seconds(1))
            }
            #expect(channel.isActive)
            loop.advanceTime(by: .seconds(1))
            #expect(!channel.isActive, "\(trickles)")
            _ = try? channel.finish(acceptAlreadyClosed: true)
        }
    }

    @Test("headers over the limits are 431, what is no HTTP is 400, and both end the connection") func oversized()
        async throws
    {
        let router = Router(context: GatewayContext.self)
        router.get("/") { _, _ in "here" }
        try await withLoopback(router) { port in
            func get(_ headers: String) async throws -> Int {
                let head = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\(headers)\r\n"
                return try await LiveGateway.exchange(port: port, Array(head.utf8)).status
            }
            let plain = try await get("")
            #expect(plain == 200)
            #expect(try await get("X-Long: \(String(repeating: "a", count: 20_000))\r\n") == 431)
            let many = (0..<4).map { "X-\($0): \(String(repeating: "a", count: 10_000))\r\n" }.joined()
            #expect(try await get(many) == 431)
            #expect(try await get((0..<200).map { "X-\($0): a\r\n" }.joined()) == 431)
            #expect(try await get("no header at all\r\n") == 400)
            #expect(try await get("") == 200)
        }
    }

    @Test("who is sent away is answered at once, its body is thrown away, and its next request is served")
    func sentAway()
        throws
    {
        let crowd = Patience.Crowd()
        for _ in 0..<2 { crowd.works() }
        let channel = EmbeddedChannel(handler: Patience(crowd, rush: Rush(most: 2)), loop: EmbeddedEventLoop())
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/nowhere")).wait()
        try channel.writeInbound(Self.head)
        guard case .head(let head)? = try channel.readOutbound(as: HTTPResponsePart.self) else {
            Issue.record("no answer")
            return
        }
        #expect(head.status == .serviceUnavailable && head.headerFields[.retryAfter] == "2")
        for part in [Self.body(1000), .end(nil)] { try channel.writeInbound(part) }
        #expect(try channel.readInbound(as: HTTPRequestPart.self) == nil)
        crowd.rests()
        for part in [Self.head, .end(nil)] { try channel.writeInbound(part) }
        #expect(try channel.readInbound(as: HTTPRequestPart.self) == Self.head && crowd.atWork == 2)
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }
}
