import Foundation
import Intake
import Testing

@testable import Gateway

@Suite("Similar tickets") struct SimilarTests {
    @Test("reports about one matter that come together are suggested to each other")
    func together() async throws {
        try await withGateway(.sqlite, channels: HookSender.channel) { gateway in
            let item = #"{"text":"东区临河街道路灯不亮"}"#
            let body = #"{"data":[\#(item),\#(item),{"text":"水管漏水"}]}"#
            _ = try await gateway.call(HookSender.call(gateway, id: "both", body: body))
            let orders = try await eventually("both orders are there") {
                let found = gateway.handedOver(to: "lighting")
                return found.count == 2 ? found : nil
            }
            let found = try orders.map { try JSONDecoder().decode(Handed.self, from: $0.json).message.workOrder }
            #expect(found[0].similar == [found[1].number] && found[1].similar == [found[0].number])
        }
    }

    /// What of a folder's order.json is looked at.
    private struct Handed: Decodable {
        struct Message: Decodable { var workOrder: Order }
        struct Order: Decodable {
            var number: String
            var similar: [String]
        }
        var message: Message
    }
}
