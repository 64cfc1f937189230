import Foundation
import Intake
import Servers
import Storage
import Synchronization

@testable import Gateway

/// The real daemon as a child process in a folder of its own, with a small city, ready to be talked to, killed and
/// started again.
final class RunningGateway: Sendable {
    struct Failed: Error { var text: String }
    private struct Life {
        var process: Process
        var publicPort: Int
        var privatePort: Int
    }

    let folder: String
    let ledger: Backend
    let network: Network
    private let life = Mutex<Life?>(nil)

    /// - Parameter channels: YAML of the list under `channels:`; `destinations` likewise. `{folder}` stands for the folder.
    init(
        folder: String, ledger: Backend, connection: String?, node: String = "one", channels: String,
        destinations: String = "- { name: outbox, kind: folder, path: outbox }"
    ) throws {
        self.folder = folder
        self.ledger = ledger
        network = try Network(now: { .wall })
        let credentials = folder + "/credentials"
        try FileManager.default.createDirectory(atPath: credentials, withIntermediateDirectories: true)
        try Data(repeating: 7, count: 32).write(to: URL(filePath: credentials + "/master-key"))
        try Data("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".utf8).write(to: URL(filePath: credentials + "/hook-secret"))
        if let connection { try Data(connection.utf8).write(to: URL(filePath: credentials + "/connection")) }
        for name in try FileManager.default.contentsOfDirectory(atPath: credentials) {
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: "\(credentials)/\(name)")
        }
        let store =
            connection == nil
            ? "kind: sqlite" : "{ kind: postgres, connection: \"credential:connection\", node: \(node) }"
        func list(_ yaml: String) -> String {
            yaml.isEmpty ? " []" : "\n" + yaml.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n")
        }
        let text = """
            city: \(Fixtures.path("small-city"))
            listen: { public: "127.0.0.1:0", private: "127.0.0.1:0" }
            store: \(connection == nil ? "{ \(store) }" : store)
            keys: { master: "credential:master-key" }
            alerts: outbox
            channels:\(list(channels.replacing("{folder}", with: folder)))
            destinations:\(list(destinations.replacing("{folder}", with: folder)))
            """
        try Data(text.utf8).write(to: URL(filePath: folder + "/intake.yaml"))
    }

    var state: String { folder + "/state" }
    var publicURL: String { "http://127.0.0.1:\(life.withLock { $0?.publicPort ?? 0 })" }
    var privateURL: String { "http://127.0.0.1:\(life.withLock { $0?.privatePort ?? 0 })" }
    var pid: Int32 { life.withLock { $0?.process.processIdentifier ?? 0 } }

    /// The executable built beside this test bundle, or another build of it: `INTAKE_EXECUTABLE`. What is installed is
    /// optimised, and an optimiser has mistakes of its own.
    static let executable: String = {
        if let other = ProcessInfo.processInfo.environment["INTAKE_EXECUTABLE"] { return other }
        let bundle = URL(filePath: CommandLine.arguments.first ?? "")
        var folder = bundle.deletingLastPathComponent()
        while folder.path != "/" {
            let candidate = folder.appending(path: "intake").path
            if FileManager.default.isExecutableFile(atPath: candidate), !candidate.hasSuffix("/Sources/intake") {
                var isFolder: ObjCBool = false
                if unsafe FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder), !isFolder.boolValue
                {
                    return candidate
                }
            }
            folder.deleteLastPathComponent()
        }
        return "intake"
    }()

    var environment: [String: String] {
        ["CREDENTIALS_DIRECTORY": folder + "/credentials", "LANG": "zh_CN.UTF-8", "PATH": "/usr/bin:/bin"]
    }

    /// Starts it and waits until it is ready.
    func start(under tool: [String] = []) async throws {
        let (process, output) = try launch(under: tool)
        let line = await withCheckedContinuation { continuation in
            Thread { continuation.resume(returning: output.fileHandleForReading.availableData) }.start()
        }
        guard let ports = try? JSONDecoder().decode([String: Int].self, from: line), let out = ports["public"],
            let inside = ports["private"]
        else {
            process.waitUntilExit()
            throw Failed(text: "the gateway did not start (\(process.terminationStatus)): \(self.log)")
        }
        life.withLock { $0 = Life(process: process, publicPort: out, privatePort: inside) }
    }

    /// Starts it and kills it so soon, be it ready or not.
    func startAndKill(after moment: Duration) async throws {
        let (process, _) = try launch(under: [])
        try await Pause.short(milliseconds: Int(moment.wholeMilliseconds))
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    private func launch(under tool: [String]) throws -> (Process, Pipe) {
        let process = Process()
        let command =
            tool + [
                RunningGateway.executable, "serve", "--config", folder + "/intake.yaml", "--state", state,
                "--print-ports",
            ]
        process.executableURL = URL(filePath: command[0])
        process.arguments = Array(command.dropFirst())
        process.environment = environment
        let output = Pipe()
        process.standardOutput = output
        let log = folder + "/log"
        if !FileManager.default.fileExists(atPath: log) {
            _ = FileManager.default.createFile(atPath: log, contents: nil)
        }
        let error = FileHandle(forWritingAtPath: log)
        _ = try error?.seekToEnd()
        process.standardError = error
        try process.run()
        return (process, output)
    }

    /// What it logged so far.
    var log: String { (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? "" }

    /// Ends it by a signal and waits; gives its exit status.
    @discardableResult
    func stop(_ signal: Int32 = SIGTERM) -> Int32 {
        let process = life.withLock { life in
            defer { life = nil }
            return life?.process
        }
        guard let process else { return 0 }
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// Its exit status once it has ended by itself.
    var ended: Int32? {
        life.withLock { life in
            guard let process = life?.process, !process.isRunning else { return nil }
            return process.terminationStatus
        }
    }

    /// A command of the executable on the same configuration, not yet run.
    func process(
        _ arguments: [String], english: Bool = false, file: String? = nil, under tool: [String] = []
    ) -> Process {
        let process = Process()
        let command = tool + [RunningGateway.executable] + arguments
        process.executableURL = URL(filePath: command[0])
        process.arguments = command.dropFirst() + ["--config", file ?? folder + "/intake.yaml", "--state", state]
        var environment = environment
        if english { environment["LANG"] = "en_US.UTF-8" }
        process.environment = environment
        return process
    }

    /// Runs a command of the executable on the same configuration.
    func command(
        _ arguments: [String], english: Bool = false, file: String? = nil, under tool: [String] = []
    ) async throws -> (status: Int32, output: String) {
        let process = process(arguments, english: english, file: file, under: tool)
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let data = await withCheckedContinuation { continuation in
            Thread { continuation.resume(returning: pipe.fileHandleForReading.readDataToEndOfFile()) }.start()
        }
        process.waitUntilExit()
        let said = String(decoding: data, as: UTF8.self)
        // What is shown when it is asked for is not told unasked.
        if Set(arguments).isDisjoint(with: ["--reveal", "--raw", "explain", "add"]), try Planted.found(in: said) != [] {
            throw Failed(text: "\(arguments) tells an identity or a secret: \(said)")
        }
        return (process.terminationStatus, said)
    }

    func call(_ call: HTTPCall) async throws -> HTTPAnswer {
        var call = call
        call.plainAllowed = true
        call.egress = .anywhere
        call.keep = .memory(limit: 4 << 20)
        return try await network.call(call)
    }

    func get(_ path: String) async throws -> HTTPAnswer { try await call(HTTPCall(.get, publicURL + path)) }
    /// What a metric says of one label's value; nil where it is not there.
    func metric(_ name: String, _ label: String) async throws -> Double? {
        let text = String(decoding: try await inside("/metrics").body, as: UTF8.self)
        let line = text.split(separator: "\n").first { $0.hasPrefix("\(name){") && $0.contains("\"\(label)\"") }
        return line?.split(separator: " ").last.flatMap { Double($0) }
    }
    func inside(_ path: String) async throws -> HTTPAnswer { try await call(HTTPCall(.get, privateURL + path)) }

    /// Nothing that was handed in as an identity or a secret stands in log, metrics, ledger, files or work orders.
    func search(_ connection: String?) async throws {
        let metrics = String(decoding: try await inside("/metrics").body, as: UTF8.self)
        var found = try Planted.found(in: metrics).map { "metrics: \($0)" }
        found += try Planted.found(
            at: [folder + "/log"] + ["ledger.sqlite", "ledger.sqlite-wal", "blobs", "outbox"].map { "\(state)/\($0)" })
        if let connection { found += try Planted.found(inDatabase: connection) }
        guard found.isEmpty else {
            throw Failed(text: "identities or secrets where none may stand:\n" + found.joined(separator: "\n"))
        }
    }

    /// The books, which must balance after every end-to-end test.
    func books() async throws -> Books {
        let answer = try await inside("/books")
        return try JSONDecoder().decode(Books.self, from: Data(answer.body))
    }

    /// The folders handed over to a recipient so far, each with its JSON.
    func handedOver(to recipient: String) -> [(name: String, json: Data)] {
        let parent = state + "/outbox/" + recipient
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        return names.filter { !$0.hasPrefix(".") }.sorted().compactMap { name in
            for file in ["order.json", "recall.json", "receipt.json", "alert.json"] {
                if let json = FileManager.default.contents(atPath: "\(parent)/\(name)/\(file)") { return (name, json) }
            }
            return nil
        }
    }
}

/// The databases every end-to-end promise is tested on.
enum Backend: String, CaseIterable, Sendable { case sqlite, postgres }

/// Runs `body` with a started gateway; afterwards it is stopped, and its books must balance.
func withGateway(
    _ ledger: Backend, channels: String, destinations: String = "- { name: outbox, kind: folder, path: outbox }",
    prepare: (RunningGateway) throws -> Void = { _ in }, _ body: (RunningGateway) async throws -> Void
) async throws {
    try await withFolder { folder in
        func run(_ connection: String?) async throws {
            let gateway = try RunningGateway(
                folder: folder, ledger: ledger, connection: connection, channels: channels, destinations: destinations)
            try prepare(gateway)
            try await gateway.start()
            defer { gateway.stop(SIGKILL) }
            do { try await body(gateway) } catch {
                throw RunningGateway.Failed(text: "\(error)\n\(gateway.log.suffix(3000))")
            }
            let books = try await gateway.books()
            guard books.complaints.isEmpty else { throw RunningGateway.Failed(text: "\(books.complaints)") }
            try await gateway.search(connection)
        }
        try await on(ledger, run)
    }
}

/// Runs `body` when it is its turn, with the connection string of a database of its own if it is to be PostgreSQL.
func on(_ ledger: Backend, _ body: (_ connection: String?) async throws -> Void) async throws {
    try await Turns.gateways.take {
        switch ledger {
        case .sqlite: try await body(nil)
        case .postgres: try await withPostgres(empty: true) { try await body($0) }
        }
    }
}

/// Asks again, each time the event loop lets it, until the answer is there or the limit is reached.
func eventually<Answer>(
    within limit: Duration = .seconds(300), _ what: String, _ ask: () async throws -> Answer?
) async throws -> Answer {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
        if let answer = try await ask() { return answer }
        try await Pause.short()
    }
    throw RunningGateway.Failed(text: "did not happen within \(limit): \(what)")
}

/// A wait for another process to get on, bounded by the caller: 20 ms, or as many as said, on a timer of the kernel. Throws
/// once the test was given up.
enum Pause {
    static func short(milliseconds: Int = 20) async throws {
        try Task.checkCancellation()
        await withCheckedContinuation { continuation in
            DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(milliseconds)) { continuation.resume() }
        }
    }
}
