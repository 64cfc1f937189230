import Foundation
import Intake
import Storage
import Testing

@testable import Gateway

@Suite("The webhook channel, through its route")
struct WebhookChannelTests {
    static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    static let now = Instant(seconds: 1_700_000_000)

    /// The channel `site` with these secrets behind a live gateway.
    static func live(
        _ secrets: [String] = [secret], at now: Instant = now, refuse: Trouble? = nil,
        _ body: (LiveGateway) async throws -> Void
    ) async throws {
        try await LiveGateway.run(clock: .init(now), refuse: refuse) { tools in
            let names = secrets.indices.map { "secret-\($0)" }
            let yaml = """
                secrets: [\(names.map { "credential:\($0)" }.joined(separator: ", "))]
                limit: 200KiB
                """
            let settings = try channelSettings(
                yaml, secrets: Dictionary(uniqueKeysWithValues: zip(names, secrets)), in: tools.scratch)
            let channel = WebhookChannel(name: "site", settings, tools)
            try settings.conclude()
            return [channel]
        } _: {
            try await body($0)
        }
    }

    static func post(
        _ gateway: LiveGateway, _ body: String, id: String = "msg_1", secret: String = secret, at now: Instant = now,
        accept: String? = nil
    ) async throws -> LiveGateway.Answer {
        let bytes = Array(body.utf8)
        var headers = try StandardWebhooks(keys: [secret]).sign(id: id, body: bytes, now: now)
        if let accept { headers.append((name: "Accept-Language", value: accept)) }
        return try await gateway.send("POST", "/hooks/site", headers: headers, body: bytes)
    }

    struct Receipts: Decodable, Equatable {
        struct One: Decodable, Equatable {
            var id: String
            var `class`: String
            var number: String?
            var code: String?
            var reason: String?
            var reused: Bool?
        }
        var receipts: [One]
    }

    static func receipts(_ answer: LiveGateway.Answer) throws -> [Receipts.One] {
        try JSONDecoder().decode(Receipts.self, from: Data(answer.body.utf8)).receipts
    }

    @Test("Every signature vector is answered 200 or 401 by the route", arguments: WebhookVector.signatures)
    func vector(_ vector: WebhookVector) async throws {
        try await Self.live([vector.input.secret], at: vector.now) { gateway in
            let answer = try await gateway.send(
                "POST", "/hooks/site", headers: vector.headers, body: vector.body)
            #expect(answer.status == (vector.expect.valid ? 200 : 401))
            let books = try await gateway.books()
            #expect(books.complaints.isEmpty)
            // Verified, but none of the vectors is one of our reports.
            #expect(books.arrivals == (vector.expect.valid ? ["quarantined": 1] : [:]))
        }
    }

    @Test("Every vector of a bad secret stops the start without showing it", arguments: WebhookVector.secrets)
    func secrets(_ vector: WebhookVector) async throws {
        await #expect(throws: ConfigurationError.self) { try await Self.live([vector.input.secret]) { _ in } }
    }

    @Test("A full report becomes a ticket, and a repeat gets the same answer and no second ticket")
    func repeated() async throws {
        try await Self.live { gateway in
            let body = String(decoding: try WebhookBodyTests.full(), as: UTF8.self)
            let first = try await Self.post(gateway, body)
            let again = try await Self.post(gateway, body, at: Self.now + .seconds(5))
            #expect(first.status == 200)
            #expect(first.headers["content-type"] == "application/json; charset=utf-8")
            #expect(again.body == first.body)
            let receipt = try #require(try Self.receipts(first).first)
            #expect(receipt.class == "ticket")
            #expect(receipt.number == "20231115-000001")
            #expect(receipt.code?.count == 12)
            let books = try await gateway.books()
            #expect(books.complaints.isEmpty)
            #expect(books.arrivals == ["ticket": 1])
        }
    }

    @Test("Of several items each gets its receipt, and a bad one is quarantined alone")
    func several() async throws {
        try await Self.live { gateway in
            let body = #"{"data":[{"text":"一"},{"text":2},{"id":"own","text":"三"}]}"#
            let receipts = try Self.receipts(try await Self.post(gateway, body))
            #expect(receipts.map(\.id) == ["msg_1#0", "msg_1#1", "own"])
            #expect(receipts.map(\.class) == ["ticket", "quarantined", "ticket"])
            #expect(receipts[1].reason == "text 应为文字，实为数字")
            #expect(Set(receipts.compactMap(\.number)).count == 2)
            let books = try await gateway.books()
            #expect(books.complaints.isEmpty)
            #expect(books.arrivals == ["ticket": 2, "quarantined": 1])
        }
    }

