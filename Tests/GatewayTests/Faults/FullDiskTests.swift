import Foundation
import Intake
import Testing

@testable import Gateway

/// A state folder on a disk of its own, small enough to be filled: a tmpfs that only the daemon sees.
@Suite("The disk fills up") struct FullDiskTests {
    /// Runs `body` with a daemon whose state folder is a disk of so many MiB; `disk` is the path by which it is seen
    /// from outside.
    private func withDisk(
        _ megabytes: Int, floor: String, _ body: (RunningGateway, _ disk: String) async throws -> Void
    ) async throws {
        try await withFolder { folder in
            let gateway = try RunningGateway(
                folder: folder, ledger: .sqlite, connection: nil, channels: HookSender.channel)
            let file = URL(filePath: folder + "/intake.yaml")
            let text = try String(contentsOf: file, encoding: .utf8)
                .replacing("store: { kind: sqlite }", with: "store: { kind: sqlite, floor: \(floor) }")
            try Data(text.utf8).write(to: file)
            try FileManager.default.createDirectory(atPath: gateway.state, withIntermediateDirectories: true)
            let mount = "mount -t tmpfs -o size=\(megabytes)m,mode=700 tmpfs \"$0\" && exec \"$@\""
            let own = geteuid() == 0 ? ["-m"] : ["-r", "-m"]
            try await gateway.start(under: ["/usr/bin/unshare"] + own + ["/bin/sh", "-c", mount, gateway.state])
            defer { gateway.stop(SIGKILL) }
            do { try await body(gateway, "/proc/\(gateway.pid)/root" + gateway.state) } catch {
                throw RunningGateway.Failed(text: "\(error)\n\(gateway.log.suffix(3000))")
            }
        }
    }

    @Test("below the floor of free space senders are told to come back before the disk is full")
    func floor() async throws {
        try await withDisk(32, floor: "1GiB") { gateway, _ in
            let answer = try await gateway.call(
                HookSender.call(gateway, id: "a", body: HookSender.report("路灯不亮")))
            #expect(answer.status == 503)
            #expect(answer.headers.contains { $0.name.lowercased() == "retry-after" })
            #expect(try await gateway.inside("/readyz").status == 503)
        }
    }

    @Test("a full disk rolls back and says 503; with room again the same daemon goes on and nothing was lost")
    func filled() async throws {
        try await withDisk(24, floor: "1KiB") { gateway, disk in
            let senders = Senders(gateway: gateway)
            let filler = disk + "/filler"
            await senders.send { _ in senders.oracle.count > 20 }
            // Takes all the room there is, then a little more as the senders go on.
            _ = FileManager.default.createFile(atPath: filler, contents: nil)
            let handle = try #require(FileHandle(forWritingAtPath: filler))
            for size in [1 << 20, 1 << 12] {
                while (try? handle.write(contentsOf: Data(repeating: 1, count: size))) != nil {}
            }
            await senders.send { status in status == 503 }
            let sent = senders.oracle.count
            // A probe is a smaller commit than a group of reports, and takes the last room there is.
            _ = try await eventually("it is not ready") {
                try await gateway.inside("/readyz").status == 503 ? true : nil
            }
            try handle.close()
            try FileManager.default.removeItem(atPath: filler)
            _ = try await eventually("it is ready again") {
                try await gateway.inside("/readyz").status == 200 ? true : nil
            }
            await senders.send { _ in senders.oracle.count > sent + 20 }
            let before = try await gateway.books()
            #expect(before.complaints.isEmpty)
            #expect(before.tickets >= senders.oracle.count)
        }
    }
}
