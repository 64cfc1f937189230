import Crypto
package import Foundation
package import Intake

/// What a backup folder holds, kept in it as `backup.json` and written last: a folder with a note is whole.
package struct BackupNote: Sendable, Equatable, Codable {
    package enum Ledger: String, Sendable, Codable { case sqlite, postgres }
    /// The last checkpoint there was when the copy began: the restored ledger must have it.
    package struct Mark: Sendable, Equatable, Codable {
        package var id: Int64
        package var hash: String
        package init(id: Int64, hash: String) {
            self.id = id
            self.hash = hash
        }
    }
    package var made: Instant
    package var ledger: Ledger
    /// Name of the ledger's copy in the folder, its bytes and their SHA-256 in hex.
    package var file: String
    package var size: Int64
    package var sha256: String
    package var checkpoint: Mark?
    /// Attachments and large parcels beside it; they are inside the copy where the database holds them.
    package var files: Int
    /// Ids of the master keys it cannot be opened without.
    package var keys: [String]

    package init(
        made: Instant, ledger: Ledger, file: String, size: Int64, sha256: String, checkpoint: Mark?, files: Int,
        keys: [String]
    ) {
        self.made = made
        self.ledger = ledger
        self.file = file
        self.size = size
        self.sha256 = sha256
        self.checkpoint = checkpoint
        self.files = files
        self.keys = keys
    }

    /// The note of a folder; lasting trouble where there is none that reads.
    package static func read(in folder: String) throws(Trouble) -> BackupNote {
        guard let bytes = FileManager.default.contents(atPath: folder + "/backup.json") else {
            throw .lasting(
                "\(folder) 中没有 backup.json：不是备份，或没有备份完",
                "there is no backup.json in \(folder): no backup, or one that was cut short")
        }
        return try JSON.decode(BackupNote.self, bytes)
    }

    /// Takes the place of an older note only once it is on disk.
    package func write(in folder: String) throws(Trouble) {
        let file = try SyncedFile(path: folder + "/backup.json.\(UUID().uuidString)")
        do throws(Trouble) { try file.write(try JSON.encode(self)) } catch {
            file.discard()
            throw error
        }
        try file.finish(at: folder + "/backup.json")
        try SyncedFile.sync(folder: folder)
    }

    /// Size and SHA-256 in hex of a file; `each` is given the bytes as they are read, 1 MiB at a time.
    package static func measure(
        _ path: String, each: (Data) throws(Trouble) -> Void = { _ in }
    ) throws(Trouble) -> (size: Int64, sha256: String) {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw .lasting("打不开：\(path)", "cannot be opened: \(path)")
        }
        defer { try? file.close() }
        var (hash, size) = (SHA256(), Int64(0))
        while true {
            let bytes: Data?
            do { bytes = try file.read(upToCount: 1 << 20) } catch {
                throw .needsPerson(
                    "读不出：\(path)；请检查磁盘", "cannot be read: \(path); look at the disk", detail: "\(error)")
            }
            guard let bytes, !bytes.isEmpty else { return (size, hash.finalize().hex) }
            hash.update(data: bytes)
            size += Int64(bytes.count)
            try each(bytes)
        }
    }
}
