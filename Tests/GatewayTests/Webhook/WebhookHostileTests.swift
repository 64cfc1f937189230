import Foundation
import Intake
import Servers
import Testing

@testable import Gateway

/// Every bad request a webhook may bring, at the real daemon, on both databases.
@Suite("Bad webhooks, end to end") struct WebhookHostileTests {
    private static let channel = """
        - name: cti
          kind: webhook
          secrets: ["credential:hook-secret", "credential:old-secret"]
          limit: 256KiB
        """
    private static let old = Data("the secret of last year".utf8)

    private struct Sender {
        let gateway: RunningGateway

        func post(
            _ id: String, _ body: [UInt8], secret: Data = HookSender.secret, age: Int64 = 0,
            _ change: ([HTTPHeader]) -> [HTTPHeader] = { $0 }
        ) async throws -> HTTPAnswer {
            let headers = change(HookSender.headers(id: id, body: body, secret: secret, age: age))
            return try await gateway.call(
                HTTPCall(.post, "\(gateway.publicURL)/hooks/cti", headers: headers, body: .bytes(body)))
        }

        /// The class of each item, and "reused" where its id came with other words before.
        func classes(_ id: String, _ body: String) async throws -> [String] {
            let answer = try await post(id, Array(body.utf8))
            #expect(answer.status == 200)
            return try WebhookChannelTests.receipts(.init(status: 200, headers: [:], body: answer.text))
                .map { $0.reused == true ? "reused" : $0.class }
        }

        /// The same request byte by byte, with what stands between the headers and the body of our making.
        func raw(_ id: String, body: [UInt8], _ more: String, sent: [UInt8]) async throws -> LiveGateway.Answer {
            let headers = HookSender.headers(id: id, body: body).map { "\($0.name): \($0.value)\r\n" }.joined()
            let head = "POST /hooks/cti HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\(headers)\(more)\r\n"
            let port = gateway.publicURL.split(separator: ":").last.flatMap { Int($0) } ?? 0
            return try await LiveGateway.exchange(port: port, Array(head.utf8) + sent)
        }
    }

    private func run(_ ledger: Backend, _ body: (Sender) async throws -> Void) async throws {
        try await withGateway(
            ledger, channels: Self.channel,
            prepare: { gateway in
                try Data("whsec_\(Self.old.base64EncodedString())".utf8)
                    .write(to: URL(filePath: gateway.folder + "/credentials/old-secret"))
            }, { try await body(Sender(gateway: $0)) })
    }

    /// The pieces of a chunked body, without its end (RFC 9112 section 7.1).
    private static func chunk(_ body: [UInt8], of size: Int) -> [UInt8] {
        var chunks: [UInt8] = []
        for start in stride(from: 0, to: body.count, by: size) {
            let piece = body[start..<min(start + size, body.count)]
            chunks += Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + [13, 10]
        }
        return chunks
    }

    @Test(
        "What is old, from the future, or signed with no secret of ours is 401 and not kept",
        arguments: Backend.allCases)
    func unverified(_ ledger: Backend) async throws {
        try await run(ledger) { sender in
            let body = Array(HookSender.report("路灯不亮").utf8)
            #expect(try await sender.post("old", body, age: 330).status == 401)
            #expect(try await sender.post("future", body, age: -330).status == 401)
            #expect(try await sender.post("wrong", body, secret: Data(repeating: 1, count: 32)).status == 401)
            let none = try await sender.post("none", body) { Array($0.prefix(3)) }
            let other = try await sender.post("other", body) { headers in
                headers.map { $0.name == "webhook-id" ? HTTPHeader($0.name, "another") : $0 }
            }
            #expect(none.status == 401 && other.status == 401)
            #expect(try await sender.gateway.books().items == 0)
        }
    }

    @Test(
        "A changed secret leaves no gap: the old, the new, and both at once are believed", arguments: Backend.allCases)
    func rotated(_ ledger: Backend) async throws {
        try await run(ledger) { sender in
            let body = Array(HookSender.report("路灯不亮").utf8)
            #expect(try await sender.post("new", body).status == 200)
            #expect(try await sender.post("old", body, secret: Self.old).status == 200)
            let zeros = Data(repeating: 0, count: 32).base64EncodedString()
            let both = try await sender.post("both", body) { headers in
                headers.map { header in
                    guard header.name == "webhook-signature" else { return header }
                    return HTTPHeader(header.name, "v1a,AAAA v1,\(zeros) \(header.value)")
                }
            }
            #expect(both.status == 200)
            #expect(try await sender.gateway.books().arrivals == ["ticket": 3])
        }
    }

