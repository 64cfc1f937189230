import Foundation
import Intake
import Testing

@testable import Gateway

@Suite("Reloading while at work") struct ReloadTests {
    /// A department whose server never answers, and one that gets folders.
    private static func destinations(_ receiver: HTTPReceiver) -> String {
        """
        - { name: outbox, kind: folder, path: outbox }
        - name: slow
          kind: http
          url: \(receiver.address)/hang
          plain-http: true
          networks: ["127.0.0.0/8"]
          secrets: ["credential:hook-secret"]
        """
    }

    @Test("two reloads in a row, while a department does not answer, hold up nobody")
    func twice() async throws {
        try await withHTTPReceiver { receiver in
            try await withGateway(
                .sqlite, channels: HookSender.channel, destinations: Self.destinations(receiver),
                prepare: { gateway in
                    // Alerts go to the server that hangs.
                    let file = URL(filePath: gateway.folder + "/intake.yaml")
                    let text = try String(contentsOf: file, encoding: .utf8)
                    try Data(text.replacing("alerts: outbox", with: "alerts: slow").utf8).write(to: file)
                }
            ) { gateway in
                let danger = HookSender.report("东区煤气泄漏，有人晕倒，着火了")
                _ = try await gateway.call(HookSender.call(gateway, id: "slow", body: danger))
                _ = try await receiver.request()
                async let one = gateway.reload(to: gateway.privateURL)
                async let two = gateway.reload(to: gateway.privateURL)
                #expect(try await one.status == 0)
                #expect(try await two.status == 0)
                let light = HookSender.report("东区临河街道路灯不亮")
                _ = try await gateway.call(HookSender.call(gateway, id: "quick", body: light))
                _ = try await eventually("the report is routed and handed over") {
                    gateway.handedOver(to: "lighting").first
                }
                #expect(try await gateway.metric("dispatch_attempts_total", "slow") == nil, "the call goes on")
            }
        }
    }

    @Test("two channels whose paths are the same are refused, not crashed on")
    func doubled() async throws {
        try await withGateway(.sqlite, channels: HookSender.channel) { gateway in
            let file = gateway.folder + "/intake.yaml"
            let text = try String(contentsOfFile: file, encoding: .utf8)
            let twice =
                "channels:\n  - { name: one, kind: form }\n  - { name: two, kind: form }\n  - { name: Bad/Name, kind: form }\n"
            try Data(text.replacing("channels:\n", with: twice).utf8).write(to: URL(filePath: file))
            let (status, words) = try await gateway.command(["check"], english: true)
            #expect(
                status == 78 && words.contains("one channel of kind form") && words.contains("Bad/Name"), "\(words)")
            #expect(try await gateway.inside("/healthz").status == 200)
        }
    }
}
