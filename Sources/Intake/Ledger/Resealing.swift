import Foundation

/// Columns that hold sealed values, each read and written in order of its place.
package enum Shelf: String, Sendable, CaseIterable {
    case envelopes, parcels, entries, contacts, deliveries, staged, accesses

    /// What the values are sealed as.
    var context: String {
        switch self {
        case .envelopes: "envelope"
        case .parcels: "parcel"
        case .entries: "entry"
        case .contacts: "contact"
        case .deliveries: "delivery"
        case .staged: "staged"
        case .accesses: "access"
        }
    }
}

/// One sealed value where it lies: the id of its row, or ticket and sequence of an entry.
package struct ShelvedValue: Sendable {
    package struct Place: Sendable, Equatable {
        package var row: Int64
        package var part: Int64
        package init(row: Int64, part: Int64) {
            self.row = row
            self.part = part
        }
        /// Before all others.
        package static let start = Place(row: 0, part: 0)
    }
    package var place: Place
    package var sealed: Sealed
    package init(place: Place, sealed: Sealed) {
        self.place = place
        self.sealed = sealed
    }
}

/// Seals everything anew with the key in use that an older one sealed, in small commits beside a working daemon. Cut
/// short, it goes on with what is left. The canary changes hands last: until then a start without the older key is
/// refused.
package struct Resealing {
    package struct Progress: Sendable {
        /// Values and files sealed anew.
        package var done = 0
        /// Values there were to do when it began; files come on top.
        package var all = 0
        package var files = 0
        package init() {}
    }
    /// Values in one commit.
    static let batch = 200

    /// How many values each key has sealed, without files.
    package static func count(_ store: any Store) async throws(Trouble) -> [KeyID: Int] {
        var counts: [KeyID: Int] = [:]
        for shelf in Shelf.allCases { counts.merge(try await store.sealedCounts(on: shelf), uniquingKeysWith: +) }
        return counts
    }

    /// Seals all anew; an error of `progress` ends it. Passing trouble if somebody goes on sealing with an older key; needs a person if a value cannot
    /// be opened: then the older key stays needed.
    package static func run(
        _ store: any Store, _ blobs: any Blobs, keys: Keys, progress: (Progress) throws(Trouble) -> Void = { _ in }
    ) async throws(Trouble) -> Progress {
        var so = Progress()
        let counts = try await count(store)
        so.all = counts.filter { $0.key != keys.id }.values.reduce(0, +)
        try progress(so)
        for shelf in Shelf.allCases { try await run(shelf, store, keys, &so, progress) }
        var last: BlobID?
        while true {
            let page = try await blobs.untouched(for: .zero, after: last, limit: 500)
            guard let end = page.last else { break }
            for id in page {
                let changed = try await blobs.rewrite(id) { chunk, number, isLast throws(Trouble) in
                    try keys.resealed(Sealed(chunk), as: BlobWriter.context(number, last: isLast))?.bytes
                }
                if changed { so.files += 1 }
                try progress(so)
            }
            last = end
        }
        let left = try await count(store).filter { $0.key != keys.id }
        guard left.isEmpty else {
            throw .passing(
                "还有节点在用旧主密钥封存（\(left.keys.map(\.description).sorted().joined(separator: "、"))）：先让每个节点换上新密钥重启，再运行一次",
                "a node still seals with an older key (\(left.keys.map(\.description).sorted().joined(separator: ", "))): restart every node with the new one, then run this again"
            )
        }
        try await store.keep(canary: try keys.canary(), root: try keys.sealedRoot())
        return so
    }

    private static func run(
        _ shelf: Shelf, _ store: any Store, _ keys: Keys, _ so: inout Progress,
        _ progress: (Progress) throws(Trouble) -> Void
    ) async throws(Trouble) {
        var after = ShelvedValue.Place.start
        while true {
            let page = try await store.sealed(on: shelf, notWith: keys.id, after: after, limit: batch)
            guard let end = page.last else { return }
            var changes: [(old: ShelvedValue, new: Sealed)] = []
            for value in page {
                guard let new = try keys.resealed(value.sealed, as: shelf.context) else { continue }
                changes.append((value, new))
            }
            try await store.reseal(changes, on: shelf)
            so.done += changes.count
            try progress(so)
            after = end.place
        }
    }
}
