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
        let shed = Mutex(0)
        let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let listener = Listener(
            address: .tcp(host: "127.0.0.1", port: 0), responder: { responder }, ready: { bound.yield($0) }, log: log,
            shed: { shed.withLock { $0 += 1 } }, most: 2)
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
            #expect(refused.status == 503 && refused.headers["retry-after"] == "2" && shed.withLock { $0 } == 1)
            open.finish()
            _ = try await eventually("the slow ones are done") { try await get("/quick").status == 200 ? true : nil }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
}
