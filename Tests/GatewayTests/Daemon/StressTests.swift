import Foundation
import HTTPTypes
import Hummingbird
import Intake
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization
import Testing

@testable import Gateway

/// A ledger that hangs until it is let go.
private final class HangingKeeper: Keeper {
    private let store = Mutex<(any Store)?>(nil)
    private let gate: AsyncStream<Void>
    private let open: AsyncStream<Void>.Continuation
    private let began: AsyncStream<Void>.Continuation
    let commits: AsyncStream<Void>

    init() {
        (gate, open) = AsyncStream.makeStream()
        (commits, began) = AsyncStream.makeStream()
    }

    func over(_ store: any Store) -> any Keeper {
        self.store.withLock { $0 = store }
        return self
    }

    func letGo() { open.finish() }

    func accept(_ parcels: [KeptParcel]) async throws(Trouble) -> [[Receipt]] {
        began.yield()
        for await _ in gate {}
        guard let store = store.withLock({ $0 }) else { throw .passing("no store") }
        return try await store.accept(parcels)
    }
}

@Suite("What is said while too much comes") struct StressTests {
    @Test("the flag, the causes and what waits stand in the metrics, channel by channel") func metrics() {
        var pressure = Pressure()
        #expect(pressure.text == "ready")
        pressure.waiting = ["web": 3]
        pressure.refused = [.init(channel: "web", cause: .parcels): 7, .init(channel: "cti", cause: .bodies): 1]
        pressure.isStressed = true
        let metrics = Metrics()
        pressure.show(metrics, channels: ["web", "cti"])
        for line in [
            "intake_stress 1", "intake_backlog_parcels 3", #"intake_channel_waiting{channel="web"} 3"#,
            #"intake_channel_waiting{channel="cti"} 0"#, #"intake_refused_total{channel="web",cause="parcels"} 7"#,
            #"intake_refused_total{channel="cti",cause="bodies"} 1"#,
        ] { #expect(metrics.text.contains(line + "\n"), "\(line)") }
        #expect(pressure.text.contains("under stress") && pressure.text.contains("3") && pressure.text.contains("8"))
    }

    @Test("a channel that can wait does so while the inbox is pressed, and says so") func heldBack() async throws {
        try await LiveGateway.run(clock: .init(.wall), channels: { _ in [] }) { gateway in
            let clock = Mutex(ContinuousClock.now)
            let inbox = Inbox(
                store: gateway.store, keys: gateway.tools.keys, day: { Day($0, offset: .zero) },
                clock: { clock.withLock { $0 } })
            await inbox.turn(of: "mail", gateway.tools)
            #expect(!gateway.tools.metrics.text.contains("held_back"))
            inbox.refused(.parcels, channel: "web")
            async let turn: Void = inbox.turn(of: "mail", gateway.tools)
            _ = try await eventually("it says so") {
                gateway.tools.metrics.text.contains(#"intake_held_back{channel="mail"} 1"#) ? true : nil
            }
            clock.withLock { $0 += .seconds(3600) }
            await turn
            #expect(gateway.tools.metrics.text.contains(#"intake_held_back{channel="mail"} 0"#))
        }
    }

    @Test("beyond the requests worked on at once a sender is told to come back, and is served once there is room")
    func crowd() async throws {
        let (gate, open) = AsyncStream<Void>.makeStream()
        let (entered, enter) = AsyncStream<Void>.makeStream()
        let router = Router(context: GatewayContext.self)
        router.get("/slow") { _, _ in
            enter.yield()
            for await _ in gate {}
            return "done"
        }
        router.get("/quick") { _, _ in "done" }
        let responder = router.buildResponder()
        let (ports, bound) = AsyncStream<Int>.makeStream()
        let shed = Mutex<[String?]>([])
        let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let listener = Listener(
            address: .tcp(host: "127.0.0.1", port: 0), responder: { responder }, ready: { bound.yield($0) }, log: log,
            shed: { path in shed.withLock { $0.append(path) } }, most: 2)
        let group = ServiceGroup(services: [listener], logger: log)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var bounds = ports.makeAsyncIterator()
            let port = await bounds.next() ?? 0
            @Sendable func get(_ path: String) async throws -> LiveGateway.Answer {
                let head = "GET \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                return try await LiveGateway.exchange(port: port, Array(head.utf8))
            }
            for _ in 0..<2 {
                tasks.addTask {
                    let served = try await get("/slow")
                    #expect(served.status == 200)
                }
            }
            var slow = entered.makeAsyncIterator()
            for _ in 0..<2 { _ = await slow.next() }
            let refused = try await get("/quick")
            #expect(
                refused.status == 503 && refused.headers["retry-after"] == "2" && shed.withLock { $0 } == ["/quick"])
            open.finish()
            _ = try await eventually("the slow ones are done") { try await get("/quick").status == 200 ? true : nil }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    @Test("while the ledger hangs a sender hears 503 with Retry-After at once; what waited is kept once it moves")
    func hanging() async throws {
        let keeper = HangingKeeper()
        let clock = Mutex(ContinuousClock.now)
        try await LiveGateway.run(
            clock: .init(.wall), keeper: { keeper.over($0) }, ticks: { clock.withLock { $0 } }
        ) { tools in
            let secrets = ["hook-secret": "whsec_\(HookSender.secret.base64EncodedString())"]
            let yaml = #"secrets: ["credential:hook-secret"]"#
            return [
                WebhookChannel(name: "cti", try channelSettings(yaml, secrets: secrets, in: tools.state), tools)
            ]
        } _: { gateway in
            @Sendable func post(_ id: String) async throws -> LiveGateway.Answer {
                let body = Array(HookSender.report("路灯不亮").utf8)
                let headers = HookSender.headers(id: id, body: body).map { (name: $0.name, value: $0.value) }
                return try await gateway.send("POST", "/hooks/cti", headers: headers, body: body)
            }
            async let first = post("first")
            for await _ in keeper.commits { break }
            clock.withLock { $0 += .seconds(6) }
            let second = try await post("second")
            #expect(second.status == 503 && second.headers["retry-after"].flatMap { Int($0) } ?? 0 >= 5)
            keeper.letGo()
            #expect(try await first.status == 200)
            // Within moments of the ledger's first answer, and no sooner.
            _ = try await eventually("it recovers") { try await post("second").status == 200 ? true : nil }
            #expect(try await gateway.books().arrivals == ["ticket": 2])
        }
    }

    @Test("the slower requests are answered, the fewer are worked on at once; a few always are") func rush() {
        let clock = Mutex(ContinuousClock.now)
        let rush = Rush(most: 512, clock: { clock.withLock { $0 } })
        func pass(_ answers: Int) {
            clock.withLock { $0 += .seconds(1) }
            for _ in 0..<answers { rush.answered() }
        }
        #expect(rush.admits(512) && !rush.admits(513))
        pass(100)
        #expect(rush.admits(200) && !rush.admits(201))
        pass(0)
        #expect(rush.admits(100) && !rush.admits(101))
        for _ in 0..<10 { pass(0) }
        #expect(!rush.admits(Rush.few + 1) && rush.admits(Rush.few))
        // Once few were at work, a burst is a burst again.
        #expect(rush.admits(300))
        for _ in 0..<8 {
            pass(10_000)
            _ = rush.admits(300)
        }
        #expect(rush.admits(512) && !rush.admits(513))
    }
}
