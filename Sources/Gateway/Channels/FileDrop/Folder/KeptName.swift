import Crypto
import Foundation
import Intake

/// What a file is called once it is in the ledger: `<key>-<check>~call.json`, and where that name is taken already
/// `<key>-<check>-<mark>~call.json`. By the key of its arrival (32 hexadecimal digits) it can be asked, so long as the
/// file lies there, whether the ledger still holds what it says. The check (8 of them) is a code over the key that only
/// this ledger's gateway can write, so that what a sender puts before its own names is never taken for ours.
struct KeptName: Sendable, Equatable {
    /// Bytes of a name. With ".reason.txt" or ".meta.json" behind it, and ".tmp" behind these, it is a file's name still.
    static let longest = DropName.longest - 15
    /// Bytes before the name that was sent: key, check, a mark of 7, and what stands between them.
    fileprivate static let head = 32 + 1 + 8 + 1 + 7 + 1

    var key: Data
    /// As it was sent, or what `short` makes of it.
    var name: DropName
    /// Tells files of one key and name apart: letters and digits, at most 7.
    var mark: String?

    init(key: Data, name: DropName, mark: String? = nil) {
        self.key = key
        self.name = name.short
        self.mark = mark
    }

    /// Reads what `written` writes; nil for any other name.
    init?(_ name: DropName, _ keys: Keys) {
        guard let end = name.bytes.prefix(KeptName.head).firstIndex(of: 0x7E),
            let sent = DropName(name.bytes[(end + 1)...])
        else { return nil }
        let parts = String(decoding: name.bytes[..<end], as: UTF8.self)
            .split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard (2...3).contains(parts.count), parts[0].utf8.count == 32, let key = Data(hex: parts[0]),
            key.hex == parts[0], constantTimeEqual(parts[1].utf8, KeptName.check(key, keys).utf8)
        else { return nil }
        let mark = parts.count == 3 ? parts[2] : nil
        guard mark.map({ !$0.isEmpty && $0.utf8.allSatisfy(KeptName.isPlain) }) ?? true else { return nil }
        self.init(key: key, name: sent, mark: mark)
    }

    /// The name before a file was kept, by which its call is known: also where a person has put it back under ours.
    static func told(_ name: DropName, _ keys: Keys) -> DropName { KeptName(name, keys)?.name ?? name.short }

    func written(_ keys: Keys) -> DropName {
        let head = [key.hex, KeptName.check(key, keys)] + [mark].compactMap(\.self)
        return DropName(Array("\(head.joined(separator: "-"))~".utf8) + name.bytes) ?? name
    }

    /// For a file whose name is taken already.
    var another: KeptName { KeptName(key: key, name: name, mark: KeptName.newMark) }

    static var newMark: String { String(UInt32.random(in: 0...UInt32.max), radix: 36) }

    /// Like the key it is the same for the life of the ledger, whatever the channel is called.
    private static func check(_ key: Data, _ keys: Keys) -> String {
        keys.sourceKey(channel: "", id: "kept \(key.hex)").prefix(4).hex
    }

    private static func isPlain(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) }
}

extension DropName {
    /// The name itself where there is room for it in a `KeptName`. Of a longer one the end, so that its ending stays, after
    /// 16 digits that stand for the whole: two that differ at their beginning stay two, and what is short stays as it is.
    /// UTF-8 is cut between two characters.
    var short: DropName {
        let room = KeptName.longest - KeptName.head
        guard bytes.count > room else { return self }
        let digits = Array("\(SHA256.hash(data: bytes).prefix(8).hex)_".utf8)
        var end = bytes.suffix(room - digits.count)
        if String(validating: bytes, as: UTF8.self) != nil { end = end.drop { $0 & 0xC0 == 0x80 } }
        return DropName(digits + end) ?? self
    }
}
