import Foundation
import Intake
import Storage

/// A folder with one backup: a copy of the ledger under a name of its own, the files it names, and the note that says
/// so, which is written last. A backup that is cut short leaves the older one whole.
struct BackupFolder {
    let path: String

    /// Copies ledger and files; `progress` is told how many files were looked at.
    func write(_ ledger: OpenLedger, progress: (Int) -> Void) async throws(Trouble) -> BackupNote {
        _ = try Opening.makeState(path)
        let kind: BackupNote.Ledger = ledger.configuration.fixed.ledger == .sqlite ? .sqlite : .postgres
        let mark = try await ledger.store.lastCheckpoint().map { BackupNote.Mark(id: $0.id, hash: $0.hash.hex) }
        let made = ledger.now
        let file = "ledger-\(made.milliseconds).\(kind == .sqlite ? "sqlite" : "dump")"
        try await ledger.store.copy(to: "\(path)/\(file)")
        let (size, sha256) = try BackupNote.measure("\(path)/\(file)")
        // Every file is kept before the ledger names it, so what the copy names is there.
        let files = kind == .sqlite ? try await copyFiles(ledger, progress: progress) : 0
        let note = BackupNote(
            made: made, ledger: kind, file: file, size: size, sha256: sha256, checkpoint: mark, files: files,
            keys: try await neededKeys(ledger))
        try note.write(in: path)
        for other in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        where other.hasPrefix("ledger-") && other != file {
            try? FileManager.default.removeItem(atPath: "\(path)/\(other)")
        }
        return note
    }

    /// Ids of the master keys the copy cannot be opened without: all there are in a ledger that changes its key just now.
    private func neededKeys(_ ledger: OpenLedger) async throws(Trouble) -> [String] {
        let kept = try await ledger.store.canary(try ledger.keys.canary())
        var needed = [kept, try await ledger.store.root()].compactMap { $0?.key }
        if kept.key != ledger.keys.id { needed += ledger.keys.ids }
        return Set(needed.map(\.description)).sorted()
    }

    /// Copies, still sealed, what is not there yet, and removes what no ledger names any more (what was erased by law
    /// must not live on here).
    private func copyFiles(_ ledger: OpenLedger, progress: (Int) -> Void) async throws(Trouble) -> Int {
        let copies = try FileBlobs(folder: path + "/blobs")
        // Copies from before a change of the master key are sealed with the older one.
        let old = (try? BackupNote.read(in: path).keys) ?? []
        let needed = try await neededKeys(ledger)
        let stale = !old.isEmpty && old != needed
        var named: Set<BlobID> = []
        try await each(ledger.store) { id throws(Trouble) in
            named.insert(id)
            progress(named.count)
            if !stale, try await copies.holds(id) { return }
            try await copy(id, from: ledger.blobs, to: copies)
        }
        for id in copies.all() where !named.contains(id) { try await copies.remove(id) }
        return named.count
    }

    private func copy(_ id: BlobID, from source: any Blobs, to target: any Blobs) async throws(Trouble) {
        let room = try await target.room()
        do throws(Trouble) {
            try await source.read(id) { chunk throws(Trouble) in try await room.append(chunk) }
        } catch {
            await room.discard()
            throw error
        }
        try await room.finish(as: id)
    }

    private func each(
        _ store: any Store, _ body: (BlobID) async throws(Trouble) -> Void
    ) async throws(Trouble) {
        var last: BlobID?
        while true {
            let page = try await store.blobs(after: last, limit: 500)
            for id in page { try await body(id) }
            guard let end = page.last else { return }
            last = end
        }
    }

