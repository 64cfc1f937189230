import Foundation

/// A server of the tests as a child process, which tells what happens to it as JSON lines on its standard output and
/// ends when its standard input closes, so that none outlives the tests.
final class ServerProcess: Sendable {
    struct Failed: Error { var text: String }

    /// The first line of every server.
    struct Ready<Value: Decodable>: Decodable { var ready: Value }

    private let process = Process()
    private let input: FileHandle
    private let events: AsyncStream<Data>

    /// Starts Tests/Fixtures/servers/`script` with python3.
    init(_ script: String, _ arguments: [String]) throws {
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", Fixtures.path("servers/\(script)")] + arguments
        let (output, entry) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardInput = entry
        input = entry.fileHandleForWriting
        let (events, told) = AsyncStream.makeStream(of: Data.self)
        self.events = events
        try process.run()
        let reader = output.fileHandleForReading.fileDescriptor
        let thread = Thread {
            var rest = Data()
            var room = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let count = unsafe read(reader, &room, room.count)
                guard count > 0 else { break }
                rest.append(contentsOf: room[..<count])
                while let end = rest.firstIndex(of: 10) {
                    told.yield(Data(rest[..<end]))
                    rest = Data(rest[(end + 1)...])
                }
            }
            told.finish()
            withExtendedLifetime(output) {}
        }
        thread.start()
    }

    /// The next event of this form; others before it are left out. Throws when the server ends first.
    func next<Event: Decodable>(_ form: Event.Type) async throws -> Event {
        for await line in events {
            if let event = try? JSONDecoder().decode(form, from: line) { return event }
        }
        throw Failed(text: "the test server ended; is its program installed?")
    }

    func tell(_ line: String) throws { try input.write(contentsOf: Data((line + "\n").utf8)) }

    /// Closes the input and waits for the end.
    func end() {
        try? input.close()
        process.waitUntilExit()
    }
}

/// Paths of Tests/Fixtures.
enum Fixtures {
    static func path(_ name: String, file: String = #filePath) -> String {
        let tests = URL(filePath: file).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return tests.appending(path: "Fixtures/\(name)").path
    }
    static func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: path(name)))) }
}

/// A folder of its own for one test, removed after it.
func withFolder<Answer>(_ body: (String) async throws -> Answer) async throws -> Answer {
    let folder = FileManager.default.temporaryDirectory.appending(path: "intake-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
        at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder.path)
}
