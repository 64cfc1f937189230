import Foundation
import Intake
import Logging
import Storage

/// Opens what the daemon stands on, and refuses what would break a promise later.
enum Opening {
    static func ledger(
        _ fixed: Configuration.Fixed, log: Logger, failed: @escaping @Sendable (Trouble) -> Void
    ) async throws(Trouble) -> (store: any Store, blobs: any Blobs) {
        _ = try makeState(fixed.state)
        switch fixed.ledger {
        case .sqlite:
            try refuseAnew(fixed.state)
            return (
                try SQLiteStore(path: fixed.state + "/ledger.sqlite", busy: true, failed: failed),
                try FileBlobs(folder: fixed.state + "/blobs", failed: failed)
            )
        case .postgres(let connection, let node):
            return (
                try await PostgresStore(conninfo: connection, node: node),
                try await PostgresBlobs(conninfo: connection)
            )
        }
    }

    /// The same to be looked at where its file system is mounted read-only; nil where it is not.
    static func readOnly(_ fixed: Configuration.Fixed) throws(Trouble) -> (store: any Store, blobs: any Blobs)? {
        guard fixed.ledger == .sqlite, let store = try SQLiteStore(readOnly: fixed.state + "/ledger.sqlite") else {
            return nil
        }
        return (store, FileBlobs(readOnly: fixed.state + "/blobs"))
    }

    /// Where files of a ledger lie, the ledger was lost: a new one would take reports beside them, and the sweep remove
    /// every one, because it names none.
    private static func refuseAnew(_ state: String) throws(Trouble) {
        func isThere(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(state)/\(name)") }
        guard !isThere("ledger.sqlite") else { return }
        // A disk of its own may have been mounted for the files; what a ledger made there tells that there was one.
        let left = isThere("blobs/unfinished") ? "blobs" : "ledger.sqlite-wal"
        guard isThere(left) else { return }
        throw .needsPerson(
            "\(state) 里没有账本 ledger.sqlite，却有它的 \(left)：账本被移走或丢失。请把 ledger.sqlite* 放回原处，或恢复备份（intake restore）；确要从空账本开始，先把 \(left) 移走",
            "there is no ledger.sqlite in \(state), but its \(left): the ledger was moved away or lost. Put ledger.sqlite* back, or "
                + "restore a backup (intake restore); to begin with an empty ledger, move \(left) away first")
    }

    /// Makes the state folder, mode 0700, if it is not there; gives its path.
    static func makeState(_ path: String) throws(Trouble) -> String {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw .needsPerson("状态目录建不了：\(path)", "the state folder cannot be made: \(path)", detail: "\(error)")
        }
        return path
    }

    /// The keys that fit the ledger. One sealed with another key is never touched: everything in it would be lost to us
    /// (rule 8).
    static func fit(_ configuration: Configuration, to store: any Store) async throws -> Keys {
        let keys = try configuration.keys()
        let root = try await store.root()
        let kept: Sealed
        if let canary = try await store.canary() {
            kept = canary
        } else {
            kept = try await newCanary(keys, root, configuration, store)
        }
        do { return try keys.fitting(canary: kept, root: root) } catch {
            let needed = [kept, root].compactMap { $0?.key }
            throw missing(needed, in: configuration)
        }
    }

    /// Keeps a canary where there is none: in an empty ledger with the key in use, in any other only with the key that its
    /// values and its history agree with. A canary of a wrong key would shut out the right one.
    private static func newCanary(
        _ keys: Keys, _ root: Sealed?, _ configuration: Configuration, _ store: any Store
    ) async throws -> Sealed {
        let sample = try await Evidence.sample(of: store)
        guard let sample, let sealer = sample.sealed.key else {
            if try await Evidence.isEmpty(store) { return try await store.canary(try keys.canary()) }
            throw Evidence.lost
        }
        if let needed = [sealer, root?.key].compactMap(\.self).first(where: { !keys.ids.contains($0) }) {
            throw missing([needed], in: configuration)
        }
        _ = try keys.open(sample.sealed, as: sample.context)
        return try await store.canary(try await Evidence.canary(keys, root: root, sealer: sealer, store))
    }

    /// Says which of the keys that are needed the configuration lacks.
    static func missing(_ needed: [KeyID], in configuration: Configuration) -> ConfigurationError {
        func list(_ ids: some Sequence<KeyID>) -> String {
            Set(ids.map(\.description)).sorted().joined(separator: ", ")
        }
        let wanted = list(needed)
        let found = (try? configuration.keys().ids) ?? []
        return ConfigurationError([
            Complaint(
                file: configuration.file, line: configuration.keyTable.line(of: "master"), path: "keys.master",
                expected: Phrase(
                    zh: "封存此账本的主密钥（编号 \(wanted)），为 keys.master 或在 keys.older 中",
                    en: "the master key this ledger was sealed with (id \(wanted)), as keys.master or in keys.older"),
                found: Phrase(zh: "另一把（\(list(found))）", en: "another one (\(list(found)))"))
        ])
    }

    /// What a start writes: probes, and the jobs this node held when it died. On a full disk it goes on without: it
    /// comes up not ready, and those jobs are due when their leases end.
    static func begin(
        _ store: any Store, _ blobs: any Blobs, at now: Instant, log: Logger
    ) async throws(Trouble) {
        do throws(Trouble) {
            try await store.probe(at: now)
            let due = try await store.reclaim(now: now)
            if due > 0 { log.notice("jobs held at the last stop are due again", metadata: ["jobs": "\(due)"]) }
            try await blobs.probe()
        } catch  where error.kind == .passing {
            log.critical("the ledger cannot commit: not ready", metadata: ["trouble": "\(error)"])
        }
    }

    /// What lies in the scratch folder belongs to requests that died with the last process.
    static func makeScratch(_ path: String) throws(Trouble) {
        do {
            // It stays itself: on a full disk there would be no room for another.
            for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] {
                try FileManager.default.removeItem(atPath: "\(path)/\(name)")
            }
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw .needsPerson("临时目录建不了：\(path)", "the scratch folder cannot be made: \(path)", detail: "\(error)")
        }
    }
}

/// Makes all adapters once over a throw-away ledger, so that every complaint about the configuration is known before
/// the real one is opened.
enum Rehearsal {
    /// - Parameter place: for the throw-away ledger; one in memory is never full.
    static func check(
        _ configuration: Configuration, in place: String = FileManager.default.temporaryDirectory.path, log: Logger
    ) async throws {
        let folder = place + "/intake-check-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try SQLiteStore(path: folder + "/ledger.sqlite")
        let keys = try Keys(master: Data(repeating: 0, count: 32))
        let city = configuration.city
        let tools = Tools(
            keys: keys, store: store, blobs: try FileBlobs(folder: folder + "/blobs"), city: { city },
            network: try Network(now: { .wall }), now: { Instant(milliseconds: 0) }, metrics: Metrics(), log: log,
            // Paths of the file stand in the state folder; adapters look there and open nothing.
            state: configuration.fixed.state)
        _ = try Works(
            configuration, tools: tools, inbox: Inbox(store: store, keys: keys, day: { Day($0, offset: .zero) }))
        await store.close()
        _ = try configuration.keys()
    }
}
