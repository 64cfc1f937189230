import Foundation
import Gateway
import Intake
import Testing

/// One vector of `wechat-oa.json`, `wecom.json` or `dingtalk.json`.
struct TencentVector: Decodable, Sendable, CustomTestStringConvertible {
    struct Input: Decodable, Sendable {
        var token: String?
        var aesKey: String?
        var receiver: String?
        var query: [String: String]?
        var bodyFields: [String: String]?
        var body: String?
        var random: String?
        var plaintext: String?
        var timestamp: String?
        var nonce: String?
        var signature: String?
        var encrypt: String?
        var data: String?
        enum CodingKeys: String, CodingKey {
            case token, query, body, random, plaintext, timestamp, nonce, signature, encrypt
            case aesKey = "encoding_aes_key"
            case receiver = "receiver_id"
            case bodyFields = "body_fields"
            case data = "data_hex"
        }
    }
    struct Expect: Decodable, Sendable {
        var valid: Bool?
        var plaintext: String?
        var encrypt: String?
        var signature: String?
        var padded: String?
        enum CodingKeys: String, CodingKey {
            case valid, plaintext, encrypt
            case signature = "msg_signature"
            case padded = "padded_hex"
        }
    }
    var id: String
    var kind: String
    var input: Input
    var expect: Expect

    var testDescription: String { id }

    static let files = ["wechat-oa", "wecom", "dingtalk"]
    static func all(_ kinds: Set<String>) -> [TencentVector] {
        files.flatMap { Vectors<TencentVector>.read($0, kinds: kinds) }
    }
    static let plain = all(["signature_plain"]) + all(["url_handshake"]).filter { $0.input.query?["signature"] != nil }
    static let sealed = all(["secure_decrypt"]) + all(["url_handshake"]).filter { $0.input.aesKey != nil }
    static let answers = all(["secure_encrypt", "aes_encrypt"])

