import Crypto
import Foundation
import Intake
import Testing

@Suite("Sealed values and derived keys")
struct SealingTests {
    let keys: Keys
    let other: Keys

    init() throws {
        keys = try Keys(master: Data(repeating: 1, count: 32))
        other = try Keys(master: Data(repeating: 2, count: 32))
    }

    @Test("What is sealed is read back under the same name and key, and under no other")
    func round() throws {
        let plain = Data("张三 13800138000".utf8)
        let sealed = try keys.seal(plain, as: "contact")
        #expect(try keys.open(sealed, as: "contact") == plain)
        #expect(throws: Trouble.self) { try keys.open(sealed, as: "parcel") }
        #expect(throws: Trouble.self) { try other.open(sealed, as: "contact") }
        #expect(sealed.bytes.range(of: Data("13800138000".utf8)) == nil)
    }

    @Test("No prefix and no single changed byte of a sealed value opens, and none traps")
    func tampered() throws {
        let sealed = try keys.seal(Data("abc".utf8), as: "x")
        for length in 0..<sealed.bytes.count {
            #expect(throws: Trouble.self) { try keys.open(Sealed(sealed.bytes.prefix(length)), as: "x") }
        }
        for index in sealed.bytes.indices {
            var bytes = sealed.bytes
            bytes[index] ^= 1
            #expect(throws: Trouble.self) { try keys.open(Sealed(bytes), as: "x") }
        }
    }

    @Test("A short master key is refused with how to make one")
    func short() {
        #expect(throws: Trouble.self) { try Keys(master: Data(repeating: 1, count: 31)) }
    }

    @Test("Keyed hashes are the same for equal input, differ by channel and key, and join nothing by accident")
    func hashes() {
        #expect(keys.sourceKey(channel: "a", id: "b") == keys.sourceKey(channel: "a", id: "b"))
        #expect(keys.sourceKey(channel: "a", id: "b") != keys.sourceKey(channel: "ab", id: ""))
        #expect(keys.sourceKey(channel: "a", id: "b") != other.sourceKey(channel: "a", id: "b"))
        let phone = Contact(kind: .phone, value: " +86 138-0013-8000 ")
        #expect(keys.contactHash(phone) == keys.contactHash(Contact(kind: .phone, value: "+8613800138000")))
        #expect(Contact(kind: .phone, value: "＋８６ １３８００１３８０００") == Contact(kind: .phone, value: "+8613800138000"))
        #expect(Contact(kind: .mail, value: " A@B.cn ").value == "a@b.cn")
    }

    @Test("A look-up code is the same each time, of 12 plain characters, and differs for the next ticket")
    func lookup() throws {
        let first = try #require(TicketNumber("20261121-000001"))
        let next = try #require(TicketNumber("20261121-000002"))
        #expect(keys.lookupCode(first) == keys.lookupCode(first))
        #expect(keys.lookupCode(first) != keys.lookupCode(next))
        #expect(keys.lookupCode(first).utf8.allSatisfy { "0123456789abcdefghjkmnpqrstvwxyz".utf8.contains($0) })
        #expect(keys.lookupCode(first).count == 12)
    }

    @Test("An entry's payload verifies against its digest, and the digest stays when the payload is erased")
    func entries() throws {
        let at = Instant(milliseconds: 5)
        let new = try keys.entry(.received, at: at, actor: "citizen", ["text": "路灯"])
        let hash = Chain.hash(
            after: Data(), ticket: 1, sequence: 1, at: at, kind: "received", actor: "citizen", digest: new.digest)
        var entry = Entry(
            ticket: 1, sequence: 1, at: at, kind: .received, actor: "citizen", payload: new.payload,
            digest: new.digest, hash: hash)
        #expect(try keys.payload([String: String].self, of: entry) == ["text": "路灯"])
        entry.digest = Data(SHA256.hash(data: Data("else".utf8)))
        #expect(throws: Trouble.self) { try keys.payload([String: String].self, of: entry) }
        entry.payload = nil
        #expect(try keys.payload([String: String].self, of: entry) == nil)
        let twin = try keys.entry(.received, at: at, actor: "citizen", ["text": "路灯"])
        #expect(twin.digest != new.digest, "without a salt an erased payload could be guessed")
    }
}
