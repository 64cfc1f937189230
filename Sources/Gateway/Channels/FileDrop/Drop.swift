import Foundation
import Intake
import Logging
import Storage

/// Takes files from `incoming/` into the ledger. Where a file lies says all there is to know about it, so that a crash at
/// any point loses nothing and doubles nothing:
///
///     incoming/            whatever the telephone system puts here
///     claimed/<batch>/     ours; being read and committed. After a crash read again: the source id makes it once
///     done/<day>/          committed, as a `KeptName`; removed after `keep`, or once erased in the ledger (`PutAway`)
///     quarantine/          committed as unreadable, likewise, with `<name>.reason.txt`
///
/// Each move is a rename on one disk, and its folders are synced before the next. To be driven by one task at a time.
struct Drop: Sendable {
    /// What the settings say.
    struct Rules: Sendable {
        /// How long nothing about a file may have changed before it counts as whole.
        var still = Duration.seconds(10)
        /// Bytes; larger files go to quarantine without being read.
        var largest: Int64 = 32 << 20
        /// How long files stay in `done/`.
        var keep = Duration.seconds(30 * 86_400)
        /// How long call facts or a marker may wait for their file.
        var orphaned = Duration.seconds(3600)
    }
    /// Files taken at once: their commits go in one group.
    static let batch = 256
    /// Files remembered from one look through the folder; the rest wait for the next look.
    static let looked = 8192

    let channel: String
    let rules: Rules
    let tools: Tools
    let reading: @Sendable () -> CallReading
    let incoming: DropFolder
    let claimed: DropFolder
    let done: DropFolder
    let quarantine: DropFolder
    /// The file system's clock less ours: the age of a file is told by the clock that wrote its times.
    let skew: Duration
    /// Two gateways on one drop would each keep half of it, or both keep all of it. Nodes of one ledger know by its lease
    /// whose turn it is, also when the other one is frozen and lets go of nothing.
    private let held: FolderLock?

    init(
        channel: String, path: String, rules: Rules, tools: Tools, reading: @escaping @Sendable () -> CallReading
    ) throws(Trouble) {
        self.channel = channel
        self.rules = rules
        self.tools = tools
        self.reading = reading
        let root = try DropFolder(path: path)
        held = Lease.held == nil ? try FolderLock(folder: path) : nil
        func folder(_ text: String) throws(Trouble) -> DropFolder {
            guard let name = DropName(text) else {
                throw .needsPerson("\(text) 不能作目录名", "no folder can be called \(text)")
            }
            return try root.folder(name)
        }
        incoming = try folder("incoming")
        claimed = try folder("claimed")
        done = try folder("done")
        quarantine = try folder("quarantine")
        skew = try Drop.probe([incoming, claimed, quarantine, done], tools)
    }

    /// What one step did.
    struct Step: Sendable, Equatable {
        var taken = 0
        var quarantined = 0
        /// Files that changed while they were read, and went back to `incoming/`.
        var returned = 0
        /// More files were ready than one step takes.
        var more = false
    }

    /// Finishes what was claimed, then takes the oldest files that are whole. Passing trouble of the ledger leaves
    /// files claimed, for the next step.
    func scan(into inbox: Inbox) async throws(Trouble) -> Step {
        for folder in [incoming, claimed, done, quarantine] { try folder.check() }
        var step = try await recover(into: inbox)
        prune()
        let (ready, more) = try look()
        let before = step
        try await take(ready, into: inbox, &step)
        // Where nothing could be taken, the rest waits for the next scan.
        step.more = more && step != before
        return step
    }

    /// Takes files that were just renamed in or marked, without looking at all others. Names that are no file that
    /// counts are passed over.
    func take(_ hints: FolderWatch.Hints, into inbox: Inbox) async throws(Trouble) -> Step {
        var step = Step()
        var ready: [Candidate] = []
        for name in hints.renamed where DropFile(name) == .transcript { ready += candidate(name) }
        for name in hints.renamed.union(hints.markers) {
            if case .doneMarker(let file) = DropFile(name), DropFile(file) == .transcript { ready += candidate(file) }
        }
        ready.sort()
        try await take(ready, into: inbox, &step)
        return step
    }

    private func candidate(_ name: DropName) -> [Candidate] {
        guard let facts = incoming.facts(name), incoming.isReadable(name) else { return [] }
        return [Candidate(name: name, facts: facts)]
    }
}
