package import Foundation
package import Intake

/// Blobs as files named by keyed digest, `ab/abcdef…`, each chunk preceded by its length (4 bytes, big endian).
///
/// A blob is written beside its place, synced, renamed into it, and the folder is synced, before `finish` returns: a
/// name that exists is whole. What a crash leaves half-written lies in `unfinished/` and is removed a day later: a
/// command that opens the ledger beside the daemon must not take away what the daemon is writing.
package struct FileBlobs: Blobs {
    private let folder: String
    private let names: BlobNames
    private let disk: BlobDisk

    private var unfinished: String { folder + "/unfinished" }

    /// Makes the folder if needed (mode 0700) and removes what nobody wrote to for a day; needs a person if that fails.
    /// `failed` is told when a file cannot be kept for a reason that does not pass, such as an error of the disk (rule 9).
    package init(folder: String, failed: @escaping @Sendable (Trouble) -> Void = { _ in }) throws(Trouble) {
        self.init(existing: folder, failed: failed)
        do {
            try FileManager.default.createDirectory(
                atPath: unfinished, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw .needsPerson(
                "存放文件的目录建不了：\(folder)", "the folder for files cannot be made: \(folder)", detail: "\(error)")
        }
        sweep(idle: .seconds(86400))
    }

    /// A folder to be read only; nothing is made, removed or found out.
    package init(readOnly folder: String) { self.init(existing: folder, failed: { _ in }) }

    private init(existing folder: String, failed: @escaping @Sendable (Trouble) -> Void) {
        self.folder = folder
        names = BlobNames(folder: folder)
        disk = BlobDisk(failed: failed)
    }

    /// Removes what was left half-written and untouched that long, by the clock of the machine.
    package func sweep(idle: Duration) {
        let before = Date.now.addingTimeInterval(-Double(idle.components.seconds))
        for name in (try? FileManager.default.contentsOfDirectory(atPath: unfinished)) ?? [] {
            let path = "\(unfinished)/\(name)"
            let facts = try? FileManager.default.attributesOfItem(atPath: path)
            guard let touched = facts?[.modificationDate] as? Date, touched <= before else { continue }
            try? FileManager.default.removeItem(atPath: path)
        }
    }

    package func room() async throws(Trouble) -> any BlobRoom {
        FileRoom(file: try draft(), names: names, disk: disk)
    }

    private func draft() throws(Trouble) -> SyncedFile {
        try disk.loudly { () throws(Trouble) in try SyncedFile(path: "\(unfinished)/\(UUID().uuidString)") }
    }

    package func probe() async throws(Trouble) {
        let file = try draft()
        do throws(Trouble) {
            try disk.loudly { () throws(Trouble) in try file.write(Data([0])) }
        } catch {
            file.discard()
            throw error
        }
        try disk.loudly { () throws(Trouble) in try file.sync() }
        file.remove()
    }

    package func read(_ id: BlobID, each: (Data) async throws(Trouble) -> Void) async throws(Trouble) {
        let path = names.path(of: id)
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw .lasting(
                "账本目录里没有文件 \(id.hex.prefix(12))…", "there is no file \(id.hex.prefix(12))… in the ledger's folder")
        }
        defer { try? file.close() }
        while let chunk = try piece(from: file) { try await each(chunk) }
    }

    package func holds(_ id: BlobID) async throws(Trouble) -> Bool {
        FileManager.default.fileExists(atPath: names.path(of: id))
    }

    package func remove(_ id: BlobID) async throws(Trouble) {
        // Already gone is as good as removed.
        try? FileManager.default.removeItem(atPath: names.path(of: id))
    }

    package func untouched(for idle: Duration, after: BlobID?, limit: Int) async throws(Trouble) -> [BlobID] {
        names.untouched(for: idle, after: after, limit: limit)
    }

    package func touch(_ id: BlobID) async throws(Trouble) -> Bool {
        try disk.loudly { () throws(Trouble) in try names.touch(id) }
    }

    package func remove(_ id: BlobID, untouchedFor idle: Duration) async throws(Trouble) {
        names.remove(id, untouchedFor: idle)
    }

    /// Id of the key that sealed its first chunk; nil where there is no such file, or none that reads.
    package func key(of id: BlobID) -> KeyID? {
        guard let file = FileHandle(forReadingAtPath: names.path(of: id)) else { return nil }
        defer { try? file.close() }
        // Length, algorithm, id of the key: see `Sealed`.
        guard let head = try? file.read(upToCount: 9), head.count == 9, head[head.startIndex + 4] == 1 else {
            return nil
        }
        return KeyID(bytes: Data(head.suffix(4)))
    }

    /// All blobs there are.
    package func all() -> [BlobID] { names.untouched(for: .zero, after: nil, limit: .max) }

    /// A file is written anew whole and takes the place of the old one, so its first chunk tells whether that is needed.
    package func rewrite(
        _ id: BlobID, _ change: @Sendable (Data, Int, Bool) throws(Trouble) -> Data?
    ) async throws(Trouble) -> Bool {
        guard let file = FileHandle(forReadingAtPath: names.path(of: id)) else { return false }
        defer { try? file.close() }
        var new: SyncedFile?
        do throws(Trouble) {
            var (number, chunk) = (0, try piece(from: file))
            while let now = chunk {
                let next = try piece(from: file)
                let changed = try change(now, number, next == nil)
                if new == nil, changed == nil { return false }
                if new == nil { new = try draft() }
                if let new { try FileRoom(file: new, names: names, disk: disk).frame(changed ?? now) }
                (number, chunk) = (number + 1, next)
            }
            guard let whole = new else { return false }
            new = nil
            return try disk.loudly { () throws(Trouble) in try names.replace(id, with: whole) }
        } catch {
            new?.discard()
            throw error
        }
    }

    /// One chunk; nil at the end.
    private func piece(from file: FileHandle) throws(Trouble) -> Data? {
        guard let head = try take(4, from: file) else { return nil }
        let length = head.reduce(0) { $0 << 8 | Int($1) }
        guard length <= BlobWriter.chunk + 64, let chunk = try take(length, from: file) else {
            throw .needsPerson("留存的文件被截断", "a kept file is cut")
        }
        return chunk
    }

    package func free() async throws(Trouble) -> Int64? {
        let facts = try? FileManager.default.attributesOfFileSystem(forPath: folder)
        return (facts?[.systemFreeSize] as? NSNumber)?.int64Value
    }

    /// Nil at the end of the file; needs a person if it ends within.
    private func take(_ count: Int, from file: FileHandle) throws(Trouble) -> Data? {
        let bytes: Data?
        do { bytes = try file.read(upToCount: count) } catch {
            throw .needsPerson("留存的文件读不出；请检查磁盘", "a kept file cannot be read; look at the disk", detail: "\(error)")
        }
        guard let bytes, !bytes.isEmpty else { return nil }
        guard bytes.count == count else { throw .needsPerson("留存的文件被截断", "a kept file is cut") }
        return bytes
    }

}

/// One blob being written.
private final class FileRoom: BlobRoom {
    private let file: SyncedFile
    private let names: BlobNames
    private let disk: BlobDisk

    init(file: SyncedFile, names: BlobNames, disk: BlobDisk) {
        self.file = file
        self.names = names
        self.disk = disk
    }

    func append(_ chunk: Data) async throws(Trouble) { try frame(chunk) }

    func frame(_ chunk: Data) throws(Trouble) {
        var framed = Data(capacity: chunk.count + 4)
        for shift in stride(from: 24, through: 0, by: -8) {
            framed.append(UInt8(truncatingIfNeeded: chunk.count >> shift))
        }
        framed.append(chunk)
        let bytes = framed
        try disk.loudly { () throws(Trouble) in try file.write(bytes) }
    }

    func finish(as id: BlobID) async throws(Trouble) {
        try disk.loudly { () throws(Trouble) in try names.give(id, to: file) }
    }

    func discard() async { file.discard() }
}
