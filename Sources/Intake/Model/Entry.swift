import Crypto
package import Foundation

/// What an entry of a ticket's history tells. The raw values are stored and hashed: they are never renamed.
package enum EntryKind: String, Sendable, Codable, CaseIterable {
    /// The first: its payload is the `Submission`.
    case received
    /// More of the same citizen's matter: its payload is a `Submission`.
    case followUp = "follow-up"
    /// Located, classified, routed; payload `Settled`.
    case settled
    /// One message went out, or did not; payload `DeliveryNote`.
    case delivered
    case held
    case released
    case requeued
    /// A file that was to be fetched is kept, or will not be had; payload `Attachment`.
    case fetched
    /// An operator or a department moved the ticket; payload `Moved`.
    case moved
    /// Somebody was shown who reported this (rule 8); payload `Revealed`.
    case revealed
    /// Emergency words were found and a person alerted.
    case alerted
    /// People were told of something that came, such as a department's answer; payload `Phrase`.
    case told
    /// Taken out of quarantine.
    case replayed
    /// What was said, files or identities were erased by law; payload `Erased`.
    case erased
    /// Nothing of the ticket may be erased from now on; payload `Preserved`.
    case preserved
    /// The end of that; payload `Preserved`.
    case unpreserved
    /// Its files were looked through for viruses; payload `Screened`.
    case screened
}

/// One line of a ticket's history as it is read back.
package struct Entry: Sendable, Equatable {
    package var ticket: Int64
    /// 1, 2, 3 … within the ticket, without gaps.
    package var sequence: Int
    package var at: Instant
    package var kind: EntryKind
    /// "intake", a department's code, "operator:name", "citizen".
    package var actor: String
    /// Nil once erased by law; the chain verifies all the same.
    package var payload: Sealed?
    package var digest: Data
    package var hash: Data
    /// The parcel its words came in.
    package var parcel: Int64?

    package init(
        ticket: Int64, sequence: Int, at: Instant, kind: EntryKind, actor: String, payload: Sealed?, digest: Data,
        hash: Data, parcel: Int64? = nil
    ) {
        self.ticket = ticket
        self.sequence = sequence
        self.at = at
        self.kind = kind
        self.actor = actor
        self.payload = payload
        self.digest = digest
        self.hash = hash
        self.parcel = parcel
    }
}

/// An entry about to be written: the store gives it its place in the chain.
package struct NewEntry: Sendable, Equatable {
    package var at: Instant
    package var kind: EntryKind
    package var actor: String
    package var payload: Sealed
    package var digest: Data
    /// The kept parcel its words came in: filled in by the store, so that the bytes can be erased with the words.
    package var parcel: Int64?

    package init(
        at: Instant, kind: EntryKind, actor: String, payload: Sealed, digest: Data
    ) {
        self.at = at
        self.kind = kind
        self.actor = actor
        self.payload = payload
        self.digest = digest
    }
}

extension Keys {
    /// Seals an entry's payload and digests it with a fresh salt (rule 11): the salt is sealed with the payload, so that
    /// the digest cannot be guessed once the payload is erased.
    package func entry(
        _ kind: EntryKind, at: Instant, actor: String, _ value: some Encodable
    ) throws(Trouble) -> NewEntry {
        try entry(kind, at: at, actor: actor, json: JSON.encode(value))
    }

    /// The same for a value already written as JSON.
    package func entry(
        _ kind: EntryKind, at: Instant, actor: String, json: Data
    ) throws(Trouble) -> NewEntry {
        let plain = Data(AES.GCM.Nonce()) + json
        return NewEntry(
            at: at, kind: kind, actor: actor, payload: try seal(plain, as: "entry"),
            digest: Data(SHA256.hash(data: plain)))
    }

    /// The payload of an entry; nil if it was erased; needs a person if it does not match its digest.
    package func payload<Value: Decodable>(_ type: Value.Type, of entry: Entry) throws(Trouble) -> Value? {
        guard let plain = try opened(entry) else { return nil }
        return try JSON.decode(type, plain.dropFirst(Keys.saltLength))
    }

    /// Salt and JSON of an entry, held against its digest; nil if they were erased.
    func opened(_ entry: Entry) throws(Trouble) -> Data? {
        guard let sealed = entry.payload else { return nil }
        let plain = try open(sealed, as: "entry")
        guard Data(SHA256.hash(data: plain)) == entry.digest else {
            throw .needsPerson(
                "一条历史的内容与摘要不符；请运行 intake audit verify",
                "the payload of an entry does not match its digest; run: intake audit verify")
        }
        return plain
    }

    /// Bytes of an AES-GCM nonce, used as salt.
    private static var saltLength: Int { 12 }
}

/// The arithmetic of the chain (rule 11), the same for both databases and for `audit verify`.
package enum Chain {
    /// Hash of one entry: SHA-256 over the hash before it (empty for the first), ticket id, sequence, time, kind,
    /// actor and payload digest, each but the hashes preceded by its length, so that no two entries read alike.
    package static func hash(
        after previous: Data, ticket: Int64, sequence: Int, at: Instant, kind: String, actor: String, digest: Data
    ) -> Data {
        let line = "\(ticket)|\(sequence)|\(at.milliseconds)|\(kind.utf8.count):\(kind)|\(actor.utf8.count):\(actor)|"
        var hash = SHA256()
        hash.update(data: previous)
        hash.update(data: Data(line.utf8))
        hash.update(data: digest)
        return Data(hash.finalize())
    }
}
