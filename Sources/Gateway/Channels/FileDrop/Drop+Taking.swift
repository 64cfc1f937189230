import Crypto
import Foundation
import Intake
import Logging

extension Drop {
    /// Claims `files` in groups that share a commit and fit into memory together, and settles each group. Stops between
    /// two groups when the task is cancelled.
    func take(_ files: [Candidate], into inbox: Inbox, _ step: inout Step) async throws(Trouble) {
        var rest = files[...]
        while !rest.isEmpty, !Task.isCancelled {
            var room = rules.largest
            let group = rest.prefix(Drop.batch).prefix { file in
                // A file too large to be read goes through in pieces and takes no room.
                room -= file.facts.size > rules.largest ? 0 : file.facts.size
                return room >= 0
            }
            rest = rest.dropFirst(max(group.count, 1))
            guard let batch = try claim(group) else { continue }
            try await settle(batch, into: inbox, &step)
        }
    }

    /// Moves files and their call facts into a folder of their own in `claimed/`; nil if none is left to claim.
    private func claim(_ files: ArraySlice<Candidate>) throws(Trouble) -> DropName? {
        let name = "\(tools.now().milliseconds)-\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
        guard !files.isEmpty, let batch = DropName(name) else { return nil }
        let folder = try claimed.folder(batch)
        for file in files {
            guard incoming.facts(file.name) != nil, try incoming.move(file.name, to: folder, as: file.name)
            else { continue }
            if let facts = file.name.adding(DropFile.facts), incoming.facts(facts) != nil {
                try incoming.move(facts, to: folder, as: facts)
            }
            if let marker = file.name.adding(DropFile.marker), incoming.facts(marker)?.size == 0 {
                incoming.remove(marker)
            }
        }
        try folder.sync()
        try incoming.sync()
        return batch
    }

    /// Settles what an earlier run had claimed.
    func recover(into inbox: Inbox) async throws(Trouble) -> Step {
        var batches: [DropName] = []
        try claimed.list { name throws(Trouble) in
            if name.bytes.first != 0x2E { batches.append(name) }
            return batches.count < 10_000
        }
        var step = Step()
        for batch in batches.sorted() { try await settle(batch, into: inbox, &step) }
        return step
    }

    /// What became of a claimed file.
    enum Fate: Sendable {
        case done
        case quarantined(String)
        case changed
        /// Cannot be read off the disk; left claimed, and tried again with every scan. Others go on.
        case stuck(Trouble)
        /// The ledger does not take it now.
        case waits(Trouble)
    }

    /// Commits the files of a claimed folder, all at once so that they share a commit, then moves each to where it
    /// belongs. What could not be committed stays; its trouble is thrown at the end.
    private func settle(_ batch: DropName, into inbox: Inbox, _ step: inout Step) async throws(Trouble) {
        let folder = try claimed.folder(batch)
        var names: [DropName] = []
        try folder.list { name throws(Trouble) in
            names.append(name)
            return names.count < Drop.batch * 2
        }
        let all = Set(names)
        let files = names.filter { name in
            if case .callFacts(let file) = DropFile(name), all.contains(file) { false } else { true }
        }
        let fates = await withTaskGroup(of: (DropName, Fate).self) { group in
            for name in files { group.addTask { (name, await commit(name, in: folder, into: inbox)) } }
            var fates: [(DropName, Fate)] = []
            for await fate in group { fates.append(fate) }
            return fates
        }
        var trouble: Trouble?
        let today = Drop.day(tools.now(), reading().report.zone)
        guard let day = DropName(today) else { return }
        let target = try done.folder(day)
        for (name, fate) in fates {
            switch fate {
            case .done:
                step.taken += 1
                try move(name, from: folder, to: target)
            case .quarantined(let reason):
                step.quarantined += 1
                let place = try move(name, from: folder, to: quarantine)
                try quarantine.write(place.cut(adding: ".reason.txt"), Drop.note(name, reason))
            case .changed:
                step.returned += 1
                try move(name, from: folder, to: incoming)
            case .waits(let why): trouble = trouble ?? why
            case .stuck(let why):
                tools.log.error(
                    "a claimed file cannot be read; mend it or move it away",
                    metadata: ["channel": "\(channel)", "file": "\(folder.path)/\(name)", "trouble": "\(why)"])
            }
            tools.metrics.count("intake_drop_files_total", ["channel": channel, "outcome": fate.word])
        }
        for folder in [target, quarantine, incoming, folder] { try folder.sync() }
        claimed.removeFolder(batch)
        if let trouble { throw trouble }
    }

    /// Moves a file with its call facts to names that are free there; the file's.
    @discardableResult
    private func move(_ name: DropName, from folder: DropFolder, to target: DropFolder) throws(Trouble) -> DropName {
        var free = name
        while target.holds(free) || free.adding(DropFile.facts).map(target.holds) ?? false { free = name.another }
        if let facts = name.adding(DropFile.facts), folder.facts(facts) != nil {
            try folder.move(facts, to: target, as: free.cut(adding: DropFile.facts))
        }
        try folder.move(name, to: target, as: free)
        return free
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
