import Foundation
import Intake
import Logging

extension Drop {
    /// A file of `incoming/` that counts. Ordered by age, the oldest first.
    struct Candidate: Comparable {
        var name: DropName
        var facts: FileFacts

        static func < (left: Candidate, right: Candidate) -> Bool {
            (left.facts.modified, left.name) < (right.facts.modified, right.name)
        }
    }

    /// The oldest files that count and may be read, at most `looked`, and whether there are more. Memory does not grow
    /// with the number of files that wait; each costs a few questions to the system. Those that may not be read are left
    /// where they are: once their mode is mended they are taken like any other.
    func look() throws(Trouble) -> (ready: [Candidate], more: Bool) {
        let now = tools.now() + skew
        var ready: [Candidate] = []
        var more = false
        var closed = 0
        try incoming.list { name throws(Trouble) in
            let file = DropFile(name)
            guard file != .passedOver, let facts = incoming.facts(name), counts(name, file, facts, now) else {
                return true
            }
            guard incoming.isReadable(name) else {
                closed += 1
                return true
            }
            ready.append(Candidate(name: name, facts: facts))
            if ready.count == Drop.looked * 2 {
                ready.sort()
                ready.removeLast(Drop.looked)
                more = true
            }
            return true
        }
        tell(unreadable: closed)
        ready.sort()
        more = more || ready.count > Drop.looked
        return (Array(ready.prefix(Drop.looked)), more)
    }

    /// Whether a file is to be taken now: still for long enough, or marked as done; call facts and markers only when
    /// their file does not come.
    private func counts(_ name: DropName, _ file: DropFile, _ facts: FileFacts, _ now: Instant) -> Bool {
        let age = now - facts.changed
        switch file {
        case .passedOver: return false
        case .transcript:
            return age >= rules.still || name.adding(DropFile.marker).map { incoming.facts($0) != nil } ?? false
        case .callFacts(let file): return age >= rules.orphaned && incoming.facts(file) == nil
        case .doneMarker(let file):
            guard age >= rules.orphaned, incoming.facts(file) == nil else { return false }
            // An empty one has outlived its file in a crash; one that holds something is no marker.
            if facts.size == 0 { incoming.remove(name) }
            return facts.size > 0
        }
    }

    private func tell(unreadable files: Int) {
        tools.metrics.set("intake_drop_unreadable_files", ["channel": channel], to: Double(files))
        if files > 0 {
            tools.log.warning(
                "files of the drop may not be read by the gateway; mend their mode or group",
                metadata: ["channel": "\(channel)", "files": "\(files)", "folder": "\(incoming.path)"])
        }
    }

    /// Removes the days of `done/` that are older than `keep`: the ledger holds what they held, sealed.
    func prune() {
        let last = tools.now() - rules.keep
        do throws(Trouble) {
            var old: [DropName] = []
            let limit = Drop.day(last, reading().report.zone)
            try done.list { name throws(Trouble) in
                if Day(name.description) != nil, name.description < limit { old.append(name) }
                return true
            }
            for name in old {
                let day = try done.folder(name)
                var files: [DropName] = []
                try day.list { file throws(Trouble) in
                    files.append(file)
                    return files.count < 10_000
                }
                for file in files { day.remove(file) }
                done.removeFolder(name)
            }
        } catch {
            tools.log.warning(
                "old files of the drop were not removed", metadata: ["channel": "\(channel)", "trouble": "\(error)"])
        }
    }
}
