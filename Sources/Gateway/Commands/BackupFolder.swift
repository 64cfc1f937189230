import Foundation
import Glibc
import Intake
import Storage

/// A folder with one backup: a copy of the ledger under a name of its own, the files it names, and the note that says
/// so, which is written last. A backup that is cut short leaves the older one whole.
struct BackupFolder {
    let path: String

    /// Copies ledger and files; `progress` is told how many files were looked at. Lasting trouble where the folder holds
    /// what this would not be a later copy of.
    func write(_ ledger: OpenLedger, progress: (Int) -> Void) async throws(Trouble) -> BackupNote {
        // Programs of the database make the copy, in a folder that others may be able to read.
        umask(0o077)
        try make()
        let held = try hold()
        defer { withExtendedLifetime(held) {} }
        let kind: BackupNote.Ledger = ledger.configuration.fixed.ledger == .sqlite ? .sqlite : .postgres
        let old = try? BackupNote.read(in: path)
        if let old { try await refuse(old, kind, ledger) }
        let mark = try await ledger.store.lastCheckpoint().map { BackupNote.Mark(id: $0.id, hash: $0.hash.hex) }
        let made = ledger.now
        // Before and after: a change of the master key may begin or end meanwhile.
        let before = try await neededKeys(ledger)
        let file = "ledger-\(made.milliseconds).\(kind == .sqlite ? "sqlite" : "dump")"
        try await ledger.store.copy(to: "\(path)/\(file)")
        let (size, sha256) = try BackupNote.measure("\(path)/\(file)")
        var named: Set<BlobID> = []
        if kind == .sqlite {
            named = try SQLiteStore.blobs(inCopy: "\(path)/\(file)")
            try await copyFiles(named, ledger, over: old, keys: before, progress: progress)
        }
        let keys = before.union(try await neededKeys(ledger))
        let note = BackupNote(
            made: made, ledger: kind, file: file, size: size, sha256: sha256, checkpoint: mark, files: named.count,
            keys: keys.sorted())
        try note.write(in: path)
        try await clear(except: file, named)
        return note
    }

    /// Makes the folder, mode 0700, if it is not there.
    private func make() throws(Trouble) {
        try? FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        var isFolder: ObjCBool = false
        if unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue,
            unsafe faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) == 0
        {
            return
        }
        let account = unsafe getpwuid(geteuid()).map { unsafe String(cString: $0.pointee.pw_name) } ?? "\(geteuid())"
        throw .lasting(
            "备份目录 \(path) 建不了或写不进：给账户 \(account) 能写的目录，如 sudo install -d -o \(account) -m 700 \(path)",
            "the folder \(path) cannot be made or written: name one that the account \(account) can write, as after "
                + "sudo install -d -o \(account) -m 700 \(path)")
    }

    /// One command at a time writes or reads a backup.
    func hold() throws(Trouble) -> FolderLock {
        do throws(Trouble) { return try FolderLock(folder: path) } catch  where error.kind == .passing {
            throw .passing(
                "另一个命令正在用备份目录 \(path)：等它结束", "another command is at the backup in \(path): wait until it has ended")
        }
    }

    /// A ledger that was made anew after a loss must not take the place of the only copy of what was lost.
    private func refuse(_ old: BackupNote, _ kind: BackupNote.Ledger, _ ledger: OpenLedger) async throws(Trouble) {
        var isOurs = old.ledger == kind
        if let mark = old.checkpoint {
            let found = try await ledger.store.checkpoints(after: mark.id - 1, limit: 1).first
            isOurs = isOurs && found?.id == mark.id && found?.hash.hex == mark.hash
        }
        guard isOurs else {
            throw .lasting(
                "\(path) 里是另一个账本的备份，或本账本更晚的备份：请换一个目录；那一份确实不再需要时才删除",
                "\(path) holds the backup of another ledger, or a later one of this: name another folder, and remove that one "
                    + "only once nobody needs it")
        }
    }

    /// Ids of the master keys the ledger cannot be opened without: all there are while it changes its key.
    private func neededKeys(_ ledger: OpenLedger) async throws(Trouble) -> Set<String> {
        let kept = try await ledger.store.canary(try ledger.keys.canary())
        var needed = [kept, try await ledger.store.root()].compactMap { $0?.key }
        if kept.key != ledger.keys.id { needed += ledger.keys.ids }
        return Set(needed.map(\.description))
    }

    /// Copies, still sealed, what is not there yet, and what is there as another key sealed it: copies from before a change
    /// of the master key need the older one. Every file is kept before the ledger names it, so what the copy of the ledger
    /// names is there, unless it was erased since.
    private func copyFiles(
        _ named: Set<BlobID>, _ ledger: OpenLedger, over old: BackupNote?, keys: Set<String>, progress: (Int) -> Void
    ) async throws(Trouble) {
        if var old, !keys.isSubset(of: old.keys) {
            // Cut short, the older backup has files of both.
            old.keys = keys.union(old.keys).sorted()
            try old.write(in: path)
        }
        let kept = try FileBlobs(folder: ledger.configuration.fixed.state + "/blobs")
        let copies = try FileBlobs(folder: path + "/blobs")
        for (count, id) in named.enumerated() {
            progress(count + 1)
            let now = kept.key(of: id)
            if let now, copies.key(of: id) == now { continue }
            if now == nil, try await ledger.store.unnamed([id]) == [id] {
                throw .passing(
                    "备份时有文件依法删除：请再运行一次", "a file was erased by law while this was copied: run it again")
            }
            try await BackupFolder.copy(id, from: kept, to: copies)
        }
    }

    /// Removes what the note does not name: older copies, and files that no ledger names any more (what was erased by law
    /// must not live on here).
    private func clear(except file: String, _ named: Set<BlobID>) async throws(Trouble) {
        for other in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        where other.hasPrefix("ledger-") && other != file {
            try? FileManager.default.removeItem(atPath: "\(path)/\(other)")
        }
        guard FileManager.default.fileExists(atPath: path + "/blobs") else { return }
        let copies = try FileBlobs(folder: path + "/blobs")
        for id in copies.all() where !named.contains(id) { try await copies.remove(id) }
    }

    static func copy(_ id: BlobID, from source: any Blobs, to target: any Blobs) async throws(Trouble) {
        let room = try await target.room()
        do throws(Trouble) {
            try await source.read(id) { chunk throws(Trouble) in try await room.append(chunk) }
        } catch {
            await room.discard()
            throw error
        }
        try await room.finish(as: id)
    }
}
