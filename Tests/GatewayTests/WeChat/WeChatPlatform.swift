import Crypto
import CryptoExtras
import Foundation
import Intake

@testable import Gateway

/// The platform's side of an official account, with signing and encryption of its own, written from the vendor's text
/// and not from our code.
struct WeChatPlatform: Sendable {
    var token = "tokenOfTest"
    var key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
    var appid = "wx0123456789abcdef"
    var account = "gh_city"

    func sha1(_ parts: [String]) -> String {
        let text = parts.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }.joined()
        return Insecure.SHA1.hash(data: Data(text.utf8)).map { String(format: "%02x", $0) }.joined()
    }

    /// The key's last digit has its spare bits cleared, as a strict decoder needs.
    private var secret: Data {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        let last = digits.firstIndex(of: key.last ?? "A") ?? 0
        return Data(base64Encoded: String(key.dropLast()) + String(digits[last & ~3]) + "=") ?? Data()
    }

    func encrypt(_ xml: String) throws -> String {
        var plain = Data((0..<16).map { UInt8(200 + $0) })
        let count = xml.utf8.count
        plain.append(contentsOf: [
            UInt8(count >> 24), UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255),
        ])
        plain.append(Data(xml.utf8))
        plain.append(Data(appid.utf8))
        let padding = 32 - plain.count % 32
        plain.append(Data(repeating: UInt8(padding), count: padding))
        let iv = try AES._CBC.IV(ivBytes: secret.prefix(16))
        return try AES._CBC.encrypt(plain, using: SymmetricKey(data: secret), iv: iv, noPadding: true)
            .base64EncodedString()
    }

    struct Wrong: Error {
        var what: String
    }

    func decrypt(_ text: String) throws -> String {
        guard let cipher = Data(base64Encoded: text) else { throw Wrong(what: "base64") }
        let iv = try AES._CBC.IV(ivBytes: secret.prefix(16))
        let plain = try AES._CBC.decrypt(cipher, using: SymmetricKey(data: secret), iv: iv, noPadding: true)
        guard plain.count % 32 == 0, let padding = plain.last, (1...32).contains(padding) else {
            throw Wrong(what: "padding")
        }
        let body = Data(plain.dropLast(Int(padding)))
        let length = body[16..<20].reduce(0) { $0 << 8 | Int($1) }
        guard String(decoding: body[(20 + length)...], as: UTF8.self) == appid else { throw Wrong(what: "appid") }
        return String(decoding: body[20..<20 + length], as: UTF8.self)
    }

    /// The channel `wx` of a gateway as YAML, its secrets as files of a folder; `more` is added to its settings.
    func channel(in secrets: String, _ more: String...) throws -> String {
        for (name, value) in ["token": token, "key": key, "secret": "appsecret"] {
            try Data(value.utf8).write(to: URL(filePath: "\(secrets)/\(name)"))
        }
        let lines = [
            "- name: wx", "kind: wechat-oa", "appid: \(appid)", "tokens: [\"file:\(secrets)/token\"]",
            "keys: [\"file:\(secrets)/key\"]", "secret: \"file:\(secrets)/secret\"",
        ]
        return (lines + more).joined(separator: "\n  ")
    }

    /// Path and body of one push in secure mode.
    func push(_ xml: String, to channel: String, at now: Instant) throws -> (path: String, body: [UInt8]) {
        let encrypted = try encrypt(xml)
        let time = String(now.milliseconds / 1000)
        let query =
            "signature=\(sha1([token, time, "99"]))&timestamp=\(time)&nonce=99&openid=oAbc&encrypt_type=aes"
            + "&msg_signature=\(sha1([token, time, "99", encrypted]))"
        let body = """
            <xml>
                <ToUserName><![CDATA[\(account)]]></ToUserName>
                <Encrypt><![CDATA[\(encrypted)]]></Encrypt>
            </xml>
            """
        return ("/hooks/\(channel)?\(query)", Array(body.utf8))
    }

    /// The words of a passive reply, after checking its signature, seal and addresses; nil for "success".
    func words(of answer: LiveGateway.Answer, to citizen: String) throws -> String? {
        if answer.body == "success" { return nil }
        func field(_ name: String, in text: String) throws -> String {
            guard
                let found = text.firstMatch(
                    of: try Regex("<\(name)>(?:<!\\[CDATA\\[)?(?s)(.*?)(?:\\]\\]>)?</\(name)>")),
                let value = found.output[1].substring
            else { throw Wrong(what: name) }
            return String(value)
        }
        let encrypted = try field("Encrypt", in: answer.body)
        let parts = [
            token, try field("TimeStamp", in: answer.body), try field("Nonce", in: answer.body), encrypted,
        ]
        guard sha1(parts) == (try field("MsgSignature", in: answer.body)) else { throw Wrong(what: "signature") }
        let xml = try decrypt(encrypted)
        guard try field("ToUserName", in: xml) == citizen, try field("FromUserName", in: xml) == account,
            try field("MsgType", in: xml) == "text", Int(try field("CreateTime", in: xml)) != nil
        else { throw Wrong(what: "addresses") }
        let words = try field("Content", in: xml)
        guard words.utf8.count <= 2048 else { throw Wrong(what: "length") }
        return words
    }

    /// The plain XML of a message.
    func message(
        _ type: String, _ rest: String, from citizen: String = "oAbc", id: Int64? = nil, at now: Instant
    ) -> String {
        let id = id.map { "<MsgId>\($0)</MsgId>" } ?? ""
        return """
            <xml><ToUserName><![CDATA[\(account)]]></ToUserName><FromUserName><![CDATA[\(citizen)]]></FromUserName>\
            <CreateTime>\(now.milliseconds / 1000)</CreateTime><MsgType><![CDATA[\(type)]]></MsgType>\(rest)\(id)</xml>
            """
    }

    func text(_ words: String, from citizen: String = "oAbc", id: Int64, at now: Instant) -> String {
        message("text", "<Content><![CDATA[\(words)]]></Content>", from: citizen, id: id, at: now)
    }
}
