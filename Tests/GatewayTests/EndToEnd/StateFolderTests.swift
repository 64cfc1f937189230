import Foundation
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
