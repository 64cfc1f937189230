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

    /// The oldest files that count, at most `batch`, and whether there are more. Memory does not grow with the number of
    /// files that wait.
    func look() async throws(Trouble) -> (ready: [Candidate], more: Bool) {
        let now = tools.now() + skew
        var ready: [Candidate] = []
        var more = false
        var unreadable = 0
        try incoming.list { name throws(Trouble) in
            guard counts(name, now), let facts = incoming.facts(name) else { return true }
            guard incoming.isReadable(name) else {
                unreadable += 1
                return true
            }
            ready.append(Candidate(name: name, facts: facts))
            if ready.count == Drop.batch * 4 {
                ready.sort()
                ready.removeLast(Drop.batch * 3)
                more = true
            }
            return true
        }
        ready.sort()
        more = more || ready.count > Drop.batch
        tools.metrics.set("intake_drop_unreadable_files", ["channel": channel], to: Double(unreadable))
        if unreadable > 0 {
            // Left where they are: once their mode is mended they are taken like any other.
            tools.log.warning(
                "files of the drop may not be read by the gateway; mend their mode or group",
                metadata: ["channel": "\(channel)", "files": "\(unreadable)", "folder": "\(incoming.path)"])
        }
        return (Array(ready.prefix(Drop.batch)), more)
    }

    /// Whether a file is to be taken now: marked as done, or still for long enough; call facts and markers only when
    /// their file does not come.
    private func counts(_ name: DropName, _ now: Instant) -> Bool {
        switch DropFile(name) {
        case .passedOver: return false
        case .transcript:
            if let marker = name.adding(DropFile.marker), incoming.facts(marker) != nil { return true }
            return age(name, now) >= rules.still
        case .callFacts(let file): return incoming.facts(file) == nil && age(name, now) >= rules.orphaned
        case .doneMarker(let file):
            guard incoming.facts(file) == nil, let facts = incoming.facts(name), now - facts.changed >= rules.orphaned
            else { return false }
            // An empty one has outlived its file in a crash; one that holds something is no marker.
            if facts.size == 0 { incoming.remove(name) }
            return facts.size > 0
        }
    }

    /// How long nothing about the file has changed; negative if it is no plain file.
    private func age(_ name: DropName, _ now: Instant) -> Duration {
        incoming.facts(name).map { now - $0.changed } ?? .seconds(-1)
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
