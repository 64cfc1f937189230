import Foundation
import Intake
import Testing

@testable import Gateway

@Suite("A ticket that only a person can get going") struct HeldTicketTests {
    @Test("it is shown in the queue, in its history, by an alert and by the doctor, and goes on once mended")
    func shown() async throws {
        try await FilledLedger.run { ledger in
            let gateway = ledger.gateway
            try await ledger.keep([FilledLedger.parcel("a", FilledLedger.report("路灯不亮"))])
            try ledger.tamper(
                "CREATE TABLE aside AS SELECT payload FROM entries; UPDATE entries SET payload = zeroblob(60)")
            try await gateway.start()
            defer { gateway.stop(SIGKILL) }
            _ = try await eventually("somebody is alerted") {
                gateway.handedOver(to: "operator").first { String(decoding: $0.json, as: UTF8.self).contains("派不下去") }
            }
            let queue = try await gateway.lines(QueueRow.self, ["queue"]).lines
            #expect(queue == [QueueRow(department: "unsettled", ages: [1, 0, 0, 0, 0], overdue: 0)])
            #expect(try await gateway.command(["queue"]).output.contains("派不下去"))
            #expect(try await gateway.command(["ticket", "1"]).output.contains("等人处理"))
            #expect(try await gateway.command(["doctor"]).output.contains("派不下去"))
            let metrics = try await gateway.inside("/metrics").text
            #expect(metrics.contains("intake_tickets_held_total 1"))
            gateway.stop()

            try ledger.tamper(
                """
                UPDATE entries SET payload = (SELECT payload FROM aside) WHERE ticket = 1 AND sequence = 1;
                UPDATE jobs SET due = 0
                """)
            try await gateway.start()
            _ = try await eventually("it is settled, and the queue says so") {
                let queue = try await gateway.lines(QueueRow.self, ["queue"]).lines
                return queue.isEmpty || queue.contains { $0.department == "unsettled" } ? nil : true
            }
            #expect(gateway.handedOver(to: "operator").count == 1)
        }
    }
}
