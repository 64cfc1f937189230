import Crypto
import CryptoExtras
import Foundation
import Intake

@testable import Gateway

private let key = String(repeating: "A", count: 43)

let platformReaders = [
    Reader(name: "wechat") { bytes in
        guard let xml = try? FlatXML.read(bytes) else { return }
        law(xml.fields.count <= FlatXML.mostNodes, "XML keeps to its bounds")
        guard let message = try? WeChatMessage.read(xml) else { return }
        law(!message.sender.isEmpty && !message.account.isEmpty, "a message has a sender and an account")
        check(message.item)
    },
    Reader(name: "wechat-answer") { bytes in
        do throws(Trouble) {
            let grant = try WeChatAnswer.grant(bytes)
            law(grant.life > .zero && grant.life <= .seconds(7200), "a token lives two hours at most")
            law((1...2048).contains(grant.text.utf8.count), "a token keeps to its bound")
        } catch { law(!error.reason.isEmpty, "a refusal says why") }
        guard let value = try? JSONValue.read(bytes), let code = WeChatAnswer.code(value) else { return }
        law(!WeChatTrouble(code: code).trouble.reason.isEmpty, "an error has words")
    },
    Reader(name: "envelope") { bytes in
        guard let envelope = try? TencentEnvelope(tokens: ["t"], keys: [key], receiver: "r") else { return }
        // The bytes are what comes out of the cipher: whoever has the key can put anything there.
        let plain = bytes + Array(repeating: 0, count: (16 - bytes.count % 16) % 16)
        guard let secret = try? TencentEnvelope.key(key), let iv = try? AES._CBC.IV(ivBytes: secret.prefix(16)),
            let cipher = try? AES._CBC.encrypt(plain, using: SymmetricKey(data: secret), iv: iv, noPadding: true)
        else { return }
        let encrypted = Base64.text(cipher)
        let now = Instant(seconds: 1_795_000_000)
        let opened = try? envelope.open(
            encrypted, signature: TencentEnvelope.signature(["t", "1", "n", encrypted]), timestamp: "1", nonce: "n",
            sent: now, now: now, tolerance: .seconds(60))
        law((opened?.text.utf8.count ?? 0) <= bytes.count, "what was inside is no longer than the whole")
        _ = try? envelope.open(
            text(bytes), signature: TencentEnvelope.signature(["t", "1", "n", text(bytes)]), timestamp: "1", nonce: "n",
            sent: now, now: now, tolerance: .seconds(60))
    },
]
