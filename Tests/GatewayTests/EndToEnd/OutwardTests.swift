import Foundation
import Intake
import Testing

@testable import Gateway

/// What dispatchers write, without a daemon around them.
@Suite("What goes out")
struct OutwardTests {
    private static func order(_ files: [Intake.Attachment]) -> Message {
        let unit = WorkOrder.Unit(code: "water", name: "水务", english: "Water")
        return .workOrder(
            WorkOrder(
                number: TicketNumber(day: Day(Instant(seconds: 0), offset: .zero), id: 7), revision: 1, role: .lead,
                department: unit, lead: unit, coHandlers: [], channel: "web", kind: nil, category: nil, area: nil,
                subject: "", text: "水管漏水", place: Place(), urgent: false, confidential: false,
                received: Instant(seconds: 0), signBy: nil, contactBy: nil, resolveBy: nil,
                attachments: files.enumerated().map { OrderFile(number: $0 + 1, name: $1.name, $1) }, similar: [],
                replyToken: "t"))
    }

    private static func outgoing(_ files: [Intake.Attachment] = []) -> Outgoing {
        let (message, blobs) = order(files).parted
        return Outgoing(
            key: "20261121-000007-1", ticket: TicketNumber(day: Day(Instant(seconds: 0), offset: .zero), id: 7),
            attempt: 1, recipient: "water", message: message, blobs: blobs)
    }

    private static func file(_ name: String, _ tools: Tools) async throws -> Intake.Attachment {
        let (id, size, _) = try await tools.blobs.put(Data("picture".utf8), keys: tools.keys)
        return Intake.Attachment(name: name, type: "image/jpeg", size: size, content: .kept(id))
    }

    private func live(_ body: (Tools) async throws -> Void) async throws {
        let clock = LiveGateway.Clock(Instant(milliseconds: 1_795_219_200_250))
        try await LiveGateway.run(clock: clock, channels: { _ in [] }) { try await body($0.tools) }
    }

