import Crypto
package import Foundation

/// The end of the access log's chain, or where it begins once older lines were forgotten. Each link is a code over the one
/// before, under a key that is not in the database: nobody without it removes, changes or adds a line unseen. Checkpoints
/// tie the end, as the head of a ticket 0 that is none, so that the first generation's key is enough: a line does not say
/// which generation it is of, and who knew an older key can add lines after the last checkpoint only.
package struct AccessHead: Sendable, Equatable {
    /// Number of the line; 0 before the first.
    package var id: Int64
    package var hash: Data

    /// Before the first line.
    package static let start = AccessHead(id: 0, hash: Data())

    package init(id: Int64, hash: Data) {
        self.id = id
        self.hash = hash
    }

    /// The head once this line is written after it. Whatever number stands in the database: nobody's stops the daemon.
    package func next(_ access: NewAccess, keys: Keys) -> AccessHead {
        let ticket = access.ticket.map(String.init) ?? "-"
        var code = keys.first.knot
        code.update(data: Data("access|\(id &+ 1)|\(access.at.milliseconds)|\(ticket)|".utf8))
        code.update(data: Data("\(access.actor.utf8.count):\(access.actor)|\(hash.count)|".utf8))
        code.update(data: hash)
        code.update(data: access.digest)
        return AccessHead(id: id &+ 1, hash: Data(code.finalize()))
    }

    /// As a store keeps it that has forgotten the lines up to this one by their age; cannot be made without the key.
    package func forgotten(keys: Keys) -> Data { body + keys.first.knot.code(of: Data("forgotten|".utf8), body) }

    /// Reads what `forgotten` gives; nil for anything else.
    package init?(forgotten bytes: Data, keys: Keys) {
        self.init(unverified: bytes)
        guard constantTimeEqual(forgotten(keys: keys), bytes) else { return nil }
    }

    /// The same for a store, which goes on from it whether it is true or not: that is for `audit verify` to say.
    package init?(unverified bytes: Data) {
        guard bytes.count == 72 else { return nil }
        id = bytes.prefix(8).reduce(0) { $0 << 8 | Int64($1) }
        hash = Data(bytes.dropFirst(8).prefix(32))
    }

    private var body: Data {
        Data((0..<8).map { UInt8(truncatingIfNeeded: id >> (56 - 8 * $0)) }) + hash
    }

    /// As checkpoints hold it: nil before the first line.
    package var tied: Checkpoint.Head? {
        id == 0 ? nil : Checkpoint.Head(ticket: 0, entries: Int(id), hash: hash)
    }
}
