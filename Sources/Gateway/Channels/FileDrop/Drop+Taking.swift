import Foundation
import Intake
import Logging

extension Drop {
    /// Claims `files` in groups that share a commit and fit into memory together, and settles each group. Stops between
    /// two groups when the task is cancelled.
    func take(_ files: [Candidate], into inbox: Inbox, _ step: inout Step) async throws(Trouble) {
        let transcripts = files.filter { DropFile($0.name) == .transcript }
        try await take(transcripts[...], lone: false, into: inbox, &step)
        if transcripts.count < files.count {
            let lone = files.filter { DropFile($0.name) != .transcript }
            try await take(lone[...], lone: true, into: inbox, &step)
        }
    }

    private func take(
        _ files: ArraySlice<Candidate>, lone: Bool, into inbox: Inbox, _ step: inout Step
    ) async throws(Trouble) {
        var rest = files
        while !rest.isEmpty, !Task.isCancelled {
            var room = rules.largest
            let group = rest.prefix(Drop.batch).prefix { file in
                // A file too large to be read goes through in pieces and takes no room.
                room -= file.facts.size > rules.largest ? 0 : file.facts.size
                return room >= 0
            }
            rest = rest.dropFirst(max(group.count, 1))
            await inbox.turn(of: channel, tools)
            guard let batch = try claim(group, lone: lone) else { continue }
            try await settle(batch, into: inbox, &step)
        }
    }

    /// Moves files and their call facts into a folder of their own in `claimed/`; nil if none is left to claim. Facts go
    /// first: where a crash parts them from their file, the file is still in `incoming/`, and they go back to it.
    private func claim(_ files: ArraySlice<Candidate>, lone: Bool) throws(Trouble) -> DropName? {
        let name = "\(tools.now().milliseconds)-\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
        guard !files.isEmpty, let batch = DropName(name + (lone ? Drop.loneMark : "")) else { return nil }
        let folder = try claimed.folder(batch)
        var refused: Trouble?
        for file in files {
            do throws(Trouble) { try claim(file.name, into: folder) } catch {
                // One that cannot be moved (made immutable, owned by another under a sticky bit) stops no other.
                guard error.kind == .needsPerson else { throw error }
                refused = error
            }
        }
        if let refused {
            tools.log.error(
                "files of the drop cannot be claimed; mend their owner or mode",
                metadata: ["channel": "\(channel)", "trouble": "\(refused)"])
        }
        try folder.sync()
        try incoming.sync()
        return batch
    }

    private func claim(_ name: DropName, into folder: DropFolder) throws(Trouble) {
        // A person may have put it back from where it was put away: here that name would say that it is in the ledger.
        let told = KeptName(name, tools.keys)?.name
        // What finds another of its name waits for the next scan.
        guard incoming.facts(name) != nil, !folder.holds(told ?? name) else { return }
        let facts = name.adding(DropFile.facts)
        if let facts, incoming.facts(facts) != nil { try incoming.move(facts, to: folder, as: facts) }
        var moved = false
        defer {
            if !moved, let facts, folder.facts(facts) != nil { _ = try? folder.move(facts, to: incoming, as: facts) }
        }
        moved = try incoming.move(name, to: folder, as: name)
        if moved, let marker = name.adding(DropFile.marker), incoming.facts(marker)?.size == 0 {
            incoming.remove(marker)
        }
        if moved, let told { try move(name, from: folder, to: folder, as: told) }
    }

    /// Settles what an earlier run had claimed. What is no folder of claimed files is not ours: files go back to
    /// `incoming/`, the rest is left.
    func recover(into inbox: Inbox) async throws(Trouble) -> Step {
        var batches: [DropName] = []
        var strays: [DropName] = []
        try claimed.list { name throws(Trouble) in
            if claimed.facts(name) != nil {
                strays.append(name)
            } else if name.bytes.first != 0x2E, claimed.isFolder(name) {
                batches.append(name)
            }
            return batches.count + strays.count < 10_000
        }
        for name in strays { try move(name, from: claimed, to: incoming) }
        var step = Step()
        for batch in batches.sorted() { try await settle(batch, into: inbox, &step) }
        return step
    }
}
