import Foundation
import Intake
import Servers
import Testing

@testable import Gateway

@Suite("A place told after a ticket is settled, end to end")
struct LatePlaceTests {
    private struct Report: Decodable {
        struct Facts: Decodable {
            var state: Ticket.State
            var area: String?
        }
        struct Work: Decodable {
            var department: String
            var state: Assignment.State
        }
        var facts: Facts
        var assignments: [Work]
    }

    @Test("The ticket leaves triage for those who work there, and triage is told", arguments: Backend.allCases)
    func moved(_ ledger: Backend) async throws {
        let platform = WeChatPlatform()
        try await withFolder { secrets in
            try await withGateway(ledger, channels: platform.channel(in: secrets, "rest: 0s")) { gateway in
                func push(_ xml: String) async throws {
                    let push = try platform.push(xml, to: "wx", at: .wall)
                    let answer = try await gateway.call(
                        HTTPCall(.post, gateway.publicURL + push.path, body: .bytes(push.body)))
                    #expect(answer.status == 200)
                }
                try await push(platform.text("有个东西坏了很久", id: 1, at: .wall))
                _ = try await eventually("it lies at triage") { gateway.handedOver(to: "triage").first }
                try await push(platform.text("是路灯", id: 2, at: .wall))
                _ = try await eventually("the lighting office has it") { gateway.handedOver(to: "lighting").first }
                _ = try await eventually("triage is told") {
                    gateway.handedOver(to: "triage").first {
                        String(decoding: $0.json, as: UTF8.self).contains("recall")
                    }
                }
                let place = "<Location_X>39.9</Location_X><Location_Y>116.4</Location_Y><Label>东区临河街道</Label>"
                try await push(platform.message("location", place, id: 3, at: .wall))
                _ = try await eventually("the local office helps") { gateway.handedOver(to: "east-office").first }
                let report = try #require(try await gateway.lines(Report.self, ["ticket", "1"]).lines.first)
                #expect(report.facts.state == .accepted)
                #expect(
                    Dictionary(report.assignments.map { ($0.department, $0.state) }, uniquingKeysWith: { $1 })
                        == ["triage": .cancelled, "lighting": .sent, "east-office": .sent])
                let shown = try await gateway.command(["ticket", "1"]).output
                #expect(shown.contains("补充说明了区域：东区") && shown.contains("重新分派"), "\(shown)")
                #expect(try await gateway.books().arrivals == ["ticket": 1, "follow-up": 2])
            }
        }
    }
}
