import HTTPTypes
import Hummingbird
import Intake
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Synchronization
import Testing

@testable import Gateway

@Suite("Who is told to come back before its request is routed") struct DoorsTests {
    @Test("the path names the channel that would have answered") func paths() async throws {
        try await LiveGateway.run(clock: .init(.wall), channels: { _ in [] }) { gateway in
            let tools = gateway.tools
            func settings(_ yaml: String) throws -> Settings {
                try channelSettings(yaml, secrets: ["hook": WebhookChannelTests.secret], in: tools.scratch)
            }
            let hook = WebhookChannel(name: "cti", try settings("secrets: [\"credential:hook\"]"), tools)
            let api = APIChannel(name: "programs", try settings("limit: 1MiB"), tools)
            let form = FormChannel(name: "web", try settings(FormChannel.example), tools)
            let inbox = Inbox(store: gateway.store, keys: tools.keys, day: { Day($0, offset: .zero) })
            let doors = Doors(["cti": hook, "programs": api, "web": form], into: inbox)
            for (path, channel) in [
                ("/", "web"), ("/?lang=en", "web"), ("/t/20261121-000001?code=x", "web"), ("/hooks/cti", "cti"),
                ("/hooks/cti?a=/api/v1/files", "cti"), ("/api/v1/submissions", "programs"),
                ("/api/v1/submissions/20261121-000001", "programs"), ("/api/v1/files", "programs"),
                // Its page says that there is nothing.
                ("/hooks/unknown", "web"), ("/a/b/c/d", "web"), ("", "web"),
            ] { #expect(doors.channel(at: path) == channel, "\(path)") }
            let alone = Doors(["cti": hook], into: inbox)
            #expect(alone.channel(at: "/hooks/cti") == "cti")
            #expect(alone.channel(at: "/") == nil && alone.channel(at: "/api/v1/files") == nil)
        }
    }

    @Test("the path is told of a request that is sent away, and nothing of a connection too many") func told() throws {
        let told = Mutex<[String?]>([])
        let crowd = Patience.Crowd()
        func connected() throws -> EmbeddedChannel {
            let patience = Patience(crowd, rush: Rush(most: 1), shed: { path in told.withLock { $0.append(path) } })
            let channel = EmbeddedChannel(handler: patience, loop: EmbeddedEventLoop())
            try channel.connect(to: SocketAddress(unixDomainSocketPath: "/nowhere")).wait()
            return channel
        }
        let channel = try connected()
        crowd.works()
        try channel.writeInbound(
            HTTPRequestPart.head(HTTPRequest(method: .post, scheme: "http", authority: "a", path: "/hooks/cti?a=b")))
        for _ in 1..<Patience.most { _ = crowd.came() }
        let late = try connected()
        #expect(!late.isActive && told.withLock { $0 } == ["/hooks/cti?a=b", nil])
        for channel in [channel, late] { _ = try? channel.finish(acceptAlreadyClosed: true) }
    }
}
