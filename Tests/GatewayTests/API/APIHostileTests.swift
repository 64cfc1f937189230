import Foundation
import Intake
import Servers
import Testing

@testable import Gateway

/// Every bad request a program may send, at the real daemon, on both databases.
@Suite("Bad calls of the API, end to end") struct APIHostileTests {
    @Test("What is no JSON is 400 and not kept, whatever it is", arguments: Backend.allCases)
    func unreadable(ledger: Backend) async throws {
        try await withGateway(ledger, channels: APICaller.channel) { gateway in
            let caller = try await APICaller(gateway)
            let gbk = Array("{\"text\":\"".utf8) + [0xC2, 0xB7, 0xB5, 0xC6] + Array("\"}".utf8)
            let bodies: [[UInt8]] = [
                [], [0], gbk, [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3], Array(String(repeating: "[", count: 50_000).utf8),
                Array("{\"text\":\"路灯".utf8), Array("text=路灯".utf8),
            ]
            for body in bodies {
                let answer = try await caller.post(bytes: body, key: "k")
                #expect(answer.status == 400 && answer["code"] == "json", "\(body.prefix(20)) \(answer.text)")
            }
            for type in ["", "text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"] {
                #expect(try await caller.post(#"{"text": "路灯"}"#, key: "k", type: type).status == 415, "\(type)")
            }
            #expect(
                try await caller.post(#"{"text": "路灯"}"#, key: "k", type: "Application/JSON; charset=x").status == 201)
            #expect(try await gateway.books().arrivals == ["ticket": 1])
        }
    }

    @Test("What is packed, endless, deep or wide is refused with its own status, and nothing is cut short and kept")
    func bombs() async throws {
        try await withGateway(.sqlite, channels: APICaller.channel) { gateway in
            let caller = try await APICaller(gateway)
            // The head of a gzip stream: nothing here is ever unpacked.
            let packed: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] + [UInt8](repeating: 0xFF, count: 1000)
            let headers = [
                HTTPHeader("content-type", "application/json"), HTTPHeader("authorization", "Bearer ik_test"),
                HTTPHeader("idempotency-key", "bomb"), HTTPHeader("content-encoding", "gzip"),
            ]
            let bomb = HTTPCall(
                .post, gateway.publicURL + Path.submissions.text, headers: headers, body: .bytes(packed))
            #expect(try await gateway.call(bomb).status == 400)
            for wide in [
                "[" + String(repeating: "0,", count: 30_000) + "0]", String(repeating: "{\"a\":", count: 9000),
            ] {
                #expect([400, 422].contains(try await caller.post(wide, key: "wide").status))
            }
            let large = [UInt8](repeating: 0x20, count: 70 << 10)
            #expect(try await caller.post(bytes: large, key: "large").status == 413)
            let port = gateway.publicURL.split(separator: ":").last.flatMap { Int($0) } ?? 0
            let head = """
                POST /api/v1/submissions HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r
                Authorization: Bearer ik_test\r\nIdempotency-Key: chunked\r\nTransfer-Encoding: chunked\r\n\r\n
                """
            let body = #"{"text": "路灯不亮"}"#
            let chunk = "\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n"
            let blank = "1000\r\n\(String(repeating: " ", count: 4096))\r\n"
            // A report that is whole before the limit, and goes on beyond it.
            let chunked = head + chunk + String(repeating: blank, count: 17) + "0\r\n\r\n"
            #expect(try await LiveGateway.exchange(port: port, Array(chunked.utf8)).status == 413)
            #expect(try await gateway.books().items == 0)
        }
    }

    @Test("Text that only a database stumbles over is kept, or named in a 422", arguments: Backend.allCases)
    func hostileText(ledger: Backend) async throws {
        try await withGateway(ledger, channels: APICaller.channel) { gateway in
            let caller = try await APICaller(gateway)
            let odd = #"\u0000\ud800灯\ufffe\u202e😀'\";--\\"#
            let text = try await caller.post(#"{"text": "\#(odd)", "subject": "\#(odd)"}"#, key: "k'; --")
            #expect(text.status == 201)
            for field in ["id", "kind", "category", "said", "follows_up", "reference", "channel"] {
                let answer = try await caller.post(#"{"text": "路灯", "\#(field)": "\#(odd)"}"#, key: "f-\(field)")
                #expect([201, 422].contains(answer.status), "\(field) \(answer.text)")
            }
            for inner in ["name", "phone", "email"] {
                let body = #"{"text": "路灯", "contact": {"\#(inner)": "\#(odd)"}}"#
                #expect([201, 422].contains(try await caller.post(body, key: "c-\(inner)").status), "\(inner)")
            }
            #expect(try await gateway.command(["tickets", "--json"]).status == 0)
        }
    }

    @Test("One key sent many times at once is one ticket and one answer", arguments: Backend.allCases)
    func atOnce(ledger: Backend) async throws {
        try await withGateway(ledger, channels: APICaller.channel) { gateway in
            let caller = try await APICaller(gateway)
            let answers = try await withThrowingTaskGroup(of: HTTPAnswer.self) { group in
                for _ in 0..<16 { group.addTask { try await caller.post(#"{"text": "路灯不亮"}"#, key: "same") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.allSatisfy { $0.status == 201 })
            #expect(Set(answers.map(\.text)).count == 1)
            #expect(try await gateway.books().arrivals == ["ticket": 1])
        }
    }

    @Test("A revoked key opens nothing, and the others go on", arguments: Backend.allCases)
    func revoked(ledger: Backend) async throws {
        try await withGateway(ledger, channels: APICaller.channel) { gateway in
            let caller = try await APICaller(gateway)
            let gone = try await APICaller(gateway, secret: "ik_gone")
            let told = try await gateway.command(["key", "revoke", "id-ik_gone"])
            #expect(told.status == 0, "\(told.output)")
            #expect(try await gone.post(#"{"text": "路灯"}"#, key: "k").status == 401)
            #expect(try await gone.upload(FormReaderTests.jpeg).status == 401)
            #expect(try await caller.post(#"{"text": "路灯"}"#, key: "k").status == 201)
            #expect(try await gateway.books().arrivals == ["ticket": 1])
        }
    }
}
