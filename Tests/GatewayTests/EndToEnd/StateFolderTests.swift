import Foundation
import Glibc
import Intake
import Testing

@testable import Gateway

@Suite("The state folder") struct StateFolderTests {
    @Test("a second daemon on the same folder is refused, and the first goes on")
    func second() async throws {
        try await withGateway(.sqlite, channels: "") { gateway in
            let (status, output) = try await gateway.command(["serve"])
            #expect(status == 75)
            #expect(output.contains("已有守护进程在运行"))
            #expect(try await gateway.inside("/readyz").status == 200)
        }
    }

    @Test("nothing in it can be read by everybody, whatever the umask was")
    func modes() async throws {
        try await withFolder { folder in
            let gateway = try RunningGateway(
                folder: folder, ledger: .sqlite, connection: nil, channels: HookSender.channel)
            try FileManager.default.createDirectory(atPath: gateway.state, withIntermediateDirectories: true)
            try await gateway.start(under: ["/bin/sh", "-c", "umask 0; exec \"$@\"", "sh"])
            defer { gateway.stop(SIGKILL) }
            _ = try await gateway.call(HookSender.call(gateway, id: "a", body: HookSender.report("东区临河街道路灯不亮")))
            _ = try await eventually("it is handed over") { gateway.handedOver(to: "lighting").first }
            let names = FileManager.default.enumerator(atPath: gateway.state)?.compactMap { $0 as? String } ?? []
            #expect(Set(names).isSuperset(of: ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"]))
            for name in names where !name.hasPrefix("outbox") {
                // What is gone by now can be read by nobody.
                guard let facts = try? FileManager.default.attributesOfItem(atPath: gateway.state + "/" + name) else {
                    continue
                }
                let mode = (facts[.posixPermissions] as? NSNumber)?.intValue ?? 0o777
                #expect(mode & 0o007 == 0, "\(name) has \(String(mode, radix: 8))")
            }
        }
    }

    @Test("a port that another program has is named, with what to do")
    func taken() async throws {
        try await withGateway(.sqlite, channels: "") { gateway in
            let port = gateway.privateURL.split(separator: ":").last ?? ""
            let copy = gateway.folder + "/taken.yaml"
            try String(contentsOfFile: gateway.folder + "/intake.yaml", encoding: .utf8)
                .replacing("private: \"127.0.0.1:0\"", with: "private: \"127.0.0.1:\(port)\"")
                .write(toFile: copy, atomically: true, encoding: .utf8)
            let (status, output) = try await Program.run(
                "env", "CREDENTIALS_DIRECTORY=\(gateway.folder)/credentials", "LANG=en_US.UTF-8",
                RunningGateway.executable, "serve", "--config", copy, "--state", gateway.folder + "/other")
            #expect(status == 1)
            // The reason comes first, and no work that was begun and cut off is told beside it.
            #expect(output.hasPrefix("127.0.0.1:\(port) cannot be listened on"), "\(output)")
            #expect(output.split(separator: "\n").count == 2 && !output.contains("cannot commit"), "\(output)")
        }
    }
}
