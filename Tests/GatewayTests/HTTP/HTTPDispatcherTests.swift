import Foundation
import Intake
import Testing

@testable import Gateway

/// Signed work orders, to a real receiver, from the real daemon.
@Suite("Handing over by signed HTTP")
struct HTTPDispatcherTests {
    private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    private func destinations(_ url: String) -> String {
        """
        - name: outbox
          kind: http
          url: \(url)
          plain-http: true
          networks: [127.0.0.0/8]
          secrets: ["credential:hook-secret"]
        - { name: desk, kind: folder, path: outbox }
        """
    }

    /// Alerts go to a folder, so that they can be seen when the receiver is what fails.
    private func alertsToDesk(_ gateway: RunningGateway) throws {
        let file = gateway.folder + "/intake.yaml"
        let text = try String(contentsOfFile: file, encoding: .utf8).replacing("alerts: outbox", with: "alerts: desk")
        try Data((text + "\ndeliver: { hold-after: 2 }\n").utf8).write(to: URL(filePath: file))
    }

    @Test("A department's server gets a signed, masked work order under a key that stays", arguments: Backend.allCases)
    func signed(_ ledger: Backend) async throws {
        try await withHTTPReceiver { receiver in
            try await withGateway(
                ledger, channels: HookSender.channel, destinations: destinations(receiver.address + "/status/200"),
                prepare: alertsToDesk
            ) { gateway in
                _ = try await gateway.call(
                    HookSender.call(gateway, id: "h1", body: HookSender.report("水管漏水，13800138000")))
                let request = try await receiver.request()
                let hooks = try StandardWebhooks(keys: [Self.secret])
                let headers = request.headers.map { ($0.key, $0.value) }
                #expect(throws: Never.self) {
                    try hooks.verify(headers: headers, body: [UInt8](request.body), now: .wall)
                }
                let text = String(decoding: request.body, as: UTF8.self)
                #expect(text.contains("水管漏水") && !text.contains("13800138000"))
                #expect(text.contains("intake.work-order"))
                #expect(request.header("webhook-id")?.hasSuffix("-1") == true)
            }
        }
    }

    @Test(
        "A redirect, a refusal and a server gone for good are held with an alert, not tried for ever",
        arguments: ["/redirect", "/status/400", "/status/410"])
    func lasting(_ path: String) async throws {
        try await withHTTPReceiver { receiver in
            try await withGateway(
                .sqlite, channels: HookSender.channel, destinations: destinations(receiver.address + path),
                prepare: alertsToDesk
            ) { gateway in
                _ = try await gateway.call(HookSender.call(gateway, id: "h2", body: HookSender.report("水管漏水")))
                let alert = try await eventually("a person is alerted") { gateway.handedOver(to: "operator").first }
                #expect(String(decoding: alert.json, as: UTF8.self).contains("water"))
            }
        }
    }

    @Test("A busy server is tried again when it asked to be, under the same key")
    func again() async throws {
        try await withHTTPReceiver { receiver in
            try await withGateway(
                .sqlite, channels: HookSender.channel,
                destinations: destinations(receiver.address + "/status/503?retry=1"), prepare: alertsToDesk
            ) { gateway in
                _ = try await gateway.call(HookSender.call(gateway, id: "h3", body: HookSender.report("水管漏水")))
                let first = try await receiver.request()
                let second = try await receiver.request()
                #expect(first.header("webhook-id") == second.header("webhook-id"))
                _ = try await eventually("then a person is alerted") { gateway.handedOver(to: "operator").first }
            }
        }
    }

    @Test("An address outside the listed networks is never called")
    func outside() async throws {
        try await withHTTPReceiver { receiver in
            // A name that leads to this machine: an address would be refused when the settings are read.
            let address = receiver.address.replacing("127.0.0.1", with: "inner.localhost")
            let other = destinations(address + "/status/200").replacing("127.0.0.0/8", with: "10.0.0.0/8")
            try await withGateway(
                .sqlite, channels: HookSender.channel, destinations: other, prepare: alertsToDesk
            ) { gateway in
                _ = try await gateway.call(HookSender.call(gateway, id: "h4", body: HookSender.report("水管漏水")))
                let alert = try await eventually("a person is alerted") { gateway.handedOver(to: "operator").first }
                #expect(String(decoding: alert.json, as: UTF8.self).contains("networks"))
            }
        }
    }
}
