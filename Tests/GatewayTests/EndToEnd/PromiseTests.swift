import Foundation
import Intake
import Servers
import Testing

@testable import Gateway

/// The promises of the product, on the real daemon, on both databases.
@Suite("What we promise, end to end")
struct PromiseTests {
    @Test("A signed webhook becomes a ticket that the right departments receive, masked", arguments: Backend.allCases)
    func wholeWay(_ ledger: Backend) async throws {
        try await withGateway(ledger, channels: HookSender.channel) { gateway in
            let body = HookSender.report("东区临河街道路灯不亮三天了，电话13800138000", phone: "13800138000")
            let answer = try await gateway.call(HookSender.call(gateway, id: "msg_1", body: body))
            #expect(answer.status == 200 || answer.status == 201)
            let order = try await eventually("the lead has its work order") {
                gateway.handedOver(to: "lighting").first
            }
            let text = String(decoding: order.json, as: UTF8.self)
            #expect(text.contains("路灯不亮三天"))
            #expect(!text.contains("13800138000"))
            #expect(!text.contains("测试员"))
            _ = try await eventually("the co-handler has its own") { gateway.handedOver(to: "east-office").first }
            let books = try await gateway.books()
            #expect(books.tickets == 1 && books.arrivals == ["ticket": 1])
        }
    }

    @Test("The same message twice gives the same receipt and one ticket", arguments: Backend.allCases)
    func twiceIsOnce(_ ledger: Backend) async throws {
        try await withGateway(ledger, channels: HookSender.channel) { gateway in
            let body = HookSender.report("水管漏水")
            let first = try await gateway.call(HookSender.call(gateway, id: "msg_2", body: body))
            let again = try await gateway.call(HookSender.call(gateway, id: "msg_2", body: body))
            #expect(first.body == again.body && first.status == again.status)
            #expect(try await gateway.books().tickets == 1)
        }
    }

    @Test("What is not signed is refused, counted, and not kept", arguments: Backend.allCases)
    func unsigned(_ ledger: Backend) async throws {
        try await withGateway(ledger, channels: HookSender.channel) { gateway in
            var call = HookSender.call(gateway, id: "msg_3", body: HookSender.report("路灯"))
            call.body = .bytes(Array(HookSender.report("换过的正文").utf8))
            let answer = try await gateway.call(call)
            #expect(answer.status == 401)
            #expect(try await gateway.books().items == 0)
            let metrics = String(decoding: try await gateway.inside("/metrics").body, as: UTF8.self)
            #expect(metrics.contains("channel=\"cti\""))
        }
    }

    @Test(
        "A signed body that cannot be read is kept in quarantine, and its neighbours go on", arguments: Backend.allCases
    )
    func quarantine(_ ledger: Backend) async throws {
        try await withGateway(ledger, channels: HookSender.channel) { gateway in
            let broken = try await gateway.call(HookSender.call(gateway, id: "msg_4", body: "{not json"))
            #expect(broken.status < 500)
            let mixed =
                #"{"type":"intake.submitted","timestamp":"2026-11-21T00:00:00Z","data":[{"text":"路灯不亮"},{"text":7}]}"#
            _ = try await gateway.call(HookSender.call(gateway, id: "msg_5", body: mixed))
            let books = try await gateway.books()
            #expect(books.quarantined == 2 && books.tickets == 1)
        }
    }

    @Test("A changed catalogue is swapped by reload; a bad one is refused and the old one stays")
    func reload() async throws {
        try await withGateway(.sqlite, channels: HookSender.channel) { gateway in
            let catalogue = try gateway.ownCity() + "/catalogue.yaml"
            try Fixtures.replace("lead: water", with: "lead: nobody", in: catalogue)
            let (refused, words) = try await gateway.reload(to: gateway.privateURL)
            #expect(refused == 78 && words.contains("nobody"))

            try Fixtures.replace("lead: nobody", with: "lead: east-office", in: catalogue)
            let (done, said) = try await gateway.reload(to: gateway.privateURL)
            #expect(done == 0, "\(said)")
            _ = try await gateway.call(HookSender.call(gateway, id: "msg_6", body: HookSender.report("停水了，水管漏水")))
            _ = try await eventually("the new rule decides") { gateway.handedOver(to: "east-office").first }
            #expect(gateway.handedOver(to: "water").isEmpty)
        }
    }

    @Test("A start with another key is refused with 78 and touches nothing")
    func wrongKey() async throws {
        try await withFolder { folder in
            let gateway = try RunningGateway(
                folder: folder, ledger: .sqlite, connection: nil, channels: HookSender.channel)
            try await gateway.start()
            #expect(gateway.stop() == 0)
            try Data(repeating: 8, count: 32).write(to: URL(filePath: folder + "/credentials/master-key"))
            await #expect(throws: RunningGateway.Failed.self) { try await gateway.start() }
            #expect(gateway.log.contains("exit=78"))
        }
    }
}

extension RunningGateway {
    /// `intake reload`, told the port the daemon really has (the file says 0).
    func reload(to address: String, english: Bool = false) async throws -> (status: Int32, output: String) {
        let file = folder + "/intake.yaml"
        let text = try String(contentsOfFile: file, encoding: .utf8)
        let port = address.split(separator: ":").last ?? "0"
        // The listeners of the file must stay as they are for the daemon, so the command reads a copy of its own.
        let copy = folder + "/reload.yaml"
        try Data(text.replacing("private: \"127.0.0.1:0\"", with: "private: \"127.0.0.1:\(port)\"").utf8)
            .write(to: URL(filePath: copy))
        return try await command(["reload"], english: english, file: copy)
    }
}
