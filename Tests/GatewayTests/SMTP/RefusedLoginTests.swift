import Foundation
import Intake
import Testing

@testable import Gateway

/// A mail server that does not let us in is no fault of the mails.
@Suite("A mail server refuses the log-in")
struct RefusedLoginTests {
    private func destinations(_ sink: SMTPSink) -> String {
        """
        - name: outbox
          kind: smtp
          host: 127.0.0.1
          port: \(sink.port)
          security: plain
          user: hotline
          password: credential:smtp-password
          from: hotline@example.com
          address: "{department}@example.com"
          networks: [127.0.0.0/8]
        - { name: desk, kind: folder, path: outbox }
        """
    }

    private func password(_ text: String, _ gateway: RunningGateway) throws {
        try Data(text.utf8).write(to: URL(filePath: gateway.folder + "/credentials/smtp-password"))
    }

    @Test(
        "Nothing is held, people are told once, and all goes out once the credential is mended",
        arguments: Backend.allCases)
    func mended(_ ledger: Backend) async throws {
        try await withSMTPSink(login: ("hotline", "right")) { sink in
            try await withGateway(
                ledger, channels: HookSender.channel, destinations: destinations(sink),
                prepare: { gateway in
                    try password("wrong", gateway)
                    let file = gateway.folder + "/intake.yaml"
                    let text = try String(contentsOfFile: file, encoding: .utf8)
                        .replacing("alerts: outbox", with: "alerts: desk")
                    try Data((text + "\ndeliver: { hold-after: 1 }\n").utf8).write(to: URL(filePath: file))
                }
            ) { gateway in
                for number in 0..<3 {
                    _ = try await gateway.call(
                        HookSender.call(gateway, id: "login_\(number)", body: HookSender.report("水管漏水")))
                }
                let alert = try await eventually("a person is told") {
                    gateway.handedOver(to: "operator").first
                }
                #expect(String(decoding: alert.json, as: UTF8.self).contains("拒绝登录"))
                let metrics = String(decoding: try await gateway.inside("/metrics").body, as: UTF8.self)
                #expect(metrics.contains(#"intake_destination_up{destination="outbox"} 0"#))
                let doctor = try await gateway.command(["doctor"], file: try gateway.fileWithPort())
                #expect(doctor.status == 1 && doctor.output.contains("目的地 outbox：127.0.0.1 拒绝登录"), "\(doctor.output)")
                #expect(doctor.output.contains("✓ 没有搁置的派发"))

                try password("right", gateway)
                #expect(try await gateway.reload(to: gateway.privateURL).status == 0)
                for _ in 0..<3 { #expect(try await sink.mail().user == "hotline") }
                _ = try await eventually("the destination is well") { () -> Bool? in
                    let metrics = String(decoding: try await gateway.inside("/metrics").body, as: UTF8.self)
                    return metrics.contains(#"intake_destination_up{destination="outbox"} 1"#) ? true : nil
                }
                #expect(gateway.handedOver(to: "operator").count == 1)
                let after = try await gateway.command(["doctor"], file: try gateway.fileWithPort())
                #expect(after.output.contains("✓ 目的地可达"), "\(after.output)")
            }
        }
    }

    @Test("A knock tells a door that opens from one that is shut, that is locked, and that may not be tried")
    func knock() async throws {
        try await withSMTPSink(.tls, login: ("hotline", "right")) { sink in
            let network = try Network(now: { .wall })
            func trouble(egress: Egress = .anywhere, _ change: (inout MailServer) -> Void) async -> Trouble? {
                var server = MailServer(
                    host: "localhost", port: sink.port, security: .tls,
                    login: .init(user: "hotline", password: Secret("right".utf8)), caFile: sink.caFile)
                change(&server)
                var knock = Knock(.mail(server))
                knock.egress = egress
                do throws(Trouble) { try await network.knock(knock) } catch { return error }
                return nil
            }
            #expect(await trouble { _ in } == nil)
            #expect(await trouble { $0.login?.password = Secret("wrong".utf8) }?.isRefusedLogin == true)
            #expect(await trouble { $0.caFile = nil }?.kind == .passing)
            #expect(await trouble(egress: .publicOnly) { _ in }?.kind == .needsPerson)
            #expect(
                await trouble { ($0.port, $0.security) = (1, .plain) }?.kind == .passing)
        }
        try await withHTTPReceiver { receiver in
            let network = try Network(now: { .wall })
            var knock = Knock(.http(receiver.address + "/never-asked", plainAllowed: true))
            knock.egress = .anywhere
            try await network.knock(knock)
            knock.door = .http(receiver.address, plainAllowed: false)
            await #expect(throws: Trouble.self) { try await network.knock(knock) }
            knock.door = .http("http://127.0.0.1:1/x", plainAllowed: true)
            await #expect(throws: Trouble.self) { try await network.knock(knock) }
        }
    }
}
