import Foundation
import Intake
import Testing

@testable import Gateway

@Suite("Keys of integrators, and what is signed") struct KeyTests {
    private struct Row: Decodable {
        var id: String
        var used: Instant?
        var revoked: Instant?
    }

    private func list(_ gateway: RunningGateway) async throws -> [String: Row] {
        let answer = try await gateway.lines(Row.self, ["keys", "list"])
        return Dictionary(answer.lines.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    @Test(
        "a key does what its scopes say, is listed with its last use, and is refused once revoked",
        arguments: Backend.allCases)
    func keys(ledger: Backend) async throws {
        try await withGateway(ledger, channels: APICaller.channel) { gateway in
            let caller = try await APICaller(gateway)
            let stranger = try await APICaller(gateway, secret: "ik_other", scopes: ["read"])
            let before = try await list(gateway)["id-ik_test"]
            #expect(before != nil && before?.used == nil)
            #expect(try await caller.post(#"{"text": "路灯不亮"}"#, key: "a").status == 201)
            #expect(try await stranger.post(#"{"text": "路灯不亮"}"#, key: "a").status == 403)
            let after = try await list(gateway)["id-ik_test"]
            #expect(after?.used != nil)
            #expect(try await gateway.command(["keys", "revoke", "id-ik_test"]).status == 0)
            _ = try await eventually("it is refused") {
                try await caller.post(#"{"text": "路灯不亮"}"#, key: "b").status == 401 ? true : nil
            }
            let last = try await list(gateway)["id-ik_test"]
            #expect(last?.revoked != nil)
        }
    }

    @Test("what one node signs another verifies, also after a restart and a change of the master key")
    func signing() throws {
        let (first, second) = (Data(repeating: 7, count: 32), Data(repeating: 8, count: 32))
        let (one, other) = (try Keys(master: first), try Keys(master: first))
        let (canary, root) = (try one.canary(), try one.sealedRoot())
        let rotating = try Keys(master: second, older: [first]).fitting(canary: canary, root: nil)
        let rotated = try Keys(master: second).fitting(canary: try rotating.canary(), root: try rotating.sealedRoot())
        let number = try #require(TicketNumber("20261121-000042"))
        for keys in [other, rotating, rotated, try other.fitting(canary: canary, root: root)] {
            #expect(keys.verify("form", "text", one.sign("form", "text")))
            #expect(keys.lookupCode(number) == one.lookupCode(number))
            #expect(keys.replyToken(number, department: "water") == one.replyToken(number, department: "water"))
            #expect(keys.secretHash("ik_test") == one.secretHash("ik_test"))
        }
        #expect(try !Keys(master: second).verify("form", "text", one.sign("form", "text")))
    }
}
