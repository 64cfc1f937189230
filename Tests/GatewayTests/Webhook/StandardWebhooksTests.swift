import Crypto
import Foundation
import Gateway
import Intake
import Testing

/// One vector of `standard-webhooks.json`.
struct WebhookVector: Decodable, Sendable, CustomTestStringConvertible {
    struct Input: Decodable, Sendable {
        var secret: String
        var headers: [String: String]?
        var body: String?
        var now: Int64?
        var skew: Int64?
        enum CodingKeys: String, CodingKey {
            case secret, headers, body, now
            case skew = "max_skew_s"
        }
    }
    struct Expect: Decodable, Sendable {
        var valid: Bool
        var reason: String?
    }
    var id: String
    var input: Input
    var expect: Expect

    var testDescription: String { id }
    var headers: [(name: String, value: String)] { (input.headers ?? [:]).map { ($0.key, $0.value) } }
    var body: [UInt8] { Array((input.body ?? "").utf8) }
    var now: Instant { Instant(seconds: input.now ?? 0) }

    static let signatures = Vectors<WebhookVector>.read("standard-webhooks", kinds: ["body_signature"])
    static let secrets = Vectors<WebhookVector>.read("standard-webhooks", kinds: ["secret_rule"])
}

@Suite("Standard Webhooks")
struct StandardWebhooksTests {
    static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    static let other = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
    static let now = Instant(seconds: 1_700_000_000)
    static let body = Array(#"{"type":"intake.submitted"}"#.utf8)

    @Test("Every signature vector is answered as its source says", arguments: WebhookVector.signatures)
    func vector(_ vector: WebhookVector) throws {
        let skew = Duration.seconds(vector.input.skew ?? 300)
        let webhooks = try StandardWebhooks(keys: [vector.input.secret], tolerance: skew)
        let verified = try? webhooks.verify(headers: vector.headers, body: vector.body, now: vector.now)
        #expect((verified != nil) == vector.expect.valid)
        if let verified { #expect(verified.id == vector.input.headers?["webhook-id"]) }
        let refusals: [String: StandardWebhooks.Refusal] = [
            "missing_header": .missingHeader, "bad_timestamp": .badTimestamp, "bad_signature": .badSignature,
            "stale_timestamp": .stale,
        ]
        if let reason = vector.expect.reason {
            let refusal = try #require(refusals[reason])
            #expect(throws: refusal) {
                try webhooks.verify(headers: vector.headers, body: vector.body, now: vector.now)
            }
        }
    }

    @Test("Every vector of a secret that must not be used is a configuration error", arguments: WebhookVector.secrets)
    func secret(_ vector: WebhookVector) {
        #expect(throws: Trouble.self) { try StandardWebhooks(keys: [vector.input.secret]) }
    }

    @Test("All vectors of the file are run") func count() {
        #expect(WebhookVector.signatures.count == 15)
        #expect(WebhookVector.secrets.count == 2)
    }

    @Test("What is signed with two keys verifies with either, and the answer tells which one matched")
    func rotation() throws {
        let sender = try StandardWebhooks(keys: [Self.secret, Self.other])
        let headers = try sender.sign(id: "msg_1", body: Self.body, now: Self.now)
        #expect(headers.map(\.name) == ["webhook-id", "webhook-timestamp", "webhook-signature"])
        let old = try StandardWebhooks(keys: [Self.secret])
        #expect(try old.verify(headers: headers, body: Self.body, now: Self.now).key == 0)
        let unrelated = "whsec_" + String(repeating: "A", count: 32)
        let receiver = try StandardWebhooks(keys: [unrelated, Self.other])
        let verified = try receiver.verify(headers: headers, body: Self.body, now: Self.now)
        #expect(verified.id == "msg_1")
        #expect(verified.sent == Self.now)
        #expect(verified.key == 1)
    }

    @Test("An ed25519 signature verifies with the public key, and the public key alone cannot sign")
    func edwards() throws {
        let key = Curve25519.Signing.PrivateKey()
        let secret = "whsk_" + key.rawRepresentation.base64EncodedString()
        let open = "whpk_" + key.publicKey.rawRepresentation.base64EncodedString()
        let headers = try StandardWebhooks(keys: [secret]).sign(id: "msg_2", body: Self.body, now: Self.now)
        #expect(headers[2].value.hasPrefix("v1a,"))
        let receiver = try StandardWebhooks(keys: [Self.secret, open])
        #expect(try receiver.verify(headers: headers, body: Self.body, now: Self.now).key == 1)
        #expect(throws: StandardWebhooks.Refusal.badSignature) {
            try receiver.verify(headers: headers, body: Self.body + [32], now: Self.now)
        }
        #expect(throws: Trouble.self) {
            try StandardWebhooks(keys: [open]).sign(id: "msg_2", body: Self.body, now: Self.now)
        }
    }

    @Test("Header names count in any letter case, and a header that stands twice is refused")
    func headers() throws {
        let webhooks = try StandardWebhooks(keys: [Self.secret])
        let headers = try webhooks.sign(id: "msg_3", body: Self.body, now: Self.now)
        let shouted = headers.map { (name: $0.name.uppercased(), value: $0.value) }
        #expect(try webhooks.verify(headers: shouted, body: Self.body, now: Self.now).id == "msg_3")
        for position in headers.indices {
            #expect(throws: StandardWebhooks.Refusal.doubledHeader) {
                try webhooks.verify(headers: headers + [shouted[position]], body: Self.body, now: Self.now)
            }
        }
    }

    @Test("An id with a full stop, an empty one and an endless one are refused", arguments: ["a.b", "", "路灯"])
    func ids(_ id: String) throws {
        let webhooks = try StandardWebhooks(keys: [Self.secret])
        #expect(throws: Trouble.self) { try webhooks.sign(id: id, body: Self.body, now: Self.now) }
        var headers = try webhooks.sign(id: "x", body: Self.body, now: Self.now)
        for bad in [id, String(repeating: "x", count: 257)] {
            headers[0].value = bad
            #expect(throws: StandardWebhooks.Refusal.badID) {
                try webhooks.verify(headers: headers, body: Self.body, now: Self.now)
            }
        }
    }

    @Test("Five minutes either way are tolerated, one second more is not, nor is a timestamp in milliseconds")
    func window() throws {
        let webhooks = try StandardWebhooks(keys: [Self.secret])
        let headers = try webhooks.sign(id: "msg_4", body: Self.body, now: Self.now)
        for seconds in [-300, 300] {
            let now = Self.now + .seconds(seconds)
            #expect(try webhooks.verify(headers: headers, body: Self.body, now: now).sent == Self.now)
        }
        for seconds in [-301, 301] {
            #expect(throws: StandardWebhooks.Refusal.stale) {
                try webhooks.verify(headers: headers, body: Self.body, now: Self.now + .seconds(seconds))
            }
        }
        let milliseconds = try webhooks.sign(
            id: "msg_4", body: Self.body, now: Instant(milliseconds: Self.now.milliseconds * 1000))
        #expect(throws: StandardWebhooks.Refusal.self) {
            try webhooks.verify(headers: milliseconds, body: Self.body, now: Self.now)
        }
    }

    @Test("A key that is too short, not base64 or of the wrong length is a configuration error that does not show it")
    func keys() {
        for bad in ["whsec_c2hvcnQ=", "whsec_not base64!", "whpk_AAAA", "whsk_" + String(repeating: "A", count: 32)] {
            let trouble = #expect(throws: Trouble.self) { try StandardWebhooks(keys: [bad]) }
            #expect(trouble?.reason.contains(bad.dropFirst(6)) == false)
        }
        #expect(throws: Trouble.self) { try StandardWebhooks(keys: []) }
    }

    @Test("Text of any length comes back from base64, and what is no base64 is told apart")
    func base64() {
        for length in 0..<50 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37) }
            #expect(Base64.text(bytes) == Data(bytes).base64EncodedString())
            #expect(Base64.bytes(Base64.text(bytes)) == bytes)
        }
        for bad in ["A", "AAAAA", "AA=A", "A A", "AA===", "-_-_"] { #expect(Base64.bytes(bad) == nil) }
    }
}