    @Test(
        "Of a batch every item is kept, bad ones alone in quarantine, and ids count once", arguments: Backend.allCases)
    func batches(_ ledger: Backend) async throws {
        try await run(ledger) { sender in
            let mixed = #"{"data":[{"id":"a","text":"一"},{"text":2},{"id":"a","text":"三"},7,{"id":"b","text":"四"}]}"#
            let classes = ["ticket", "quarantined", "quarantined", "quarantined", "ticket"]
            #expect(try await sender.classes("m1", mixed) == classes)
            #expect(try await sender.classes("m1", mixed) == classes)
            #expect(try await sender.classes("m2", #"{"data":[{"id":"a","text":"一"}]}"#) == ["ticket"])
            #expect(try await sender.classes("m3", #"{"data":[{"id":"a","text":"别的话"}]}"#) == ["reused"])
            let items = Array(repeating: #"{"text":"路灯不亮"}"#, count: 1000).joined(separator: ",")
            #expect(try await sender.classes("m4", #"{"data":[\#(items)]}"#).count { $0 == "ticket" } == 1000)
            #expect(try await sender.classes("m5", #"{"data":[\#(items),{"text":"x"}]}"#) == ["quarantined"])
            let books = try await sender.gateway.books()
            #expect(books.arrivals == ["ticket": 1003, "quarantined": 4])
        }
    }

    @Test("A signed body that is no JSON of ours is kept in quarantine, whatever it is", arguments: Backend.allCases)
    func unreadable(_ ledger: Backend) async throws {
        try await run(ledger) { sender in
            let gbk: [UInt8] = [0xC2, 0xB7, 0xB5, 0xC6]
            let packed: [UInt8] = [
                0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0xAB, 0xAE, 5, 0, 0x43, 0xBF, 0xA6, 0xA3, 2, 0, 0, 0,
            ]
            let bodies: [[UInt8]] = [
                [], [0], Array("{\"data\":{\"text\":\"".utf8) + gbk + Array("\"}}".utf8), packed,
                Array((String(repeating: "[", count: 100_000)).utf8),
                Array((String(repeating: "{\"data\":", count: 20_000)).utf8), Array("{\"data\":{\"text\":\"路灯".utf8),
                Array("<xml>路灯</xml>".utf8),
            ]
            for (number, body) in bodies.enumerated() {
                let answer = try await sender.post("bad\(number)", body) { headers in
                    body == packed ? headers + [HTTPHeader("content-encoding", "gzip")] : headers
                }
                #expect(answer.status == 200 && answer.text.contains("quarantined"), "\(number): \(answer.text)")
            }
            #expect(try await sender.classes("good", HookSender.report("路灯不亮")) == ["ticket"])
            let books = try await sender.gateway.books()
            #expect(books.quarantined == bodies.count && books.tickets == 1)
        }
    }

    @Test("Text that only a database stumbles over becomes a ticket", arguments: Backend.allCases)
    func hostileText(_ ledger: Backend) async throws {
        try await run(ledger) { sender in
            let odd = #"\u0000\ud800灯\ufffe\u202e😀'\";--\\"#
            let body = """
                {"data":{"id":"\(odd)","kind":"complaint","subject":"\(odd)","text":"\(odd)","\(odd)":1,
                "contact":{"name":"\(odd)","phone":"\(odd)","email":"\(odd)"},
                "place":{"text":"\(odd)","area":"\(odd)","lat":39.9,"lon":116.4}}}
                """
            let classes = try await sender.classes("odd", body)
            #expect(classes == ["ticket"] || classes == ["quarantined"])
            #expect(try await sender.classes("odd", body) == classes)
            #expect(try await sender.classes("text", #"{"data":{"text":"\#(odd)"}}"#) == ["ticket"])
            let list = try await sender.gateway.command(["tickets", "--json"])
            #expect(list.status == 0)
        }
    }

    @Test("Chunked is as good as counted; what breaks off or is too large is not kept", arguments: Backend.allCases)
    func transfer(_ ledger: Backend) async throws {
        try await run(ledger) { sender in
            let body = Array(HookSender.report("路灯不亮").utf8)
            let chunks = Self.chunk(body, of: 1) + Array("0\r\n\r\n".utf8)
            let chunked = "Transfer-Encoding: chunked\r\n"
            let first = try await sender.raw("chunked", body: body, chunked, sent: chunks)
            #expect(first.status == 200)
            let large = [UInt8](repeating: 0x20, count: 300 << 10)
            #expect(try await sender.post("large", large).status == 413)
            let pieces = Self.chunk(large, of: 1 << 16)
            #expect(try await sender.raw("many", body: large, chunked, sent: pieces).status == 413)
            let both = "Content-Length: 5\r\n\(chunked)"
            #expect(try await sender.raw("both", body: body, both, sent: chunks).status != 500)
            #expect(try await sender.gateway.inside("/readyz").status == 200)
            #expect(try await sender.gateway.books().quarantined == 0)
        }
    }
}
