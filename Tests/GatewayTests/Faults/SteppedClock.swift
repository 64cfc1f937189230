import Foundation

/// A library of `Tests/Fixtures/servers` that takes the place of some calls of a process.
enum Preloaded {
    struct NotBuilt: Error {}

    /// What a process is started under that has it; `settings` are for the library.
    static func under(_ name: String, _ settings: [String: String], in folder: String) throws -> [String] {
        let library = "\(folder)/\(name).so"
        let compiler = try Process.run(
            URL(filePath: "/usr/bin/env"),
            arguments: ["clang", "-shared", "-fPIC", "-o", library, Fixtures.path("servers/\(name).c")])
        compiler.waitUntilExit()
        guard compiler.terminationStatus == 0 else { throw NotBuilt() }
        return ["/usr/bin/env", "LD_PRELOAD=\(library)"] + settings.map { "\($0)=\($1)" }
    }
}

/// A library that sets a process's clock apart from the machine's: see Tests/Fixtures/servers/stepped-clock.c.
enum SteppedClock {
    /// What a process is started under whose clock is ahead by the seconds that stand in `ahead`, a file.
    static func under(_ ahead: String, in folder: String) throws -> [String] {
        try Preloaded.under("stepped-clock", ["STEPPED_CLOCK": ahead], in: folder)
    }
}

/// A library under which writes and syncs fail by file: see Tests/Fixtures/servers/failing-disk.c.
struct FailingDisk {
    enum Call: String, CaseIterable, Sendable { case write, sync }

    private let orders: String
    let under: [String]

    init(in folder: String) throws {
        orders = folder + "/failing"
        try Data().write(to: URL(filePath: orders))
        under = try Preloaded.under("failing-disk", ["FAILING_DISK": orders], in: folder)
    }

    /// From now on such calls on files whose path begins so fail with this error.
    func fail(_ call: Call, _ path: String, _ error: Int32) throws {
        try Data("\(error) \(call.rawValue) \(path)\n".utf8).write(to: URL(filePath: orders), options: .atomic)
    }

    func heal() throws { try Data().write(to: URL(filePath: orders), options: .atomic) }
}
