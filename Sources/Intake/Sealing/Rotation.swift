package import Foundation

/// Names a master key without telling anything of it: eight hexadecimal digits.
package struct KeyID: Sendable, Hashable, CustomStringConvertible {
    let number: UInt32
    package init(_ number: UInt32) { self.number = number }

    /// Reads the four bytes that stand in a sealed value; nil for another number of bytes.
    package init?(bytes: Data) {
        guard bytes.count == 4 else { return nil }
        number = bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }

    package var bytes: Data { Data((0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }) }
    package var description: String { bytes.hex }
}

extension Keys {
    /// The key that seals.
    package var id: KeyID { KeyID(current.id) }
    /// All that open, the one that seals first.
    package var ids: [KeyID] { [id] + older.map { KeyID($0.id) } }

    /// What a ledger keeps to tell a wrong key (rule 8).
    package func canary() throws(Trouble) -> Sealed { try seal(Data("canary".utf8), as: "canary") }

    /// The root, sealed with the key in use: kept once the master it came from is no longer there.
    package func sealedRoot() throws(Trouble) -> Sealed {
        try seal(root, as: "root")
    }

    /// These keys with the root of the ledger that holds this canary and, if its master was ever changed, this root.
    /// Needs a person if none of the keys opens them.
    package func fitting(canary: Sealed, root: Sealed?) throws(Trouble) -> Keys {
        _ = try open(canary, as: "canary")
        if let root {
            return Keys(current, older: older, root: try open(root, as: "root"))
        }
        let first = ([current] + older).first { KeyID($0.id) == canary.key }
        return Keys(current, older: older, root: (first ?? current).root)
    }

    /// The same value under the key in use; nil if it is already.
    func resealed(_ sealed: Sealed, as context: String) throws(Trouble) -> Sealed? {
        if sealed.key == id { return nil }
        return try seal(try open(sealed, as: context), as: context)
    }
}
