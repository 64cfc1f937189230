import Foundation
import Intake
import Testing

@testable import Gateway

/// What happens between the decision and the department.
@Suite("Handing over, end to end")
struct HandingOverTests {
    /// The small city with the water company at a destination of its own, a folder that a file stands in the way of.
    private func apart(_ gateway: RunningGateway) throws {
        let company = "english: Water Company, deliver: "
        try Fixtures.replace(company + "outbox", with: company + "water", in: gateway.ownCity() + "/departments.yaml")
        try Data().write(to: URL(filePath: gateway.folder + "/way"))
    }

    private func mend(_ gateway: RunningGateway) throws {
        try FileManager.default.removeItem(atPath: gateway.folder + "/way")
    }

    private func water(_ gateway: RunningGateway) -> [String] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: gateway.folder + "/way/in/water")
        return (names ?? []).filter { !$0.hasPrefix(".") }
    }

    private static let destinations = """
        - { name: outbox, kind: folder, path: outbox }
        - { name: water, kind: folder, path: "{folder}/way/in" }
        """

    @Test(
        "A dead department slows nobody: its orders wait, people are told once, and mended it gets each once",
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
            let alert = try await eventually("people are told") { gateway.handedOver(to: "operator").first }
            #expect(String(decoding: alert.json, as: UTF8.self).contains("派发暂停"))
            #expect(try await gateway.metric("intake_destination_up", "water") == 0)
            let file = try gateway.fileWithPort()
            let queue = try await gateway.command(["queue"], english: true, file: file).output
            #expect(queue.contains("left alone"), "\(queue)")
            let doctor = try await gateway.command(["doctor"], file: file)
            #expect(doctor.status == 1 && doctor.output.contains("目的地 water 暂停"), "\(doctor.output)")
            #expect(doctor.output.contains("✓ 没有搁置的派发"))
            try mend(gateway)
            _ = try await eventually("the dead department has all of its own") {
                water(gateway).count == 10 ? true : nil
            }
            #expect(try await gateway.metric("intake_destination_up", "water") == 1)
            #expect(gateway.handedOver(to: "operator").count == 1)
            #expect(gateway.log.components(separatedBy: "a destination is left alone").count == 2)
            #expect(gateway.log.components(separatedBy: "a destination answers again").count == 2)
        }
    }

    @Test("What cannot be handed over in the end is held with an alert; released, it is tried again")
    func held() async throws {
        try await withGateway(
            .sqlite, channels: HookSender.channel, destinations: Self.destinations,
            prepare: { gateway in
                try apart(gateway)
                let file = gateway.folder + "/intake.yaml"
                let text = try String(contentsOfFile: file, encoding: .utf8) + "\ndeliver: { hold-after: 1 }\n"
                try Data(text.utf8).write(to: URL(filePath: file))
            }
        ) { gateway in
            for number in 0..<2 {
                _ = try await gateway.call(
                    HookSender.call(gateway, id: "held_\(number)", body: HookSender.report("水管漏水")))
            }
            let alerts = try await eventually("people are alerted of each") {
                let alerts = gateway.handedOver(to: "operator")
                return alerts.count == 2 ? alerts : nil
            }
            #expect(alerts.allSatisfy { String(decoding: $0.json, as: UTF8.self).contains("intake release") })
            try mend(gateway)
            #expect(try await gateway.command(["release", "--destination", "water"]).status == 0)
            _ = try await eventually("both are there") { water(gateway).count == 2 ? true : nil }
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