    private func folder(_ tools: Tools, _ settings: String = "") throws -> FolderDispatcher {
        let settings = Settings.read(text: "path: out\n" + settings, file: "test.yaml")
        let dispatcher = FolderDispatcher(name: "out", settings, tools)
        try settings.conclude()
        return dispatcher
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test("A signed request says when it was made, in a form that reads back, and carries its files without their ids")
    func timestamp() async throws {
        try await withHTTPReceiver { receiver in
            try await live { tools in
                try Data("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".utf8).write(
                    to: URL(filePath: tools.state + "/hook-secret"))
                let settings = Settings.read(
                    text: """
                        url: \(receiver.address)/status/200
                        plain-http: true
                        networks: [127.0.0.0/8]
                        secrets: ["credential:hook-secret"]
                        """, file: "test.yaml", credentials: tools.state)
                let dispatcher = HTTPDispatcher(name: "out", settings, tools)
                try settings.conclude()
                _ = try await dispatcher.deliver(Self.outgoing([try await Self.file("a.jpg", tools)]))
                let body = try await receiver.request().body
                struct Form: Decodable {
                    struct File: Decodable { var base64: Data }
                    var timestamp: String
                    var data: Message
                    var files: [File]
                }
                let form = try JSONDecoder().decode(Form.self, from: body)
                #expect(Instant(text: form.timestamp) == tools.now(), "\(form.timestamp)")
                #expect(form.files.map(\.base64) == [Data("picture".utf8)])
                #expect(form.data.files.map(\.blob) == [nil] && form.data.files.map(\.state) == [.kept])
            }
        }
    }

    @Test(
        "Whoever a folder is for can read it, whatever the umask",
        arguments: [("", 0o640, 0o750), ("mode: \"0660\"", 0o660, 0o770), ("mode: \"0600\"", 0o600, 0o700)])
    func rights(_ settings: String, _ file: Int, _ folder: Int) async throws {
        try await live { tools in
            _ = try await self.folder(tools, settings).deliver(Self.outgoing([try await Self.file("a.jpg", tools)]))
            let place = tools.state + "/out/water/20261121-000007-1"
            for path in [place, tools.state + "/out/water", tools.state + "/out"] {
                #expect(try mode(path) == folder, "\(path)")
            }
            for name in ["order.json", "1-a.jpg"] { #expect(try mode("\(place)/\(name)") == file, "\(name)") }
        }
    }

    @Test("A folder that is there with another order in it is left as it is, and that is no delivery")
    func other() async throws {
        try await live { tools in
            let dispatcher = try folder(tools)
            let mine = Self.outgoing([try await Self.file("a.jpg", tools)])
            _ = try await dispatcher.deliver(mine)
            #expect(try await dispatcher.deliver(mine).contains("was there already"))
            let place = tools.state + "/out/water/20261121-000007-1/order.json"
            let kept = try #require(FileManager.default.contents(atPath: place))
            let trouble = await #expect(throws: Trouble.self) { try await dispatcher.deliver(Self.outgoing()) }
            #expect(trouble?.kind == .needsPerson && trouble?.reason.contains("move it away") == true)
            #expect(FileManager.default.contents(atPath: place) == kept)
            // Taken away but for its folder: nobody knows what it was.
            try FileManager.default.removeItem(atPath: place)
            await #expect(throws: Trouble.self) { try await dispatcher.deliver(mine) }
        }
    }

    @Test("A mode or a group that is none is complained about")
    func settings() async throws {
        try await live { tools in
            #expect(throws: ConfigurationError.self) { try folder(tools, "mode: \"0777\"") }
            #expect(throws: ConfigurationError.self) { try folder(tools, "group: no-such-group-anywhere") }
            let group = try #require(
                try FileManager.default.attributesOfItem(atPath: tools.state)[.groupOwnerAccountName])
            _ = try await folder(tools, "group: \(group)").deliver(Self.outgoing())
        }
    }

    @Test(
        "No file name keeps a department from its order",
        arguments: [
            String(repeating: "😀", count: 80) + ".pdf", String(repeating: "👨‍👩‍👧‍👦", count: 40) + ".pdf",
            "a" + String(repeating: "\u{301}", count: 500) + ".pdf", "../../etc/passwd.pdf", ".hidden.pdf", "..", "",
            "\u{202E}fdp.pdf", "a\u{0}b\n.pdf", "c:\\d:e.pdf", "\u{2028}x.pdf",
        ])
    func names(_ name: String) async throws {
        try await live { tools in
            _ = try await folder(tools).deliver(Self.outgoing([try await Self.file(name, tools)]))
            let place = tools.state + "/out/water/20261121-000007-1"
            let found = try FileManager.default.contentsOfDirectory(atPath: place).filter { $0 != "order.json" }
            let made = try #require(found.first)
            #expect(found.count == 1 && made.hasPrefix("1-") && made.utf8.count < 200)
            #expect(made.hasSuffix(".pdf") == name.hasSuffix(".pdf") && !made.contains("\u{202E}"), "\(made)")
        }
    }

    @Test("A citizen's own name is in no work order", arguments: Backend.allCases)
    func reporter(_ ledger: Backend) async throws {
        try await withGateway(ledger, channels: HookSender.channel) { gateway in
            let body = HookSender.report("我是测试员，水管漏水，请找测试员女士", phone: "13800138000")
            _ = try await gateway.call(HookSender.call(gateway, id: "named", body: body))
            let order = try await eventually("the order is there") { gateway.handedOver(to: "water").first }
            let text = String(decoding: order.json, as: UTF8.self)
            #expect(text.contains("水管漏水") && !text.contains("测试员"), "\(text)")
        }
    }

    @Test("A file outside the listed networks waits, is told of, and comes once its network is listed")
    func fetched() async throws {
        try await withHTTPReceiver(tls: true) { receiver in
            let address = receiver.address
            try await withGateway(.sqlite, channels: HookSender.channel) { gateway in
                let body = """
                    {"type":"intake.submitted","timestamp":"2026-11-21T00:00:00Z","data":{"text":"水管漏水",
                    "attachments":[{"url":"\(address)/big/100","name":"a.jpg"}]}}
                    """
                _ = try await gateway.call(HookSender.call(gateway, id: "file", body: body))
                let alert = try await eventually("a person is told") { gateway.handedOver(to: "operator").first }
                #expect(String(decoding: alert.json, as: UTF8.self).contains("networks"))
                let first = try await eventually("the order does not wait") { gateway.handedOver(to: "water").first }
                #expect(String(decoding: first.json, as: UTF8.self).contains("awaited"))
                let file = gateway.folder + "/intake.yaml"
                let text = try String(contentsOfFile: file, encoding: .utf8)
                let listed = #"files: { networks: ["127.0.0.0/8", "::1/128"], ca-file: "\#(receiver.caFile ?? "")" }"#
                try Data(text.replacing("kind: webhook", with: "kind: webhook\n    \(listed)").utf8)
                    .write(to: URL(filePath: file))
                #expect(try await gateway.reload(to: gateway.privateURL).status == 0)
                let orders = try await eventually("the file comes in a revision") {
                    let orders = gateway.handedOver(to: "water")
                    return orders.count > 1 ? orders : nil
                }
                #expect(orders.contains { String(decoding: $0.json, as: UTF8.self).contains("1-a.jpg") })
            }
        }
    }
}
