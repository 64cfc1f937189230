import Foundation
import Intake
import Testing

@testable import Gateway

/// What happens between the decision and the department.
@Suite("Handing over, end to end")
struct HandingOverTests {
    /// The small city with the water company at a destination of its own.
    private func apart(_ gateway: RunningGateway) throws {
        let city = gateway.folder + "/city"
        try FileManager.default.copyItem(atPath: Fixtures.path("small-city"), toPath: city)
        let departments = city + "/departments.yaml"
        let text = try String(contentsOfFile: departments, encoding: .utf8)
            .replacing("english: Water Company, deliver: outbox", with: "english: Water Company, deliver: water")
        try Data(text.utf8).write(to: URL(filePath: departments))
        let file = gateway.folder + "/intake.yaml"
        let settings =
            try String(contentsOfFile: file, encoding: .utf8)
            .replacing(Fixtures.path("small-city"), with: city) + "\ndeliver: { hold-after: 1 }\n"
        try Data(settings.utf8).write(to: URL(filePath: file))
    }

    private static let destinations = """
        - { name: outbox, kind: folder, path: outbox }
        - { name: water, kind: folder, path: /proc/no-such-place }
        """

    @Test(
        "A dead department is held with an alert and slows nobody; released, it is tried again",
        arguments: Backend.allCases)
    func dead(_ ledger: Backend) async throws {
        try await withGateway(
            ledger, channels: HookSender.channel, destinations: Self.destinations, prepare: apart
        ) { gateway in
            for number in 0..<20 {
                let words = number % 2 == 0 ? "水管漏水" : "路灯不亮"
                _ = try await gateway.call(
                    HookSender.call(gateway, id: "dead_\(number)", body: HookSender.report(words)))
            }
            _ = try await eventually("the living department has all of its own") {
                gateway.handedOver(to: "lighting").count == 10 ? true : nil
            }
            let alerts = try await eventually("people are alerted of each held delivery") {
                let alerts = gateway.handedOver(to: "operator")
                return alerts.count == 10 ? alerts : nil
            }
            #expect(alerts.allSatisfy { String(decoding: $0.json, as: UTF8.self).contains("intake release") })
        }
    }

    @Test("Emergency words alert a person at once", arguments: Backend.allCases)
    func emergency(_ ledger: Backend) async throws {
        try await withGateway(ledger, channels: HookSender.channel) { gateway in
            _ = try await gateway.call(
                HookSender.call(gateway, id: "fire", body: HookSender.report("东区临河街道路灯杆着火了，电话13800138000")))
            let alert = try await eventually("an alert is out") { gateway.handedOver(to: "operator").first }
            let text = String(decoding: alert.json, as: UTF8.self)
            #expect(text.contains("119") && !text.contains("13800138000"))
        }
    }

    @Test(
        "What no rule can sort goes to the triage desk with the reason, and stays received", arguments: Backend.allCases
    )
    func triage(_ ledger: Backend) async throws {
        try await withGateway(ledger, channels: HookSender.channel) { gateway in
            _ = try await gateway.call(HookSender.call(gateway, id: "odd", body: HookSender.report("想咨询一件事")))
            let order = try await eventually("the triage desk has it") { gateway.handedOver(to: "triage").first }
            let form = try #require(try JSONSerialization.jsonObject(with: order.json) as? [String: Any])
            let message = try #require(form["message"] as? [String: Any])
            #expect(message["type"] as? String == "work-order")
        }
    }
}
