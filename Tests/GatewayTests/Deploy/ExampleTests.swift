import Foundation
import Testing

@testable import Gateway

/// The configuration and the city that come with the daemon.
@Suite struct ExampleTests {
    @Test("the example configuration is good, with the example city and secrets made for trying out")
    func check() async throws {
        try await withFolder { folder in
            let file = Program.path("config/intake.yaml")
            #expect(try Program.run(Program.path("deploy/secrets"), file, folder).status == 0)
            let checked = try Program.run(
                "env", "CREDENTIALS_DIRECTORY=\(folder)", "LANG=en_US.UTF-8", RunningGateway.executable, "check",
                "--config", file, "--state", folder + "/state")
            #expect(checked.status == 0, "\(checked.output)")
            #expect(checked.output.contains("configuration is good"))
        }
    }

    @Test("the example configuration shows every kind of adapter there is") func kinds() throws {
        let text = try String(contentsOfFile: Program.path("config/intake.yaml"), encoding: .utf8)
        for kind in Registry.channels.map({ $0.kind }) + Registry.dispatchers.map({ $0.kind }) {
            #expect(text.contains("kind: \(kind)\n"), "\(kind)")
        }
    }
}
