package import Crypto
package import Foundation

/// Every key the ledger needs, derived from one master secret (HKDF-SHA256, RFC 5869), each for one purpose only
/// (rule 8). The master secret is in a credential file and nowhere in the store or its backups.
///
/// Two keys come from a master: one seals; the other is the root of all that must stay the same for the life of a
/// ledger (hashes things are looked up by, look-up codes, the knots of checkpoints). A new master seals anew and keeps
/// the root of the first: see `fitting`. A restored ledger adds roots for what is made since: see `Generation`.
package struct Keys: Sendable {
    /// What comes from one master secret.
    struct Pair: Sendable {
        /// Names the sealing key inside every sealed value, so that it can be rotated.
        var id: UInt32
        var sealing: SymmetricKey
        var root: Data

        /// Lasting trouble for fewer than 32 bytes.
        init(_ master: Data) throws(Trouble) {
            guard master.count >= 32 else {
                throw .lasting(
                    "主密钥至少 32 字节，实为 \(master.count)；可用 head -c 32 /dev/urandom | base64 生成",
                    "the master key must hold at least 32 bytes, found \(master.count); make one with: head -c 32 /dev/urandom | base64"
                )
            }
            sealing = Keys.derive("sealing", from: master)
            root = Data(
                HMAC<SHA256>.authenticationCode(for: Data("intake/1/root".utf8), using: SymmetricKey(data: master)))
            id = HMAC<SHA256>.authenticationCode(for: Data("key id".utf8), using: sealing).prefix(4)
                .reduce(0) { $0 << 8 | UInt32($1) }
        }
    }
    /// Seals and opens.
    let current: Pair
    /// Open what they sealed when they were in use.
    let older: [Pair]
    /// What is derived since the ledger began, and since each time it was restored, oldest first.
    let first: ReadyGeneration
    let later: [ReadyGeneration]
    // Made ready once: that takes longer than authenticating a short text.
    let index: HMAC<SHA256>

    /// - Parameters:
    ///   - master: at least 32 bytes of randomness; fewer is a lasting trouble.
    ///   - older: masters that were in use before it.
    package init(master: Data, older: [Data] = []) throws(Trouble) {
        var pairs: [Pair] = []
        for secret in older { pairs.append(try Pair(secret)) }
        let pair = try Pair(master)
        self.init(pair, older: pairs, generations: [Generation(first: pair.root)])
    }

    /// - Parameter generations: oldest first; with none, those of a new ledger of the current pair.
    init(_ current: Pair, older: [Pair], generations: [Generation]) {
        self.current = current
        self.older = older
        first = ReadyGeneration(generations.first ?? Generation(first: current.root))
        later = generations.dropFirst().map(ReadyGeneration.init)
        index = HMAC(key: Keys.derive("index", from: first.facts.root))
    }

    static func derive(_ purpose: String, from key: Data) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: key), info: Data("intake/1/\(purpose)".utf8), outputByteCount: 32)
    }

    /// 16 bytes that stand for a source id on a channel: equal ids have equal keys, and the id cannot be read back.
    package func sourceKey(channel: String, id: String) -> Data {
        keyed("source", channel, id).prefix(16)
    }

    /// 16 bytes that stand for a contact, for looking it up without opening it.
    package func contactHash(_ contact: Contact) -> Data {
        keyed("contact", contact.kind.rawValue, contact.value).prefix(16)
    }

    /// The name of a blob from the SHA-256 of its plain bytes. With an owner it is the owner's alone: the same bytes of
    /// somebody else have another name, and removing one takes nothing from the other.
    package func blobID(_ digest: SHA256.Digest, of owner: String = "") -> BlobID {
        let named = Data("blob\u{0}".utf8) + Data(digest) + Data(owner.utf8)
        return BlobID(hex: index.code(of: named).hex)
    }

    /// The secret a citizen shows to look at a ticket: 12 characters, 60 bits, in Crockford's base 32 (no i, l, o, u).
    /// Derived, so that the same receipt can be given again without being stored.
    package func lookupCode(_ ticket: TicketNumber) -> String {
        let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
        let mac = generation(ofTicket: ticket.id).token.code(of: Data("lookup\u{0}\(ticket)".utf8))
        return String(decoding: mac.prefix(12).map { alphabet[Int($0 & 31)] }, as: UTF8.self)
    }

    /// Signs short texts we hand out and read back (form tokens): 16 bytes.
    package func sign(_ purpose: String, _ text: String) -> Data {
        Keys.signature(purpose, text, later.last ?? first)
    }

    /// Whether `signature` is what `sign` gives, or gave before a restore, compared in constant time.
    package func verify(_ purpose: String, _ text: String, _ signature: Data) -> Bool {
        ([first] + later).contains { constantTimeEqual(Keys.signature(purpose, text, $0), signature) }
    }

    /// Digest of a secret handed out (an API key), fit to be stored and looked up.
    package func secretHash(_ secret: String) -> Data { keyed("secret", secret) }

    private func keyed(_ parts: String...) -> Data {
        index.code(of: Data(parts.joined(separator: "\u{0}").utf8))
    }
}

extension HMAC<SHA256> {
    /// The code of bytes under a key made ready before.
    func code(of bytes: Data...) -> Data {
        var code = self
        for bytes in bytes { code.update(data: bytes) }
        return Data(code.finalize())
    }
}

extension Sequence where Element == UInt8 {
    /// Lower-case hexadecimal.
    package var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in self {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}

extension Data {
    /// Reads what `hex` writes, in either case; nil for anything else.
    package init?(hex: some StringProtocol) {
        let nibbles = hex.unicodeScalars.compactMap { $0.isASCII ? Character($0).hexDigitValue : nil }
        guard nibbles.count == hex.unicodeScalars.count, nibbles.count % 2 == 0 else { return nil }
        self.init(stride(from: 0, to: nibbles.count, by: 2).map { UInt8(nibbles[$0] << 4 | nibbles[$0 + 1]) })
    }
}

/// The one comparison used for secrets and signatures: its time depends on the lengths only.
package func constantTimeEqual(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
    let (left, right) = (Array(left), Array(right))
    guard left.count == right.count else { return false }
    var differing: UInt8 = 0
    for place in left.indices { differing |= left[place] ^ right[place] }
    return differing == 0
}
