import Crypto
import Foundation
package import Intake

/// One active key of a Standard Webhooks sender or receiver (https://www.standardwebhooks.com, specification 1.0.0).
package struct WebhookKey: Sendable {
    enum Material: Sendable {
        /// `whsec_…` or bare base64: HMAC-SHA256, made ready; signatures marked v1.
        case shared(HMAC<SHA256>)
        /// `whpk_…`: ed25519, verifies signatures marked v1a.
        case verifying(Curve25519.Signing.PublicKey)
        /// `whsk_…`: ed25519, makes signatures marked v1a.
        case signing(Curve25519.Signing.PrivateKey)
    }
    let material: Material

    /// The specification asks for 24 to 64 bytes; senders in use are found with 18. Below 16 a secret can be guessed.
    package static let leastBytes = 16

    /// Reads the text form of a key. White space at both ends and missing base64 padding are tolerated. Throws a
    /// lasting trouble (a configuration error that never shows the key) when it is empty, too short or not base64.
    package init(_ text: String) throws(Trouble) {
        let text = text.trimmed
        let prefix = ["whsec_", "whpk_", "whsk_"].first { text.hasPrefix($0) } ?? ""
        let digits = text.dropFirst(prefix.count)
        guard !digits.isEmpty else {
            throw .lasting(
                "webhook 密钥为空：请生成至少 24 个随机字节（base64）",
                "expected a webhook secret, found an empty one: generate at least 24 random bytes in base64")
        }
        guard let bytes = Base64.bytes(digits) else {
            throw .lasting(
                "webhook 密钥应为 base64：请完整地重新复制",
                "expected a webhook secret in base64, found other characters: copy it again, whole")
        }
        switch prefix {
        case "whpk_", "whsk_":
            guard let material = Self.edwards(prefix, bytes) else {
                throw .lasting(
                    "\(prefix) 后应为 32 字节的 ed25519 密钥，实为 \(bytes.count)：请重新复制",
                    "expected \(prefix) with 32 bytes of ed25519 key, found \(bytes.count): copy it again")
            }
            self.material = material
        default:
            guard bytes.count >= Self.leastBytes else {
                throw .lasting(
                    "webhook 密钥应至少 \(Self.leastBytes) 字节，实为 \(bytes.count)：请生成至少 24 个随机字节",
                    "expected a webhook secret of at least \(Self.leastBytes) bytes, found \(bytes.count): generate 24 random bytes or more"
                )
            }
            material = .shared(HMAC(key: SymmetricKey(data: bytes)))
        }
    }

    /// Libraries that make `whsk_` keys write either the 32-byte seed or seed and public key in 64 bytes.
    private static func edwards(_ prefix: String, _ bytes: [UInt8]) -> Material? {
        if prefix == "whpk_" {
            return (try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)).map { .verifying($0) }
        }
        guard bytes.count == 32 || bytes.count == 64 else { return nil }
        return (try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes.prefix(32))).map { .signing($0) }
    }

    /// Whether one `version,signature` of the header matches. `signature` is what stands after the comma, decoded.
    func matches(version: Substring, signature: [UInt8], of signed: Signed) -> Bool {
        switch material {
        case .shared(let key):
            guard version == "v1" else { return false }
            return constantTimeEqual(signed.code(key), signature)
        case .verifying(let key):
            return version == "v1a" && signature.count == 64 && key.isValidSignature(signature, for: signed.whole)
        case .signing(let key):
            return version == "v1a" && signature.count == 64
                && key.publicKey.isValidSignature(signature, for: signed.whole)
        }
    }

    /// `version,signature` for the header; nil for a key that can only verify.
    func signature(of signed: Signed) throws(Trouble) -> String? {
        switch material {
        case .shared(let key): return "v1," + Base64.text(signed.code(key))
        case .verifying: return nil
        case .signing(let key):
            guard let bytes = try? key.signature(for: signed.whole) else {
                throw .passing("ed25519 签名失败：请重试", "the ed25519 signature of a webhook could not be made: try again")
            }
            return "v1a," + Base64.text(bytes)
        }
    }

    /// The signed text `id.timestamp.body`, never built in memory for HMAC.
    struct Signed {
        let head: [UInt8]
        let body: [UInt8]

        init(id: some StringProtocol, timestamp: some StringProtocol, body: [UInt8]) {
            head = Array("\(id).\(timestamp).".utf8)
            self.body = body
        }

        var whole: [UInt8] { head + body }

        func code(_ key: HMAC<SHA256>) -> [UInt8] {
            var code = key
            code.update(data: head)
            code.update(data: body)
            return Array(code.finalize())
        }
    }
}