    /// Puts the backup where the configuration wants its ledger and verifies it; gives what was gone through and the
    /// files that were opened. What does not agree is lasting trouble, and then no ledger is left behind on SQLite.
    func restore(
        _ fixed: Configuration.Fixed, keys: Keys, progress: @escaping (Phrase) -> Void
    ) async throws -> (report: Audit.Report, files: Int) {
        let note = try BackupNote.read(in: path)
        let missing = note.keys.filter { !keys.ids.map(\.description).contains($0) }
        if !missing.isEmpty {
            throw Opening.missing(note.keys.compactMap { Data(hex: $0).flatMap(KeyID.init(bytes:)) }, of: keys)
        }
        let held = try FolderLock(folder: try Opening.makeState(fixed.state))
        defer { withExtendedLifetime(held) {} }
        progress(Phrase(zh: "复制账本", en: "copying the ledger"))
        let place = fixed.state + "/ledger.sqlite"
        let (store, blobs): (any Store, any Blobs)
        switch (fixed.ledger, note.ledger) {
        case (.sqlite, .sqlite):
            if FileManager.default.fileExists(atPath: place) {
                throw Trouble.lasting(
                    Terminal.both("\(place) 已有账本：先移走它", "\(place) is a ledger already: move it away first"))
            }
            try putBack(note, at: place + ".restored")
            store = try SQLiteStore(path: place + ".restored")
            blobs = try FileBlobs(folder: fixed.state + "/blobs")
        case (.postgres(let connection, let node), .postgres):
            let (_, sha256) = try BackupNote.measure("\(path)/\(note.file)")
            guard sha256 == note.sha256 else { throw BackupFolder.changed }
            try await PostgresStore.restore("\(path)/\(note.file)", conninfo: connection)
            store = try await PostgresStore(conninfo: connection, node: node)
            blobs = try await PostgresBlobs(conninfo: connection)
        default:
            throw Trouble.lasting(
                Terminal.both(
                    "备份是 \(note.ledger.rawValue) 的，配置是另一种：先改 store.kind",
                    "the backup is of \(note.ledger.rawValue), the configuration wants the other: change store.kind"))
        }
        let result: (report: Audit.Report, files: Int)
        do { result = try await verify(store, blobs, note, keys, progress) } catch {
            await store.close()
            BackupFolder.remove(place + ".restored")
            throw error
        }
        await store.close()
        if note.ledger == .sqlite {
            try SQLiteStore.fold(place + ".restored")
            try FileManager.default.moveItem(atPath: place + ".restored", toPath: place)
            try SyncedFile.sync(folder: fixed.state)
        }
        return result
    }

    private func putBack(_ note: BackupNote, at place: String) throws {
        BackupFolder.remove(place)
        let file = try SyncedFile(path: place + "-part")
        do throws(Trouble) {
            let (_, sha256) = try BackupNote.measure("\(path)/\(note.file)") { bytes throws(Trouble) in
                try file.write(bytes)
            }
            guard sha256 == note.sha256 else { throw BackupFolder.changed }
        } catch {
            file.discard()
            throw error
        }
        try file.finish(at: place)
    }

    private func verify(
        _ store: any Store, _ blobs: any Blobs, _ note: BackupNote, _ keys: Keys,
        _ progress: @escaping (Phrase) -> Void
    ) async throws -> (report: Audit.Report, files: Int) {
        let keys = try await Opening.fit(keys, to: store)
        var complaints = try await store.integrity()
        let report = try await Audit.run(store, keys: keys) { report in
            progress(Phrase(zh: "核对工单 \(report.tickets)", en: "tickets verified: \(report.tickets)"))
        }
        complaints += report.findings.map { $0.words[Terminal.language] }
        if let mark = note.checkpoint {
            let found = try await store.checkpoints(after: mark.id - 1, limit: 1).first
            if found?.id != mark.id || found?.hash.hex != mark.hash {
                complaints.append(
                    Terminal.both("没有备份时的检查点 \(mark.id)", "checkpoint \(mark.id) of the backup is not in it"))
            }
        }
        let copies = note.ledger == .sqlite ? try FileBlobs(folder: path + "/blobs") : nil
        var files = 0
        try await each(store) { id throws(Trouble) in
            if let copies, !(try await blobs.holds(id)) { try await copy(id, from: copies, to: blobs) }
            // Opening it proves that it is whole and that this key opens it.
            try await blobs.open(id, keys: keys) { _ throws(Trouble) in }
            files += 1
            progress(Phrase(zh: "核对文件 \(files)/\(note.files)", en: "files verified: \(files)/\(note.files)"))
        }
        guard complaints.isEmpty else {
            throw Trouble.lasting(
                Terminal.both("备份核对不符，没有启用：", "the backup does not agree and is not used: ")
                    + complaints.prefix(20).joined(separator: "; "))
        }
        return (report, files)
    }

    private static var changed: Trouble {
        .lasting(
            Terminal.both(
                "备份里的账本与 backup.json 不符（摘要不同）",
                "the ledger in the backup is not the one of backup.json (its digest differs)"))
    }

    /// A database of SQLite with what may stand beside it.
    private static func remove(_ path: String) {
        for end in ["", "-wal", "-shm", "-journal", "-part"] { try? FileManager.default.removeItem(atPath: path + end) }
    }
}
