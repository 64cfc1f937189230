import Foundation
import Intake
import Logging
import Storage
import Synchronization
import Testing

@testable import Gateway

/// A drop in a folder of its own, before a real inbox and an embedded ledger.
struct DropBench {
    let folder: String
    let tools: Tools
    let store: SQLiteStore
    let drop: Drop
    let inbox: Inbox
    let clock: Clock

    /// The clock of the test; it starts at 2026-01-05 10:00 in Beijing, wherever the machine's stands.
    final class Clock: Sendable {
        private let instant = Mutex(Instant(milliseconds: 1_767_578_400_000))
        var now: Instant { instant.withLock { $0 } }
        func advance(_ duration: Duration) { instant.withLock { $0 = $0 + duration } }
    }

    /// Longer than any file has to be still, shorter than the wait for an orphan.
    static let still = Duration.seconds(600)

    static func run(
        rules: Drop.Rules = Drop.Rules(), whileReading: @escaping @Sendable (String) -> Void = { _ in },
        _ body: (DropBench) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "drop-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let clock = Clock()
        let store = try SQLiteStore(path: folder + "/ledger.db")
        let keys = try Keys(master: Data(repeating: 7, count: 32))
        let tools = Tools(
            keys: keys, store: store, blobs: try FileBlobs(folder: folder + "/blobs"), city: { nil },
            network: try Network(now: { clock.now }), now: { clock.now }, metrics: Metrics(),
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, state: folder)
        // By a clock that stands still no commit is slow, whatever else this machine does.
        let began = ContinuousClock.now
        let inbox = Inbox(
            store: store, keys: keys, day: { Day($0, offset: .seconds(8 * 3600)) }, clock: { began })
        let drop = try Drop(channel: "calls", path: folder + "/calls", rules: rules, tools: tools) {
            whileReading(folder + "/calls")
            return CallReading(reader: TranscriptReader(), report: CallReport(zone: TranscriptFixtures.zone))
        }
        let bench = DropBench(folder: folder, tools: tools, store: store, drop: drop, inbox: inbox, clock: clock)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await inbox.run() }
            defer { inbox.close() }
            try await body(bench)
            #expect(try await store.books().complaints == [])
        }
        await store.close()
    }

    /// Writes a file into `incoming/` the slow way, as no rename would.
    func put(_ name: String, _ bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path("incoming", name)))
    }
    func put(_ name: String, _ text: String) throws { try put(name, Array(text.utf8)) }

    /// Moves a file as a crash left it; its folder is made.
    func move(_ from: String, _ to: String) throws {
        let folder = URL(filePath: path(to)).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try FileManager.default.moveItem(atPath: path(from), toPath: path(to))
    }

    /// What was put away, by the name it had before.
    static func put(away path: String) -> String {
        let wanted = URL(filePath: path)
        let folder = wanted.deletingLastPathComponent().path
        if FileManager.default.fileExists(atPath: path) { return path }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let found = names.first { bare($0) == wanted.lastPathComponent }
        return found.map { "\(folder)/\($0)" } ?? path
    }

    /// A name without the key that it carries once the file is in the ledger.
    static func bare(_ name: String) -> String {
        name.replacing(#/^[0-9a-f]{32}-[0-9a-f]{8}(-[0-9a-z]{1,7})?~/#, with: "")
    }

    /// One scan after everything has become still.
    @discardableResult
    func scanLater() async throws -> Drop.Step {
        clock.advance(DropBench.still)
        return try await drop.scan(into: inbox)
    }

    func path(_ place: String, _ name: String = "") -> String {
        DropBench.put(away: "\(folder)/calls/\(place)" + (name.isEmpty ? "" : "/\(name)"))
    }

    /// Names in a folder, of whatever bytes, as they were before they were put away; none if there is no such folder.
    func names(_ place: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path(place))) ?? []).map(DropBench.bare).sorted()
    }

    /// Everything in `done/`, whatever the day.
    func doneNames() -> [String] { names("done").flatMap { names("done/\($0)") }.sorted() }

    /// Every name in a folder, of whatever bytes, as it is.
    func all(_ folder: DropFolder) throws -> [DropName] {
        var names: [DropName] = []
        try folder.list { name throws(Trouble) in
            names.append(name)
            return true
        }
        return names.sorted()
    }

    /// The folder of the test's first day in `done/`.
    func day() throws -> DropFolder { try drop.done.folder(#require(DropName("2026-01-05"))) }

    /// What the tickets say, the oldest first.
    func submissions() async throws -> [Submission] {
        let tickets = try await store.latest(before: nil, limit: 1000).reversed()
        var submissions: [Submission] = []
        for ticket in tickets {
            let entries = try await store.entries(of: [ticket.number.id])
            submissions.append(try Dossier.read(ticket, entries, keys: tools.keys).submission)
        }
        return submissions
    }
}
