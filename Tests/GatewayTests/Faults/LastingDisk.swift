import Foundation

/// A disk that is there for one gateway, and stays when that ends: mounted where only processes see it that are started
/// under it.
final class LastingDisk {
    struct NotMounted: Error {}

    private let keeper = Process()
    private let leash = Pipe()
    private let place: String

    /// Mounts it at `place` by `mount`, a line of shell in which "$0" is the place.
    init(_ mount: String, at place: String) throws {
        self.place = place
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        let own = geteuid() == 0 ? ["-m"] : ["-r", "-m"]
        keeper.executableURL = URL(filePath: "/usr/bin/unshare")
        keeper.arguments = own + ["/bin/sh", "-c", "\(mount) && echo mounted && exec cat", place]
        let said = Pipe()
        keeper.standardInput = leash
        keeper.standardOutput = said
        try keeper.run()
        guard said.fileHandleForReading.availableData == Data("mounted\n".utf8) else { throw NotMounted() }
    }

    /// A tmpfs of so many MiB.
    static func memory(_ megabytes: Int, at place: String) throws -> LastingDisk {
        try LastingDisk("mount -t tmpfs -o size=\(megabytes)m,mode=700 tmpfs \"$0\"", at: place)
    }

    deinit {
        try? leash.fileHandleForWriting.close()
        keeper.waitUntilExit()
    }

    /// What a process is started under that sees it.
    var under: [String] {
        let own = geteuid() == 0 ? ["-m"] : ["-U", "-m", "--preserve-credentials"]
        return ["/usr/bin/nsenter", "-t", "\(keeper.processIdentifier)"] + own + ["--"]
    }

    /// Where it is seen from outside.
    var path: String { "/proc/\(keeper.processIdentifier)/root" + place }

    /// Runs a command that sees it; gives its status.
    func run(_ command: [String]) async throws -> Int32 {
        let process = Process()
        process.executableURL = URL(filePath: under[0])
        process.arguments = Array(under.dropFirst()) + command
        try process.run()
        await withCheckedContinuation { continuation in
            Thread {
                process.waitUntilExit()
                continuation.resume()
            }.start()
        }
        return process.terminationStatus
    }

    /// Takes all the room there is; what is given lets it go again.
    func fill() throws -> Filling {
        let filler = path + "/filler"
        _ = FileManager.default.createFile(atPath: filler, contents: nil)
        guard let handle = FileHandle(forWritingAtPath: filler) else { throw NotMounted() }
        for size in [1 << 20, 1 << 12, 1] {
            while (try? handle.write(contentsOf: Data(repeating: 1, count: size))) != nil {}
        }
        return Filling(path: filler, handle: handle)
    }

    struct Filling {
        fileprivate let path: String
        fileprivate let handle: FileHandle
        func remove() throws {
            try handle.close()
            try FileManager.default.removeItem(atPath: path)
        }
    }
}
