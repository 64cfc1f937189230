import Foundation

/// A library that sets a process's clock apart from the machine's: see Tests/Fixtures/servers/stepped-clock.c.
enum SteppedClock {
    struct NotBuilt: Error {}

    /// What a process is started under whose clock is ahead by the seconds that stand in `ahead`, a file.
    static func under(_ ahead: String, in folder: String) throws -> [String] {
        let library = folder + "/stepped-clock.so"
        let compiler = try Process.run(
            URL(filePath: "/usr/bin/env"),
            arguments: ["clang", "-shared", "-fPIC", "-o", library, Fixtures.path("servers/stepped-clock.c")])
        compiler.waitUntilExit()
        guard compiler.terminationStatus == 0 else { throw NotBuilt() }
        return ["/usr/bin/env", "LD_PRELOAD=\(library)", "STEPPED_CLOCK=\(ahead)"]
    }
}
