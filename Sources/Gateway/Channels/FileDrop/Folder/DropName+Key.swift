import Foundation
import Intake

/// A file that is in the ledger carries the key of its arrival before its name, `<32 hexadecimal digits>~call.json`: so
/// long as it lies there it can be asked whether the ledger still holds what it says.
extension DropName {
    private static let mark = 33

    /// The key in the name; nil where there is none.
    var key: Data? {
        guard bytes.count > DropName.mark, bytes[DropName.mark - 1] == 0x7E else { return nil }
        return Data(hex: String(decoding: bytes.prefix(DropName.mark - 1), as: UTF8.self))
    }

    /// What the file was called before it was kept.
    var unkeyed: DropName { key == nil ? self : DropName(bytes.dropFirst(DropName.mark)) ?? self }

    /// The name with this key in the place of any other; how it ends is kept.
    func keyed(_ key: Data) -> DropName {
        let mark = Array("\(key.hex)~".utf8)
        return DropName(mark + unkeyed.bytes.suffix(DropName.longest - mark.count)) ?? self
    }
}
