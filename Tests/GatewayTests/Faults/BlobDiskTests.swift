import Foundation
import Intake
import Testing

@testable import Gateway

/// Rule 9 for the files beside the ledger.
@Suite("The disk of the files fails", .timeLimit(Proof.limit)) struct BlobDiskTests {
    private static let body = HookSender.report(String(repeating: "路灯不亮", count: 10_000))

    private func withGateway(_ body: (RunningGateway, _ blobs: String) async throws -> Void) async throws {
        try await withFolder { folder in
            let gateway = try RunningGateway(
                folder: folder, ledger: .sqlite, connection: nil, channels: HookSender.channel)
            let blobs = gateway.state + "/blobs"
            for path in [gateway.state, blobs] {
                try FileManager.default.createDirectory(
                    atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            }
            defer { gateway.stop(SIGKILL) }
            do { try await body(gateway, blobs) } catch {
                throw RunningGateway.Failed(text: "\(error)\n\(gateway.log.suffix(3000))")
            }
        }
    }

    @Test(
        "once no file can be kept the daemon ends with 74, before one comes or with the first",
        arguments: [false, true])
    func closed(comes: Bool) async throws {
        try await withGateway { gateway, blobs in
            try await gateway.start(under: OwnDisk.empty(blobs))
            let kept = try await gateway.call(HookSender.call(gateway, id: "kept", body: Self.body))
            #expect(kept.status == 200)
            #expect(try await gateway.inside("/readyz").status == 200)
            try await OwnDisk.close(blobs, of: gateway.pid)
            if comes {
                let refused = try? await gateway.call(HookSender.call(gateway, id: "refused", body: Self.body))
                #expect(refused?.status != 200)
            }
            let status = try await eventually("the daemon ends by itself") { gateway.ended }
            #expect(status == 74)
        }
    }

    @Test("it does not start where no file can be kept, and the doctor says so")
    func shut() async throws {
        try await withGateway { gateway, blobs in
            try await gateway.start()
            #expect(gateway.stop() == 0)
            let disk = OwnDisk.readOnly(blobs)
            let failed = await #expect(throws: RunningGateway.Failed.self) { try await gateway.start(under: disk) }
            #expect(failed?.text.contains("did not start (74)") == true, "\(failed?.text ?? "")")
            let found = try await gateway.lines(DoctorLine.self, ["doctor"], under: disk)
            let finding = found.lines.first { $0.words.en.contains("or its blobs cannot be written") }
            #expect(finding?.level == "serious")
            #expect(finding?.mend?.en.contains("remount,rw") == true, "\(found.output)")
        }
    }
}
