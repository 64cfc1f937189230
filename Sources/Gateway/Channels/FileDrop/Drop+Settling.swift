import Foundation
import Intake
import Logging

extension Drop {
    /// Ends the name of a claimed folder that holds call facts or markers whose file did not come.
    static let loneMark = ".lone"

    /// What became of a claimed file.
    enum Fate: Sendable {
        /// In the ledger, under this key.
        case done(Data)
        /// Likewise, for this reason.
        case quarantined(String, Data)
        case changed
        /// Cannot be read off the disk; left claimed, and tried again with every scan. Others go on.
        case stuck(Trouble)
        /// The ledger does not take it now.
        case waits(Trouble)
    }

    /// Commits the files of a claimed folder, then moves each to where it belongs. What could not be committed stays; its trouble is thrown at the end.
    func settle(_ batch: DropName, into inbox: Inbox, _ step: inout Step) async throws(Trouble) {
        let folder = try claimed.folder(batch)
        let names = try settled(folder, lone: batch.ends(in: Drop.loneMark))
        let fates = await commit(names, in: folder, into: inbox)
        let (target, closed) = today()
        var waits = closed
        for (name, fate) in fates {
            do throws(Trouble) {
                switch fate {
                case .done(let key):
                    guard let target else { break }
                    try move(name, from: folder, to: target, as: place(name, key, in: target))
                    step.taken += 1
                case .quarantined(let reason, let key):
                    let place = try place(name, key, in: quarantine)
                    // The reason first: a file is never in quarantine without one.
                    try quarantine.write(place.cut(adding: ".reason.txt"), Drop.note(name, reason))
                    try move(name, from: folder, to: quarantine, as: place)
                    step.quarantined += 1
                case .changed:
                    try move(name, from: folder, to: incoming)
                    step.returned += 1
                case .waits(let why): waits = waits ?? why
                case .stuck(let why): tell(name, folder, why)
                }
            } catch {
                // It is in the ledger, and is moved with another scan; the others are moved now.
                if error.kind == .needsPerson { tell(name, folder, error) } else { waits = waits ?? error }
            }
            if let key = fate.key { hold(name, key, in: folder) }
            tools.metrics.count("intake_drop_files_total", ["channel": channel, "outcome": fate.word])
        }
        for folder in [target, quarantine, incoming, folder].compactMap(\.self) { try folder.sync() }
        claimed.removeFolder(batch)
        if let waits { throw waits }
    }

    /// A file that is in the ledger and could not be moved gets its key where it lies, so that it goes when the ledger
    /// erases what it says.
    private func hold(_ name: DropName, _ key: Data, in folder: DropFolder) {
        guard folder.facts(name) != nil, KeptName(name, tools.keys)?.key != key else { return }
        do throws(Trouble) { try move(name, from: folder, to: folder, as: place(name, key, in: folder)) } catch {
            tell(name, folder, error)
        }
    }

    /// The files of a claimed folder that are to be committed. Call facts parted from their file by a crash follow it:
    /// here, back to `incoming/` if it was not claimed, else to `done/`, where it was moved before them.
    private func settled(_ folder: DropFolder, lone: Bool) throws(Trouble) -> [DropName] {
        var names: [DropName] = []
        try folder.list { name throws(Trouble) in
            names.append(name)
            return names.count < Drop.batch * 2
        }
        let all = Set(names)
        var files: [DropName] = []
        for name in names {
            guard case .callFacts(let file) = DropFile(name), !lone else {
                files.append(name)
                continue
            }
            if all.contains(file) { continue }
            if let held = parted(from: file, all) {
                try move(name, from: folder, to: folder, as: held.cut(adding: DropFile.facts))
            } else if incoming.facts(file) != nil, !incoming.holds(name) {
                try move(name, from: folder, to: incoming)
            } else if let (place, kept) = try putAway(file) {
                try move(name, from: folder, to: place, as: kept.cut(adding: DropFile.facts))
            } else {
                let (target, closed) = today()
                guard let target else { throw closed ?? .passing("目录打不开", "a folder does not open") }
                try move(name, from: folder, to: target)
            }
        }
        return files
    }

    /// The claimed file without call facts that had this name, or has it by now, where a crash came while the two got
    /// another: read without its facts it would be another call.
    private func parted(from file: DropName, _ all: Set<DropName>) -> DropName? {
        let told = KeptName.told(file, tools.keys)
        return all.first { name in
            DropFile(name) == .transcript && KeptName.told(name, tools.keys) == told
                && name.adding(DropFile.facts).map(all.contains) != true
        }
    }

    /// Where a file of this name was put away last without call facts, and what it is called there.
    private func putAway(_ file: DropName) throws(Trouble) -> (DropFolder, DropName)? {
        var days: [DropName] = []
        try done.list { name throws(Trouble) in
            if done.isFolder(name) { days.append(name) }
            return true
        }
        var folders: [DropFolder] = []
        for day in days.sorted().reversed() { folders.append(try done.folder(day)) }
        let told = KeptName.told(file, tools.keys)
        for folder in folders + [quarantine] {
            var found: DropName?
            try folder.list { name throws(Trouble) in
                if KeptName(name, tools.keys)?.name == told, !folder.holds(name.cut(adding: DropFile.facts)) {
                    found = name
                }
                return found == nil
            }
            if let found { return (folder, found) }
        }
        return nil
    }

    private func tell(_ name: DropName, _ folder: DropFolder, _ trouble: Trouble) {
        tools.log.error(
            "a claimed file cannot be read or moved; mend it or move it away",
            metadata: [
                "channel": "\(channel)", "file": "\(folder.path)/\(Masker.mask("\(name)"))", "trouble": "\(trouble)",
            ])
    }

    static func day(_ instant: Instant, _ zone: Zone) -> String { zone.local(instant).day.description }

    /// What stands beside a file in quarantine.
    private static func note(_ name: DropName, _ reason: String) -> String {
        """
        此文件无法读取，原文已封存在台账的隔离区。改正后可重新放入 incoming/，或用 intake replay 重放。
        This file could not be read; its bytes are kept, sealed, in the ledger's quarantine. Mend it and put it into
        incoming/ again, or replay it with intake replay.

        文件 / file: \(name)
        原因 / reason: \(reason)

        """
    }
}

extension Drop.Fate {
    /// Of the arrival, where the ledger has it.
    fileprivate var key: Data? {
        switch self {
        case .done(let key), .quarantined(_, let key): key
        case .changed, .stuck, .waits: nil
        }
    }

    fileprivate var word: String {
        switch self {
        case .done: "done"
        case .quarantined: "quarantined"
        case .changed: "changed"
        case .stuck: "stuck"
        case .waits: "waits"
        }
    }
}
