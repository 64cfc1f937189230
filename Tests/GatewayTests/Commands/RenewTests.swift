import Foundation
import Intake
import Testing

@testable import Gateway

@Suite("A new root after a change of the master key") struct RenewTests {
    private struct Answer: Decodable {
        struct One: Decodable {
            var number: TicketNumber
            var code: String
        }
        var receipts: [One]
    }

    private func send(_ gateway: RunningGateway, _ id: String) async throws -> Answer.One {
        let call = HookSender.call(gateway, id: id, body: HookSender.report("\(id)路灯不亮"))
        return try #require(
            JSONDecoder().decode(Answer.self, from: Data(try await gateway.call(call).body)).receipts.first)
    }

    @Test(
        "whoever knew the old key computes no code of a later ticket; numbers go on, older codes stay, the history verifies",
        arguments: Backend.allCases)
    func renewed(ledger: Backend) async throws {
        try await withGateway(ledger, channels: HookSender.channel + "\n" + FormSender.channel) { gateway in
            let known = try Keys(master: Data(repeating: 7, count: 32))
            let first = try await send(gateway, "a")
            #expect(first.code == known.lookupCode(first.number))
            gateway.stop()
            let plain = try gateway.changeKey(to: Data(repeating: 9, count: 32))
            let early = try await gateway.command(["keys", "renew"], english: true)
            #expect(early.status == 1 && early.output.contains("rotate first"), "\(early.output)")
            try await gateway.start()
            #expect(try await gateway.command(["keys", "renew"]).status == 75, "a daemon runs")
            #expect(try await gateway.command(["keys", "rotate"]).status == 0)
            // Sealed anew, and codes are still those of the first root.
            let second = try await send(gateway, "b")
            #expect(second.code == known.lookupCode(second.number))
            gateway.stop()
            try plain.write(toFile: gateway.folder + "/intake.yaml", atomically: true, encoding: .utf8)
            let renewed = try await gateway.command(["keys", "renew"])
            #expect(renewed.status == 0, "\(renewed.output)")

            try await gateway.start()
            let third = try await send(gateway, "c")
            #expect(third.number.id == second.number.id + 1)
            #expect(third.code != known.lookupCode(third.number))
            for one in [first, second, third] {
                #expect(try await gateway.get("/t/\(one.number)?code=\(one.code)").status == 200)
            }
            #expect(try await send(gateway, "a").code == first.code)
            #expect(try await gateway.command(["audit", "verify"]).status == 0)
        }
    }
}
