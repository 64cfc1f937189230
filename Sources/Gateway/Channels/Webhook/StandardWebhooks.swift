package import Intake

/// Signs and verifies HTTP bodies as Standard Webhooks 1.0.0 says (https://www.standardwebhooks.com). One value holds
/// all active keys, so that a key is changed without a gap: any one of them is enough to be believed, and what goes
/// out is signed with every one.
package struct StandardWebhooks: Sendable {
    /// What the verified headers said.
    package struct Verified: Sendable, Equatable {
        /// `webhook-id`, the sender's idempotency key: the same over its retries.
        package var id: String
        package var sent: Instant
        /// Position in the list of keys of the one that matched: an old one that no longer matches can be retired.
        package var key: Int
    }

    /// Why a request is not believed. The sender is told none of this (401 for all); counters and logs are.
    package enum Refusal: String, Error, Sendable, CaseIterable {
        case missingHeader = "missing-header"
        case doubledHeader = "doubled-header"
        case badID = "bad-id"
        case badTimestamp = "bad-timestamp"
        case stale
        case badSignature = "bad-signature"
    }

    private let keys: [WebhookKey]
    private let tolerance: Duration

    /// A header may hold several signatures; more than this many are not looked at.
    static let mostSignatures = 16
    static let longestID = 256

    /// `keys`: at least one text form (`whsec_…`, bare base64, `whpk_…`, `whsk_…`). `tolerance`: how far
    /// `webhook-timestamp` may stand from now, both ways. Throws a configuration error for an empty list or a bad key.
    package init(keys: [String], tolerance: Duration = .seconds(300)) throws(Trouble) {
        guard !keys.isEmpty else {
            throw .lasting(
                "至少要有一个 webhook 密钥：请写明存放它的凭据",
                "expected at least one webhook secret, found none: name a credential that holds one")
        }
        var read: [WebhookKey] = []
        for key in keys { read.append(try WebhookKey(key)) }
        self.keys = read
        self.tolerance = tolerance
    }

    /// What the headers say before the body was looked at: nothing of it is believed yet.
    struct Claim: Sendable, Equatable {
        var id: String
        fileprivate var timestamp: String
        fileprivate var sent: Instant
        fileprivate var signatures: [Signature]
    }

    fileprivate struct Signature: Equatable {
        var version: String
        var bytes: [UInt8]
    }

    /// Reads the headers of a request, in any letter case; each of the three may stand once only, the time must be near
    /// enough, and one signature at least must have the form of one: what fails here need not be read any further.
    func claim(_ headers: [(name: String, value: String)], now: Instant) throws(Refusal) -> Claim {
        let id = try Self.single("webhook-id", in: headers)
        let timestamp = try Self.single("webhook-timestamp", in: headers)
        let signatures = try Self.single("webhook-signature", in: headers)
        guard Self.isID(id) else { throw .badID }
        guard let sent = Self.instant(timestamp) else { throw .badTimestamp }
        guard sent - now <= tolerance, now - sent <= tolerance else { throw .stale }
        let read = signatures.split(separator: " ").prefix(Self.mostSignatures).compactMap { one -> Signature? in
            guard let comma = one.firstIndex(of: ","),
                let bytes = Base64.bytes(one[one.index(after: comma)...]), !bytes.isEmpty
            else { return nil }
            return Signature(version: String(one[..<comma]), bytes: bytes)
        }
        guard !read.isEmpty else { throw .badSignature }
        return Claim(id: id, timestamp: timestamp, sent: sent, signatures: read)
    }

    /// Verifies the exact bytes of a body. Versions of signatures that are not known are skipped.
    func verify(_ claim: Claim, body: [UInt8]) throws(Refusal) -> Verified {
        let signed = WebhookKey.Signed(id: claim.id, timestamp: claim.timestamp, body: body)
        for one in claim.signatures {
            for (position, key) in keys.enumerated()
            where key.matches(version: one.version[...], signature: one.bytes, of: signed) {
                return Verified(id: claim.id, sent: claim.sent, key: position)
            }
        }
        throw .badSignature
    }

    /// Both at once.
    package func verify(
        headers: [(name: String, value: String)], body: [UInt8], now: Instant
    ) throws(Refusal) -> Verified {
        try verify(try claim(headers, now: now), body: body)
    }

    /// The three headers of an outgoing body, signed with every active key that can sign. `id` stays the same over
    /// retries (1 to 256 visible ASCII characters without "."), `now` does not.
    package func sign(id: String, body: [UInt8], now: Instant) throws(Trouble) -> [(name: String, value: String)] {
        guard Self.isID(id) else {
            throw .lasting(
                "webhook-id 应为 1 至 256 个可见字符，不含句点",
                "expected a webhook id of 1 to 256 visible characters without a full stop: choose another")
        }
        let timestamp = String(now.milliseconds / 1000)
        let signed = WebhookKey.Signed(id: id, timestamp: timestamp, body: body)
        var signatures: [String] = []
        for key in keys {
            if let signature = try key.signature(of: signed) { signatures.append(signature) }
        }
        guard !signatures.isEmpty else {
            throw .lasting(
                "要有能签名的密钥（whsec_ 或 whsk_），现只有公钥",
                "expected a key that can sign (whsec_ or whsk_), found public keys only: add one")
        }
        return [
            ("webhook-id", id), ("webhook-timestamp", timestamp),
            ("webhook-signature", signatures.joined(separator: " ")),
        ]
    }

    private static func single(
        _ name: String, in headers: [(name: String, value: String)]
    ) throws(Refusal) -> String {
        var found: String?
        for header in headers where header.name.utf8.count == name.utf8.count && header.name.lowercased() == name {
            guard found == nil else { throw .doubledHeader }
            found = header.value
        }
        guard let found else { throw .missingHeader }
        return found
    }

    /// A full stop separates the parts of the signed text, so that it may not stand inside one.
    private static func isID(_ id: String) -> Bool {
        !id.isEmpty && id.utf8.count <= longestID
            && id.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ".") }
    }

    /// Whole seconds since 1970 in plain digits; a sign, a fraction or more than 12 digits is no timestamp.
    private static func instant(_ text: String) -> Instant? {
        guard !text.isEmpty, text.utf8.count <= 12,
            text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let seconds = Int64(text)
        else { return nil }
        return Instant(seconds: seconds)
    }
}
