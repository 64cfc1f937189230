import Crypto
package import Foundation

/// A value only a holder of the keys can read. Layout: algorithm (1 byte, 1 = AES-256-GCM), key id (4 bytes, big
/// endian), nonce (12, random), ciphertext, tag (16). NIST SP 800-38D allows 2^32 random nonces for one key: at a
/// hundred million sealed values a year that is forty years.
package struct Sealed: Sendable, Equatable {
    package var bytes: Data
    /// Takes bytes that were kept before; nothing is checked until they are opened.
    package init(_ bytes: Data) { self.bytes = bytes }

    /// Id of the key that sealed it; nil where the bytes are no sealed value of this version.
    package var key: KeyID? {
        guard bytes.count >= 33, bytes.first == 1 else { return nil }
        return KeyID(bytes.dropFirst().prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
    }
}

extension Keys {
    /// Seals `plain`; `context` says what it is and must be the same when it is opened.
    package func seal(_ plain: some DataProtocol, as context: String) throws(Trouble) -> Sealed {
        do {
            let box = try AES.GCM.seal(plain, using: current.sealing, authenticating: Data(context.utf8))
            var bytes = Data(capacity: 33 + plain.count)
            bytes.append(1)
            for shift in stride(from: 24, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: current.id >> shift))
            }
            guard let rest = box.combined else { throw CryptoKitError.incorrectParameterSize }
            bytes.append(rest)
            return Sealed(bytes)
        } catch { throw .needsPerson("加密封存失败", "sealing failed", detail: "\(error)") }
    }

    /// The plain bytes; needs a person if the value was sealed with another key or was changed.
    package func open(_ sealed: Sealed, as context: String) throws(Trouble) -> Data {
        guard let id = sealed.key else {
            throw .needsPerson("密封内容的格式本版本不认识", "a sealed value has a form this version does not know")
        }
        guard let pair = id.number == current.id ? current : older.first(where: { $0.id == id.number }) else {
            throw .needsPerson(
                "内容是用主密钥 \(id) 封存的，配置里没有它；请放进 keys.master 或 keys.older",
                "a value was sealed with the master key \(id), which is not there; name it as keys.master or in keys.older"
            )
        }
        do {
            let box = try AES.GCM.SealedBox(combined: sealed.bytes.dropFirst(5))
            return try AES.GCM.open(box, using: pair.sealing, authenticating: Data(context.utf8))
        } catch { throw .needsPerson("密封内容被改动或截断：\(context)", "a sealed value was changed or cut: \(context)") }
    }

    /// `seal` for anything with a JSON form.
    package func seal(json value: some Encodable, as context: String) throws(Trouble) -> Sealed {
        try seal(JSON.encode(value), as: context)
    }

    /// `open` for anything with a JSON form.
    package func open<Value: Decodable>(
        _ type: Value.Type, _ sealed: Sealed, as context: String
    ) throws(Trouble) -> Value {
        let plain = try open(sealed, as: context)
        return try JSON.decode(type, plain)
    }
}

/// JSON as we write it for ourselves: equal values have equal bytes.
package enum JSON {
    package static func encode(_ value: some Encodable) throws(Trouble) -> Data {
        do { return Data(try JSONWriter.write(value)) } catch {
            throw .lasting("写不成 JSON", "cannot be written as JSON", detail: "\(error)")
        }
    }
    package static func decode<Value: Decodable>(_ type: Value.Type, _ bytes: Data) throws(Trouble) -> Value {
        do { return try JSONDecoder().decode(type, from: bytes) } catch {
            throw .lasting("留存的 JSON 读不成 \(type)", "kept JSON does not read as \(type)", detail: "\(type)")
        }
    }
}
