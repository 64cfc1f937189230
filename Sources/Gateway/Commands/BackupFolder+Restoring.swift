import Foundation
import Intake
import Storage

/// Putting a backup back.
extension BackupFolder {
    /// Puts the backup where the configuration wants its ledger and verifies it; gives what was gone through and the
    /// files that were opened; new tickets are numbered above a gap. What does not agree is lasting trouble, and then no ledger
    /// is left behind on SQLite.
    ///
    /// - Parameter despite: what `audit verify` finds does not count; it stands in the report.
    func restore(
        _ configuration: Configuration, despite: Bool, progress: @escaping (Phrase) -> Void
    ) async throws -> (report: Audit.Report, files: Int, first: Int64) {
        let (fixed, keys) = (configuration.fixed, try configuration.keys())
        let note = try BackupNote.read(in: path)
        let still = try hold()
        defer { withExtendedLifetime(still) {} }
        let missing = note.keys.filter { !keys.ids.map(\.description).contains($0) }
        if !missing.isEmpty {
            throw Opening.missing(note.keys.compactMap { Data(hex: $0).flatMap(KeyID.init(bytes:)) }, in: configuration)
        }
        let held = try FolderLock(folder: try Opening.makeState(fixed.state))
        defer { withExtendedLifetime(held) {} }
        progress(Phrase(zh: "复制账本", en: "copying the ledger"))
        let place = fixed.state + "/ledger.sqlite"
        let (store, blobs): (any Store, any Blobs)
        switch (fixed.ledger, note.ledger) {
        case (.sqlite, .sqlite):
            // A log that was left behind would be taken for that of the restored ledger.
            if BackupFolder.parts.contains(where: { FileManager.default.fileExists(atPath: place + $0) }) {
                throw Trouble.lasting(
                    "\(place) 已有账本，或留有它的 -wal、-shm：先把 ledger.sqlite* 全部移走",
                    "\(place) is a ledger already, or its -wal or -shm is still there: move all of ledger.sqlite* away first"
                )
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
                "备份是 \(note.ledger.rawValue) 的，配置是另一种：先改 store.kind",
                "the backup is of \(note.ledger.rawValue), the configuration wants the other: change store.kind")
        }
        let result: (report: Audit.Report, files: Int, first: Int64)
        do { result = try await verify(store, blobs, note, configuration, despite, progress) } catch {
            await store.close()
            BackupFolder.remove(place + ".restored")
            if note.ledger == .postgres {
                Terminal.complain(
                    Terminal.both(
                        "数据库里现在是没有核对通过的备份：不要启动守护进程；删掉这个库，换一个空库再试",
                        "the database now holds a backup that was not verified: do not start the daemon; drop it, and try "
                            + "again with an empty one"))
            }
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
        _ store: any Store, _ blobs: any Blobs, _ note: BackupNote, _ configuration: Configuration, _ despite: Bool,
        _ progress: @escaping (Phrase) -> Void
    ) async throws -> (report: Audit.Report, files: Int, first: Int64) {
        let keys = try await Opening.fit(configuration, to: store)
        var complaints = try await store.integrity()
        let report = try await Audit.run(store, keys: keys) { report in
            progress(Phrase(zh: "核对工单 \(report.tickets)", en: "tickets verified: \(report.tickets)"))
        }
        if !despite { complaints += report.findings.map { $0.words[Terminal.language] } }
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
            // Opening it proves that it is whole and that this key opens it. What lay here before may be neither.
            if let copies, (try? await blobs.open(id, keys: keys) { _ throws(Trouble) in }) == nil {
                try await BackupFolder.copy(id, from: copies, to: blobs)
            }
            try await blobs.open(id, keys: keys) { _ throws(Trouble) in }
            files += 1
            progress(Phrase(zh: "核对文件 \(files)/\(note.files)", en: "files verified: \(files)/\(note.files)"))
        }
        guard complaints.isEmpty else {
            let way =
                report.findings.isEmpty || despite
                ? ""
                : Terminal.both(
                    "。历史被改过而仍要用它：加 --despite-findings", ". To use it although its history was bent: --despite-findings")
            throw Trouble.lasting(
                Terminal.both("备份核对不符，没有启用：", "the backup does not agree and is not used: ")
                    + complaints.prefix(20).joined(separator: "; ") + way)
        }
        return (report, files, try await begin(store, note, keys))
    }

    /// What was handed out after the backup is forgotten: nothing made from now on may be taken for it. Gives the first
    /// number from now on.
    private func begin(_ store: any Store, _ note: BackupNote, _ keys: Keys) async throws(Trouble) -> Int64 {
        let last = try await store.latest(before: nil, limit: 1).first?.number.id ?? 0
        let began = try await store.tickets(after: 0, limit: 1).first?.received ?? note.made
        let first = Generation.firstTicket(
            after: last, age: note.made - began, lost: (try await store.sharedTime() ?? .wall) - note.made)
        return try await keys.begin(on: store, from: first).ticket
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

    private static var changed: Trouble {
        .lasting(
            "备份里的账本与 backup.json 不符（摘要不同）",
            "the ledger in the backup is not the one of backup.json (its digest differs)")
    }

    private static let parts = ["", "-wal", "-shm", "-journal"]

    /// A database of SQLite with what may stand beside it.
    private static func remove(_ path: String) {
        for end in parts + ["-part"] { try? FileManager.default.removeItem(atPath: path + end) }
    }
}
