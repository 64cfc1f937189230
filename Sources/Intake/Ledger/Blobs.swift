import Crypto
package import Foundation

/// Large bytes: parcels over 64 KiB and attachments, sealed, written once and never changed. Two implementations
/// (synced files, rows of PostgreSQL) behind one conformance suite. They move sealed chunks only; sealing is done here.
package protocol Blobs: Sendable {
    /// Room for one new blob; nothing is visible until it is finished.
    func room() async throws(Trouble) -> any BlobRoom
    /// Calls `each` with the sealed chunks in order; lasting trouble if there is no such blob.
    func read(_ id: BlobID, each: (Data) async throws(Trouble) -> Void) async throws(Trouble)
    func holds(_ id: BlobID) async throws(Trouble) -> Bool
    /// Removes it if it is there.
    func remove(_ id: BlobID) async throws(Trouble)
    /// Names above `after`, in order, of blobs that were neither kept nor touched for so long.
    func untouched(for idle: Duration, after: BlobID?, limit: Int) async throws(Trouble) -> [BlobID]
    /// Says that a kept blob is about to be named again: it counts as kept just now. False if it is gone.
    func touch(_ id: BlobID) async throws(Trouble) -> Bool
    /// Removes it unless it was kept or touched within `idle`. The look and the removal are one step, between which
    /// nobody keeps or touches it.
    func remove(_ id: BlobID, untouchedFor idle: Duration) async throws(Trouble)
    /// Removes rooms that were neither finished nor written to for so long.
    func sweep(idle: Duration) async throws(Trouble)
    /// Puts other chunks of the same length in the place of those there are. `change` gets each chunk with its number
    /// and whether it is the last, and gives nil to leave it. Who reads meanwhile, or after a crash, finds old or new
    /// chunks. True if one was changed; false also where there is no such blob.
    func rewrite(
        _ id: BlobID, _ change: @Sendable (Data, Int, Bool) throws(Trouble) -> Data?
    ) async throws(Trouble) -> Bool
    /// Whether one could be kept right now, where that is not what the ledger's own `probe` tells: trouble if not. Leaves
    /// nothing behind.
    func probe() async throws(Trouble)
    /// Bytes free for blobs, nil where that cannot be told.
    func free() async throws(Trouble) -> Int64?
}

/// A blob being written.
package protocol BlobRoom: Sendable {
    func append(_ chunk: Data) async throws(Trouble)
    /// Makes it durable under this name (synced, and the folder too) before it returns. Of two with the same name,
    /// which say the same, one stays, and counts as kept just now.
    func finish(as id: BlobID) async throws(Trouble)
    /// Leaves nothing behind.
    func discard() async
}

/// Writes plain bytes as one sealed blob, flat in memory: chunks of 256 KiB, each sealed with its number and whether
/// it is the last, so that a chunk cannot be dropped, doubled or moved. To be used by one task at a time.
package struct BlobWriter: ~Copyable {
    package static let chunk = 256 * 1024
    private let keys: Keys
    private let room: any BlobRoom
    private var buffer = Data()
    private var hash = SHA256()
    private var count = 0
    /// Plain bytes so far.
    package private(set) var size: Int64 = 0

    package init(to blobs: any Blobs, keys: Keys) async throws(Trouble) {
        self.keys = keys
        room = try await blobs.room()
    }

    package mutating func append(_ bytes: some DataProtocol) async throws(Trouble) {
        for region in bytes.regions { buffer.append(contentsOf: region) }
        hash.update(data: bytes)
        size += Int64(bytes.count)
        while buffer.count > Self.chunk {
            try await seal(Data(buffer.prefix(Self.chunk)), last: false)
            buffer = Data(buffer.dropFirst(Self.chunk))
        }
    }

    /// The blob is on disk when this returns. `owner`: see `Keys.blobID`.
    package consuming func finish(
        of owner: String = ""
    ) async throws(Trouble) -> (id: BlobID, size: Int64, sha256: Data) {
        try await seal(buffer, last: true)
        let digest = hash.finalize()
        let id = keys.blobID(digest, of: owner)
        try await room.finish(as: id)
        return (id, size, Data(digest))
    }

    package consuming func discard() async { await room.discard() }

    private mutating func seal(_ plain: Data, last: Bool) async throws(Trouble) {
        try await room.append(try keys.seal(plain, as: BlobWriter.context(count, last: last)).bytes)
        count += 1
    }

    static func context(_ number: Int, last: Bool) -> String { "blob \(number) \(last ? "last" : "more")" }
}

extension Blobs {
    /// Keeps bytes that are in memory.
    package func put(_ bytes: Data, keys: Keys) async throws(Trouble) -> (id: BlobID, size: Int64, sha256: Data) {
        var writer = try await BlobWriter(to: self, keys: keys)
        do { try await writer.append(bytes) } catch {
            await writer.discard()
            throw error
        }
        return try await writer.finish()
    }

    /// Calls `each` with the plain bytes in order, chunk by chunk; needs a person if a chunk was changed, dropped or
    /// moved.
    package func open(
        _ id: BlobID, keys: Keys, each: (Data) async throws(Trouble) -> Void
    ) async throws(Trouble) {
        var held: Data?
        var number = 0
        try await read(id) { chunk throws(Trouble) in
            if let before = held {
                try await each(try keys.open(Sealed(before), as: BlobWriter.context(number, last: false)))
                number += 1
            }
            held = chunk
        }
        guard let last = held else { throw .needsPerson("文件为空", "a blob is empty") }
        try await each(try keys.open(Sealed(last), as: BlobWriter.context(number, last: true)))
    }

    /// The whole blob in memory; for those known to be small.
    package func bytes(_ id: BlobID, keys: Keys) async throws(Trouble) -> Data {
        var all = Data()
        try await open(id, keys: keys) { chunk throws(Trouble) in all.append(chunk) }
        return all
    }
}