    @Test("An id used again for other words makes a ticket of its own, once, and says so")
    func reused() async throws {
        try await Self.live { gateway in
            let first = try Self.receipts(try await Self.post(gateway, #"{"data":{"text":"一"}}"#))
            let other = try Self.receipts(try await Self.post(gateway, #"{"data":{"text":"二"}}"#))
            #expect(first[0].reused == nil)
            #expect(other[0].reused == true)
            #expect(other[0].class == "ticket" && other[0].id == "msg_1")
            #expect(other[0].number != first[0].number)
            #expect(try Self.receipts(try await Self.post(gateway, #"{"data":{"text":"二"}}"#)) == other)
            #expect(try Self.receipts(try await Self.post(gateway, #"{"data":{"text":"一"}}"#)) == first)
            let books = try await gateway.books()
            #expect(books.complaints.isEmpty)
            #expect(books.arrivals == ["ticket": 2])
            let entries = try await gateway.store.entries(of: [2])
            let kept = try gateway.tools.keys.payload(Submission.self, of: try #require(entries.first))
            #expect(kept?.text == "二" && kept?.remarks.count == 1)
        }
    }

    @Test("What is mended and sent again with its id is kept, whether it can be read now or not") func mended()
        async throws
    {
        try await Self.live { gateway in
            func send(_ body: String) async throws -> Receipts.One {
                try Self.receipts(try await Self.post(gateway, body))[0]
            }
            let bad = try await send(#"{"data":{"text":1}}"#)
            #expect(bad.class == "quarantined" && bad.reused == nil)
            #expect(try await send(#"{"data":{"text":1}}"#) == bad)
            #expect(try await send(#"{"data":{"text":2}}"#).class == "quarantined")
            let mended = try await send(#"{"data":{"text":"井盖没了"}}"#)
            #expect(mended.class == "ticket" && mended.reused == true)
            let whole = try await send(#"{"data":[]"#)
            #expect(whole.class == "quarantined")
            let books = try await gateway.books()
            #expect(books.complaints.isEmpty)
            #expect(books.arrivals == ["ticket": 1, "quarantined": 3])
        }
    }

    @Test("A follow-up joins its ticket and is not told the ticket's code")
    func followUp() async throws {
        try await Self.live { gateway in
            let first = try Self.receipts(try await Self.post(gateway, #"{"data":{"text":"一"}}"#))
            let number = try #require(first[0].number)
            let body = #"{"data":{"text":"还没修","follows_up":"\#(number)"}}"#
            let more = try Self.receipts(try await Self.post(gateway, body, id: "msg_2"))
            #expect(more[0].class == "follow-up")
            #expect(more[0].number == number)
            #expect(more[0].code == nil)
        }
    }

    @Test("A body over 64 KiB is kept as a blob, and one over the limit is refused with 413 and not kept")
    func large() async throws {
        try await Self.live { gateway in
            let long = String(repeating: "路", count: 30_000)
            let body = #"{"data":{"text":"\#(long)"}}"#
            #expect(try await Self.post(gateway, body).status == 200)
            let kept = try #require(try await gateway.store.parcel(1))
            guard case .blob(let id) = kept.parcel.body else {
                Issue.record("kept in the row")
                return
            }
            let bytes = try await gateway.tools.blobs.bytes(id, keys: gateway.tools.keys)
            #expect(bytes == Data(body.utf8))
            let longer = #"{"data":{"text":"\#(String(repeating: "路", count: 70_000))"}}"#
            #expect(try await Self.post(gateway, longer, id: "msg_2").status == 413)
            // What brings no signature is not read at all; a signed one in chunks: `WebhookHostileTests`.
            let chunk = String(repeating: "x", count: 64 * 1024)
            let chunks = String(repeating: "10000\r\n\(chunk)\r\n", count: 4) + "0\r\n\r\n"
            let head = "POST /hooks/site HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
            let answer = try await LiveGateway.exchange(port: gateway.port, Array((head + chunks).utf8))
            #expect(answer.status == 401)
            #expect(try await gateway.books().arrivals == ["ticket": 1])
        }
    }

    @Test("What cannot be verified is 401, told nothing, counted by reason, and not kept")
    func unverified() async throws {
        try await Self.live { gateway in
            let other = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
            let wrong = try await Self.post(gateway, #"{"data":{"text":"a"}}"#, secret: other)
            let bare = try await gateway.send("POST", "/hooks/site", body: Array(#"{"data":{"text":"a"}}"#.utf8))
            let stale = try await Self.post(gateway, #"{"data":{"text":"a"}}"#, at: Self.now - .seconds(301))
            #expect([wrong, bare, stale].map(\.status) == [401, 401, 401])
            #expect(Set([wrong, bare, stale].map(\.body)).count == 1)
            let metrics = gateway.tools.metrics.text
            for reason in ["bad-signature", "missing-header", "stale"] {
                #expect(metrics.contains(#"intake_unverified_total{channel="site",reason="\#(reason)"} 1"#))
            }
            #expect(try await gateway.books().arrivals.isEmpty)
        }
    }

    @Test("A doubled signature header is refused even when both are right")
    func doubled() async throws {
        try await Self.live { gateway in
            let body = Array(#"{"data":{"text":"a"}}"#.utf8)
            let headers = try StandardWebhooks(keys: [Self.secret]).sign(id: "msg_1", body: body, now: Self.now)
            let doubled = headers + [(name: "Webhook-Signature", value: headers[2].value)]
            #expect(try await gateway.send("POST", "/hooks/site", headers: doubled, body: body).status == 401)
            #expect(try await gateway.send("POST", "/hooks/site", headers: headers, body: body).status == 200)
        }
    }

    @Test("Either of two active secrets is enough, and the counter tells which")
    func rotation() async throws {
        let other = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
        try await Self.live([other, Self.secret]) { gateway in
            let answer = try await Self.post(gateway, #"{"data":{"text":"a"}}"#)
            #expect(answer.status == 200)
            #expect(gateway.tools.metrics.text.contains(#"intake_webhook_key_total{channel="site",key="1"} 1"#))
        }
    }

    @Test("What an answer says is Chinese, or English for who asks for it")
    func languages() async throws {
        try await Self.live { gateway in
            let body = #"{"data":[{"text":2},{"text":"一","emial":"a"}]}"#
            func told(_ accept: String?) async throws -> [String] {
                let answer = try await Self.post(gateway, body, accept: accept)
                return try JSONDecoder().decode(WebhookFollowUpTests.Receipts.self, from: Data(answer.body.utf8))
                    .receipts.flatMap { [$0.reason].compactMap(\.self) + ($0.remarks ?? []) }
            }
            let chinese = ["text 应为文字，实为数字", "不认识的字段：emial"]
            #expect(try await told(nil) == chinese)
            #expect(try await told("zh-CN") == chinese)
            #expect(try await told("en") == ["text should be text, not a number", "fields not understood: emial"])

            let other = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
            func refused(_ accept: String?) async throws -> LiveGateway.Answer {
                try await Self.post(gateway, body, secret: other, accept: accept)
            }
            #expect(try await refused(nil).body == #"{"error":"请求未通过验证"}"#)
            let english = try await refused("en")
            #expect(english.body == #"{"error":"the request could not be verified"}"#)
            #expect(english.headers["content-type"] == "application/json; charset=utf-8")
            let long = #"{"data":{"text":"\#(String(repeating: "a", count: 201 << 10))"}}"#
            #expect(try await Self.post(gateway, long).body.contains("内容超过 204800 字节"))
            #expect(try await Self.post(gateway, long, accept: "en").body.contains("longer than 204800 bytes"))
        }
    }

    @Test("When the ledger cannot keep it, the sender is told to come back, never that it is at fault")
    func later() async throws {
        try await Self.live(refuse: .passing("closed")) { gateway in
            let answer = try await Self.post(gateway, #"{"data":{"text":"a"}}"#)
            #expect(answer.status == 503)
            #expect(Int(answer.headers["retry-after"] ?? "") ?? 0 > 0)
        }
    }

    @Test("Kept bytes are read again with the ids of the first reading") func replay() async throws {
        try await Self.live { gateway in
            let settings = try channelSettings(
                "secrets: [credential:s]", secrets: ["s": Self.secret], in: gateway.tools.scratch)
            let channel = WebhookChannel(name: "site", settings, gateway.tools)
            let body = Data(#"{"data":[{"text":"a"},{"text":1}]}"#.utf8)
            let raw = RawParcel(received: Self.now, envelope: ["webhook-id": "msg_9"], body: .bytes(body))
            #expect(try await channel.read(raw).map(\.sourceID) == ["msg_9#0", "msg_9#1"])
            await #expect(throws: Trouble.self) {
                try await channel.read(RawParcel(received: Self.now, envelope: [:], body: .bytes(body)))
            }
        }
    }

    @Test("The example of the channel is read without complaint") func example() async throws {
        try await Self.live { gateway in
            let settings = try channelSettings(
                WebhookChannel.example, secrets: ["city-website-webhook": Self.secret], in: gateway.tools.scratch)
            _ = [settings.string("name"), settings.string("kind")]
            _ = WebhookChannel(name: "city-website", settings, gateway.tools)
            try settings.conclude()
        }
    }
}
