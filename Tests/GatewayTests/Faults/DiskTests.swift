import Crypto
import Foundation
import Intake
import Servers
import Synchronization
import Testing

@testable import Gateway

/// Rule 9: what the kernel says of the disk is believed at once. The errors are injected into the daemon's own system
/// calls on the ledger and on its log.
@Suite("The disk of the ledger fails", .timeLimit(Proof.limit)) struct DiskTests {
    struct Fault: CustomTestStringConvertible {
        var calls: String
        var error: String
        var file = "ledger.sqlite-wal"
        var testDescription: String { "\(error) from \(calls) on \(file)" }

        /// The log is written at each commit; the ledger is when the log is full.
        static let ledger = "ledger.sqlite"
        var isLate: Bool { file == Fault.ledger }
    }

    private static func under(_ fault: Fault, when: String, _ gateway: RunningGateway) -> [String] {
        [
            "/usr/bin/strace", "-D", "-f", "-qq", "-o", "/dev/null", "-P", "\(gateway.state)/\(fault.file)", "-e",
            "trace=\(fault.calls)", "-e", "inject=\(fault.calls):error=\(fault.error):when=\(when)",
        ]
    }

    /// Runs `body` with a daemon started under the fault; before that once without, so that the log is there.
    private func failing(
        _ fault: Fault, when: String, _ body: (RunningGateway, Senders) async throws -> Void
    ) async throws {
        try await withFolder { folder in
            let gateway = try RunningGateway(
                folder: folder, ledger: .sqlite, connection: nil, channels: HookSender.channel)
            try await gateway.start()
            #expect(gateway.stop() == 0)
            try await gateway.start(under: Self.under(fault, when: when, gateway))
            defer { gateway.stop(SIGKILL) }
            // Reports so large that the log is soon full.
            let filling = fault.isLate ? String(repeating: "夜里很暗", count: 2500) : ""
            try await body(gateway, Senders(gateway: gateway, filling: filling))
        }
    }

    @Test(
        "after an error of the disk nothing is acknowledged any more, the daemon ends with 74, and all that was is there",
        arguments: [
            Fault(calls: "pwrite64", error: "EIO"), Fault(calls: "fdatasync,fsync", error: "EIO"),
            // What writes get once the kernel has turned a failing disk read-only.
            Fault(calls: "pwrite64", error: "EROFS"), Fault(calls: "pwrite64", error: "EIO", file: Fault.ledger),
            Fault(calls: "fdatasync,fsync", error: "EIO", file: Fault.ledger),
        ])
    func broken(fault: Fault) async throws {
        var random = SplitMix(state: Proof.seed)
        let runs = Proof.runs(1, prove: 20)
        var (acknowledged, missing, twice) = (0, 0, 0)
        for _ in 0..<runs {
            // The ledger is written at the start, a little, and from then on when the log is full: synced once each time.
            let moment =
                !fault.isLate
                ? 40 + Int(random.next() % 200) : fault.calls == "pwrite64" ? 20 + Int(random.next() % 2000) : 2
            try await failing(fault, when: "\(moment)+") { gateway, senders in
                await senders.send { _ in false }
                let status = try await eventually("the daemon ends by itself") { gateway.ended }
                #expect(status == 74)
                try await gateway.start()
                let (lost, doubled) = try await senders.lost()
                #expect(lost == 0 && doubled == 0)
                #expect(try await gateway.command(["audit", "verify"]).status == 0)
                acknowledged += senders.oracle.count
                (missing, twice) = (missing + lost, twice + doubled)
            }
        }
        Proof.row(
            "disk: \(fault.testDescription)", runs: runs, acknowledged: acknowledged, lost: missing, doubled: twice)
    }

    @Test(
        "an error of the sync of a file's folder ends the daemon with 74; sent again after the start, it is kept anew")
    func folder() async throws {
        try await withFolder { folder in
            let gateway = try RunningGateway(
                folder: folder, ledger: .sqlite, connection: nil, channels: HookSender.channel)
            let body = HookSender.report(String(repeating: "路灯不亮", count: 10_000))
            let keys = try Keys(master: Data(repeating: 7, count: 32))
            let name = keys.blobID(SHA256.hash(data: Data(body.utf8)), of: "").hex
            let part = gateway.state + "/blobs/\(name.prefix(2))"
            try await gateway.start()
            gateway.stop()
            try FileManager.default.createDirectory(
                atPath: part, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            try await gateway.start(under: [
                "/usr/bin/strace", "-D", "-f", "-qq", "-o", "/dev/null", "-P", part, "-e", "trace=fsync", "-e",
                "inject=fsync:error=EIO:when=1",
            ])
            let refused = try? await gateway.call(HookSender.call(gateway, id: "large", body: body))
            #expect(refused?.status != 200)
            let status = try await eventually("the daemon ends by itself") { gateway.ended }
            #expect(status == 74)
            try await gateway.start()
            defer { gateway.stop(SIGKILL) }
            #expect(try await gateway.call(HookSender.call(gateway, id: "large", body: body)).status == 200)
            #expect(try await gateway.books().tickets == 1)
            #expect(FileManager.default.fileExists(atPath: part + "/" + name))
        }
    }

    @Test(
        "while the disk is full senders are told to come back, and once there is room the same daemon takes reports",
        arguments: [
            (Fault(calls: "pwrite64", error: "ENOSPC"), "60..120"),
            (Fault(calls: "pwrite64", error: "ENOSPC", file: Fault.ledger), "20..22"),
        ])
    func full(fault: Fault, when: String) async throws {
        try await failing(fault, when: when) { _, senders in
            let refused = Mutex((count: 0, after: 0))
            await senders.send { status in
                #expect(status == 200 || status == 503)
                return refused.withLock { refused in
                    if status == 503 { refused.count += 1 } else if refused.count > 0 { refused.after += 1 }
                    return refused.after > 20
                }
            }
            #expect(refused.withLock { $0.count } > 0)
            let (lost, doubled) = try await senders.lost()
            #expect(lost == 0 && doubled == 0)
            Proof.row(
                "disk: \(fault.testDescription)", runs: 1, acknowledged: senders.oracle.count, lost: lost,
                doubled: doubled)
        }
    }

    @Test("while the ledger has no room for its log the daemon stays up, is not ready, and the log grows no more")
    func grows() async throws {
        try await failing(Fault(calls: "pwrite64", error: "ENOSPC", file: Fault.ledger), when: "20+") {
            gateway, senders in
            await senders.send { status in status == 503 }
            #expect(try await gateway.inside("/readyz").status == 503)
            let log = gateway.state + "/ledger.sqlite-wal"
            func length() throws -> Int {
                try FileManager.default.attributesOfItem(atPath: log)[.size] as? Int ?? 0
            }
            let before = try length()
            let told = Mutex(0)
            await senders.send { status in
                #expect(status == 503)
                return told.withLock { told in
                    told += 1
                    return told > 400
                }
            }
            #expect(try length() == before && gateway.ended == nil)
            gateway.stop(SIGKILL)
            try await gateway.start()
            #expect(try await senders.lost() == (0, 0))
        }
    }

    @Test(
        "remounted read-only under the daemon, the disk keeps what was acknowledged, and the daemon ends with 74",
        .enabled(if: geteuid() == 0, "a disk of one's own is made by root"))
    func remounted() async throws {
        try await withFolder { folder in
            let gateway = try RunningGateway(
                folder: folder, ledger: .sqlite, connection: nil, channels: HookSender.channel)
            // Larger than the floor; a file with holes.
            let image = folder + "/disk"
            let make = try Process.run(
                URL(filePath: "/usr/bin/env"),
                arguments: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "mkfs.ext4", "-q", image, "1G"])
            make.waitUntilExit()
            #expect(make.terminationStatus == 0)
            let disk = try LastingDisk("mount -o loop '\(image)' \"$0\"", at: gateway.state)
            try await gateway.start(under: disk.under)
            defer { gateway.stop(SIGKILL) }
            let senders = Senders(gateway: gateway)
            async let reports: Void = senders.send { _ in false }
            _ = try await eventually("some are acknowledged") { senders.oracle.count > 20 ? true : nil }
            // As the kernel does it when it finds the disk broken: at once, whoever has files open (ext4(5), `abort`).
            #expect(try await disk.run(["/usr/bin/mount", "-o", "remount,abort", gateway.state]) == 0)
            await reports
            #expect(try await eventually("the daemon ends by itself") { gateway.ended } == 74)
            // It does not come up on such a disk either.
            await #expect(throws: RunningGateway.Failed.self) { try await gateway.start(under: disk.under) }
            #expect(try await disk.run(["/usr/bin/umount", gateway.state]) == 0)
            #expect(try await disk.run(["/usr/bin/mount", "-o", "loop", image, gateway.state]) == 0)
            try await gateway.start(under: disk.under)
            let missing = try await senders.missing()
            #expect(missing == 0)
            Proof.row(
                "disk: remounted read-only", runs: 1, acknowledged: senders.oracle.count, lost: missing, doubled: 0)
        }
    }
}
