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

    /// The roots, sealed with the key in use: kept once the master the first came from is no longer there, or there are
    /// more than that one.
    package func sealedRoot() throws(Trouble) -> Sealed {
        try seal(json: generations, as: "root")
    }

    /// These keys with the roots of the ledger that holds this canary and, if its master was ever changed or it was ever
    /// restored, these roots. Needs a person if none of the keys opens them.
    package func fitting(canary: Sealed, root: Sealed?) throws(Trouble) -> Keys {
        _ = try open(canary, as: "canary")
        if let root {
            return Keys(current, older: older, generations: try open([Generation].self, root, as: "root"))
        }
        return rooted(in: canary.key ?? id)
    }

    /// These keys for a ledger that this one of them began.
    func rooted(in key: KeyID) -> Keys {
        let first = ([current] + older).first { KeyID($0.id) == key } ?? current
        return Keys(current, older: older, generations: [Generation(first: first.root)])
    }

    /// These keys with another of them sealing.
    func led(by key: KeyID) -> Keys {
        let pairs = [current] + older
        let lead = pairs.first { KeyID($0.id) == key } ?? current
        return Keys(lead, older: pairs.filter { $0.id != lead.id }, generations: generations)
    }

    /// The same value under the key in use; nil if it is already.
    func resealed(_ sealed: Sealed, as context: String) throws(Trouble) -> Sealed? {
        if sealed.key == id { return nil }
        return try seal(try open(sealed, as: context), as: context)
    }
}
