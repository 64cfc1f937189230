import Crypto
import CryptoExtras
import Foundation
package import Intake

/// The signed and encrypted envelope that WeChat, WeCom and DingTalk put around what they push (WeChat: "message push",
/// secure mode; WeCom: "callback encryption"). Which fields carry its parts, and whether time counts in seconds or
/// milliseconds, differs by platform and is the caller's affair.
package struct TencentEnvelope: Sendable {
    /// What was inside, and which secrets opened it: the answer is to be sealed with the same.
    package struct Opened: Sendable, Equatable {
        package var text: String
        package var token: Int
        package var key: Int
    }

    /// The parts of an answer, for the platform's own XML or JSON.
    package struct Parts: Sendable, Equatable {
        package var encrypted: String
        package var signature: String
        package var timestamp: String
        package var nonce: String
    }

    /// Why an envelope is not believed. The sender hears one and the same answer for all; counters and logs see these.
    package enum Refusal: String, Error, Sendable, CaseIterable {
        case badSignature = "bad-signature"
        case stale
        /// Base64, cipher, padding, length or UTF-8.
        case unreadable = "bad-envelope"
        case otherReceiver = "other-receiver"
    }

    private let tokens: [String]
    private let keys: [[UInt8]]
    private let receiver: [UInt8]

    /// - Parameters:
    ///   - tokens: the token set at the platform; while it is being changed, the new and the old one.
    ///   - keys: EncodingAESKeys, the current one first, then the one before (WeChat advises keeping it).
    ///   - receiver: appid, CorpID, suite id or whatever the platform puts at the end; may be empty (WeCom AI bot).
    /// Throws a configuration error for an empty token or a key that is not 43 characters of base64.
    package init(tokens: [String], keys: [String], receiver: String) throws(Trouble) {
        guard !tokens.isEmpty, !tokens.contains(where: \.isEmpty) else {
            throw .lasting("令牌为空：请从平台后台复制", "expected a token, found an empty one: copy it from the platform's console")
        }
        guard !keys.isEmpty else {
            throw .lasting(
                "缺 EncodingAESKey：请从平台后台复制", "expected an EncodingAESKey, found none: copy it from the console")
        }
        var read: [[UInt8]] = []
        for key in keys { read.append(try Self.key(key)) }
        self.tokens = tokens
        self.keys = read
        self.receiver = Array(receiver.utf8)
    }

    /// The 32 bytes of an EncodingAESKey. Its last character carries two spare bits, which need not be zero.
    package static func key(_ text: String) throws(Trouble) -> [UInt8] {
        guard text.utf8.count == 43 else {
            throw .lasting(
                "EncodingAESKey 应为 43 个字符，实为 \(text.utf8.count) 个：请重新复制",
                "expected an EncodingAESKey of 43 characters, found \(text.utf8.count): copy it again")
        }
        guard !text.contains("="), let bytes = Base64.bytes(text), bytes.count == 32 else {
            throw .lasting(
                "EncodingAESKey 只含 A-Z、a-z、0-9、+ 和 /：请重新复制",
                "expected an EncodingAESKey of A-Z, a-z, 0-9, + and /, found other characters: copy it again")
        }
        return bytes
    }

    /// SHA-1 in lower-case hex over the parts, sorted bytewise and joined without separator.
    package static func signature(_ parts: [String]) -> String {
        let sorted = parts.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
        return Insecure.SHA1.hash(data: Array(sorted.joined())).hex
    }

    /// The position of the token with which `parts` have this signature, compared in constant time; nil if none.
    package func token(signing parts: [String], as signature: String) -> Int? {
        tokens.firstIndex { constantTimeEqual(Self.signature([$0] + parts).utf8, signature.utf8) }
    }

    /// Opens `encrypted` exactly as it stood in the field. `sent` is `timestamp` as a moment, nil if it is none;
    /// `tolerance` is how far it may be from `now`, both ways. The order of the checks is the platform's: signature,
    /// time, cipher, padding, length, UTF-8, receiver.
    package func open(
        _ encrypted: String, signature: String, timestamp: String, nonce: String, sent: Instant?, now: Instant,
        tolerance: Duration
    ) throws(Refusal) -> Opened {
        guard let token = token(signing: [timestamp, nonce, encrypted], as: signature) else { throw .badSignature }
        guard let sent, sent - now <= tolerance, now - sent <= tolerance else { throw .stale }
        let digits = encrypted.utf8.filter { $0 != 0x0A && $0 != 0x0D }
        guard let cipher = Base64.bytes(digits), !cipher.isEmpty, cipher.count % 16 == 0 else { throw .unreadable }
        var refusal = Refusal.unreadable
        for (position, key) in keys.enumerated() {
            do {
                return Opened(text: try text(of: cipher, key: key), token: token, key: position)
            } catch {
                if error == .otherReceiver { refusal = error }
            }
        }
        throw refusal
    }

    private func text(of cipher: [UInt8], key: [UInt8]) throws(Refusal) -> String {
        guard let iv = try? AES._CBC.IV(ivBytes: key.prefix(16)),
            let padded = try? AES._CBC.decrypt(cipher, using: SymmetricKey(data: key), iv: iv, noPadding: true),
            let plain = Self.unpadded(Array(padded)), plain.count >= 20
        else { throw .unreadable }
        let length = plain[16..<20].reduce(0) { $0 << 8 | Int($1) }
        guard length <= plain.count - 20, let text = String(validating: plain[20..<20 + length], as: UTF8.self) else {
            throw .unreadable
        }
        guard constantTimeEqual(plain[(20 + length)...], receiver) else { throw .otherReceiver }
        return text
    }

    /// Seals an answer with the secrets that opened the question. `random` is 16 bytes, given only by tests.
    package func seal(
        _ text: String, token: Int, key: Int, timestamp: String, nonce: String, random: [UInt8]? = nil
    ) throws(Trouble) -> Parts {
        guard tokens.indices.contains(token), keys.indices.contains(key) else {
            throw .lasting("没有能打开消息的令牌和密钥", "expected a token and key that opened an envelope")
        }
        let bytes = Array(text.utf8)
        guard let length = UInt32(exactly: bytes.count) else {
            throw .lasting("应答须小于 4 GiB", "expected an answer below 4 GiB")
        }
        var plain = random ?? (0..<16).map { _ in UInt8.random(in: 0...255) }
        for shift: UInt32 in [24, 16, 8, 0] { plain.append(UInt8(truncatingIfNeeded: length >> shift)) }
        plain += bytes + receiver
        guard let iv = try? AES._CBC.IV(ivBytes: keys[key].prefix(16)),
            let cipher = try? AES._CBC.encrypt(
                Self.padded(plain), using: SymmetricKey(data: keys[key]), iv: iv, noPadding: true)
        else { throw .passing("应答加密失败", "an answer could not be encrypted") }
        let encrypted = Base64.text(cipher)
        let signature = Self.signature([tokens[token], timestamp, nonce, encrypted])
        return Parts(encrypted: encrypted, signature: signature, timestamp: timestamp, nonce: nonce)
    }

    /// PKCS7 with blocks of 32 (RFC 5652 section 6.3): 1 to 32 bytes, a full block when already aligned.
    package static func padded(_ bytes: [UInt8]) -> [UInt8] {
        let count = 32 - bytes.count % 32
        return bytes + Array(repeating: UInt8(count), count: count)
    }

    /// Accepts any padding of 1 to 32 equal bytes, because some senders pad to blocks of 16; nil for anything else.
    package static func unpadded(_ bytes: [UInt8]) -> [UInt8]? {
        guard let last = bytes.last, (1...32).contains(last), bytes.count >= Int(last),
            bytes.suffix(Int(last)).allSatisfy({ $0 == last })
        else { return nil }
        return Array(bytes.dropLast(Int(last)))
    }
}
