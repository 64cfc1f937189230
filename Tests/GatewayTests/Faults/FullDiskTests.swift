import Foundation
import Intake
import Testing

@testable import Gateway

/// A state folder on a disk of its own, small enough to be filled.
@Suite("The disk fills up", .timeLimit(Proof.limit)) struct FullDiskTests {
    /// Runs `body` with a daemon whose state folder is a disk of so many MiB.
    private func withDisk(
        _ megabytes: Int, floor: String, _ body: (RunningGateway, LastingDisk) async throws -> Void
    ) async throws {
        try await withFolder { folder in
            let gateway = try RunningGateway(
                folder: folder, ledger: .sqlite, connection: nil, channels: HookSender.channel)
            let file = URL(filePath: folder + "/intake.yaml")
            let text = try String(contentsOf: file, encoding: .utf8)
                .replacing("store: { kind: sqlite }", with: "store: { kind: sqlite, floor: \(floor) }")
            try Data(text.utf8).write(to: file)
            let disk = try LastingDisk.memory(megabytes, at: gateway.state)
            try await gateway.start(under: disk.under)
            defer { gateway.stop(SIGKILL) }
            do { try await body(gateway, disk) } catch {
                throw RunningGateway.Failed(text: "\(error)\n\(gateway.log.suffix(3000))")
            }
        }
    }

    private func ready(_ gateway: RunningGateway, _ status: Int) async throws {
        _ = try await eventually("readyz says \(status)") {
            try await gateway.inside("/readyz").status == status ? true : nil
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

    @Test("the floor acts at once when the room goes all of a sudden, though the log has room for thousands more")
    func sudden() async throws {
        try await withDisk(48, floor: "1MiB") { gateway, disk in
            let senders = Senders(gateway: gateway)
            await senders.send { _ in senders.oracle.count > 20 }
            let filling = try disk.fill()
            let before = senders.oracle.count
            await senders.send { status in status == 503 || senders.oracle.count > before + 1000 }
            #expect(senders.oracle.count - before < 300)
            try await ready(gateway, 503)
            try filling.remove()
            try await ready(gateway, 200)
            #expect(try await senders.missing() == 0)
        }
    }

    @Test("a full disk rolls back and says 503; with room again the same daemon goes on and nothing was lost")
    func filled() async throws {
        // No floor that would act first.
        try await withDisk(32, floor: "0B") { gateway, disk in
            let senders = Senders(gateway: gateway)
            await senders.send { _ in senders.oracle.count > 20 }
            let filling = try disk.fill()
            await senders.send { status in status == 503 }
            let sent = senders.oracle.count
            // A probe is a smaller commit than a group of reports, and takes the last room there is.
            try await ready(gateway, 503)
            try filling.remove()
            try await ready(gateway, 200)
            await senders.send { _ in senders.oracle.count > sent + 20 }
            #expect(try await senders.missing() == 0)
        }
    }

    @Test("killed and started on a full disk it comes up, is not ready, and goes on by itself once there is room")
    func started() async throws {
        try await withDisk(32, floor: "0B") { gateway, disk in
            let senders = Senders(gateway: gateway)
            await senders.send { _ in senders.oracle.count > 20 }
            let filling = try disk.fill()
            gateway.stop(SIGKILL)
            try await gateway.start(under: disk.under)
            try await ready(gateway, 503)
            let refused = try await gateway.call(
                HookSender.call(gateway, id: "a", body: HookSender.report("路灯不亮")))
            #expect(refused.status == 503)
            try filling.remove()
            try await ready(gateway, 200)
            #expect(try await senders.missing() == 0)
            #expect(gateway.stop() == 0)
        }
    }
}