    func envelope() throws -> TencentEnvelope {
        try TencentEnvelope(
            tokens: [input.token ?? "token"], keys: [try #require(input.aesKey)], receiver: input.receiver ?? "")
    }

    /// The encrypted field, wherever the vector keeps it.
    func encrypted() throws -> String {
        if let echo = input.query?["echostr"] { return echo }
        if let field = input.bodyFields?["Encrypt"] { return field }
        let body = Array(try #require(input.body).utf8)
        if body.first == UInt8(ascii: "<") { return try #require(try FlatXML.read(body)["Encrypt"]) }
        guard case .string(let text)? = try JSONValue.read(body).member("encrypt") else {
            throw Trouble.lasting("no encrypt")
        }
        return text
    }
}

@Suite("The Tencent envelope")
struct TencentEnvelopeTests {
    static let key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
    static let now = Instant(seconds: 1_700_000_000)

    static func envelope(_ keys: [String] = [key], receiver: String = "wx1") throws -> TencentEnvelope {
        try TencentEnvelope(tokens: ["token"], keys: keys, receiver: receiver)
    }

    static func open(
        _ envelope: TencentEnvelope, _ parts: TencentEnvelope.Parts, at now: Instant = now
    ) throws -> TencentEnvelope.Opened {
        try envelope.open(
            parts.encrypted, signature: parts.signature, timestamp: parts.timestamp, nonce: parts.nonce,
            sent: Instant(seconds: Int64(parts.timestamp) ?? 0), now: now, tolerance: .seconds(600))
    }

    @Test("Every plain signature and handshake vector is answered as its source says", arguments: TencentVector.plain)
    func plain(_ vector: TencentVector) throws {
        let envelope = try TencentEnvelope(
            tokens: ["other", try #require(vector.input.token)], keys: [Self.key], receiver: "")
        let query = vector.input.query ?? [:]
        let timestamp = try #require(vector.input.timestamp ?? query["timestamp"])
        let nonce = try #require(vector.input.nonce ?? query["nonce"])
        let signature = try #require(vector.input.signature ?? query["signature"])
        let token = envelope.token(signing: [timestamp, nonce], as: signature)
        #expect(token == (vector.expect.valid == true ? 1 : nil))
    }

    @Test("Every encrypted message and echo opens to the words its source gives", arguments: TencentVector.sealed)
    func sealed(_ vector: TencentVector) throws {
        let query = try #require(vector.input.query)
        let timestamp = try #require(query["timestamp"])
        let opened = try? vector.envelope().open(
            try vector.encrypted(), signature: try #require(query["msg_signature"]), timestamp: timestamp,
            nonce: try #require(query["nonce"]), sent: Self.now, now: Self.now, tolerance: .zero)
        #expect((opened != nil) == vector.expect.valid)
        if vector.expect.valid == true { #expect(opened?.text == vector.expect.plaintext) }
    }

    @Test("Every answer is sealed to the bytes its source gives", arguments: TencentVector.answers)
    func answers(_ vector: TencentVector) throws {
        let parts = try vector.envelope().seal(
            try #require(vector.input.plaintext), token: 0, key: 0, timestamp: vector.input.timestamp ?? "",
            nonce: vector.input.nonce ?? "", random: Array(try #require(vector.input.random).utf8))
        #expect(parts.encrypted == vector.expect.encrypt)
        if let signature = vector.expect.signature { #expect(parts.signature == signature) }
    }

    @Test("Padding is that of the vectors", arguments: TencentVector.all(["pkcs7_pad"]))
    func padding(_ vector: TencentVector) throws {
        let hex = try #require(vector.input.data)
        var bytes: [UInt8] = []
        var rest = Substring(hex)
        while let byte = UInt8(rest.prefix(2), radix: 16) {
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        #expect(TencentEnvelope.padded(bytes).hex == vector.expect.padded)
        #expect(TencentEnvelope.unpadded(TencentEnvelope.padded(bytes)) == bytes)
    }

    @Test(
        "A key of another length or with other characters is refused", arguments: TencentVector.all(["aes_key_decode"]))
    func keys(_ vector: TencentVector) throws {
        let key = try #require(vector.input.aesKey)
        #expect(throws: Trouble.self) { try TencentEnvelope.key(key) }
    }

    @Test("All vectors of the files are run") func count() {
        #expect(TencentVector.plain.count == 4)
        #expect(TencentVector.sealed.count == 14)
        #expect(TencentVector.answers.count == 5)
        #expect(TencentVector.all(["pkcs7_pad", "aes_key_decode"]).count == 7)
    }

    @Test("A message under the key before still opens, and says which key is to answer")
    func rotation() throws {
        let other = String(repeating: "B", count: 43)
        let parts = try Self.envelope().seal("路灯", token: 0, key: 0, timestamp: "1700000000", nonce: "n")
        let opened = try Self.open(try Self.envelope([other, Self.key]), parts)
        #expect(opened.text == "路灯")
        #expect(opened.key == 1)
        let answer = try Self.envelope([other, Self.key]).seal(
            "好", token: 0, key: opened.key, timestamp: "1700000000", nonce: "n")
        #expect(try Self.open(try Self.envelope(), answer).text == "好")
    }

    @Test("Signature, time, envelope and receiver are checked in this order")
    func order() throws {
        let elsewhere = try Self.envelope(receiver: "wx2")
        var parts = try elsewhere.seal("a", token: 0, key: 0, timestamp: "1600000000", nonce: "n")
        parts.encrypted += "*"
        #expect(throws: TencentEnvelope.Refusal.badSignature) { try Self.open(try Self.envelope(), parts) }
        parts.signature = TencentEnvelope.signature(["token", parts.timestamp, parts.nonce, parts.encrypted])
        #expect(throws: TencentEnvelope.Refusal.stale) { try Self.open(try Self.envelope(), parts) }
        let then = Instant(seconds: 1_600_000_000)
        #expect(throws: TencentEnvelope.Refusal.unreadable) { try Self.open(try Self.envelope(), parts, at: then) }
        parts = try elsewhere.seal("a", token: 0, key: 0, timestamp: "1600000000", nonce: "n")
        #expect(throws: TencentEnvelope.Refusal.otherReceiver) { try Self.open(try Self.envelope(), parts, at: then) }
        #expect(try Self.open(elsewhere, parts, at: then).text == "a")
    }

    @Test("An empty receiver id, as AI bots have, is a receiver like any other")
    func empty() throws {
        let bot = try Self.envelope(receiver: "")
        let parts = try bot.seal("a", token: 0, key: 0, timestamp: "1700000000", nonce: "n")
        #expect(try Self.open(bot, parts).text == "a")
        #expect(throws: TencentEnvelope.Refusal.otherReceiver) { try Self.open(try Self.envelope(), parts) }
    }

    @Test("Any padding of 1 to 32 equal bytes is taken off, any other is refused")
    func unpadding() {
        #expect(TencentEnvelope.unpadded([7] + Array(repeating: 15, count: 15)) == [7])
        #expect(TencentEnvelope.unpadded([0]) == nil)
        #expect(TencentEnvelope.unpadded(Array(repeating: 33, count: 40)) == nil)
        #expect(TencentEnvelope.unpadded([2, 3, 3]) == nil)
        #expect(TencentEnvelope.unpadded([5, 5, 5]) == nil)
        #expect(TencentEnvelope.unpadded([]) == nil)
    }

    @Test("No cipher text under a good signature traps, whatever its length and bytes")
    func hostile() throws {
        let envelope = try Self.envelope()
        for count in 0..<200 {
            let encrypted = Base64.text((0..<count).map { _ in UInt8.random(in: 0...255) })
            let signature = TencentEnvelope.signature(["token", "1", "n", encrypted])
            #expect(throws: TencentEnvelope.Refusal.unreadable) {
                try envelope.open(
                    encrypted, signature: signature, timestamp: "1", nonce: "n", sent: Self.now, now: Self.now,
                    tolerance: .zero)
            }
        }
    }

    @Test("An empty token or a missing key is a configuration error")
    func configuration() {
        #expect(throws: Trouble.self) { try TencentEnvelope(tokens: [], keys: [Self.key], receiver: "wx1") }
        #expect(throws: Trouble.self) { try TencentEnvelope(tokens: [""], keys: [Self.key], receiver: "wx1") }
        #expect(throws: Trouble.self) { try TencentEnvelope(tokens: ["t"], keys: [], receiver: "wx1") }
    }
}
