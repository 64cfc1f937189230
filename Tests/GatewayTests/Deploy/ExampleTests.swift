import Foundation
import Testing

@testable import Gateway

/// The configurations and the city that come with the daemon.
@Suite struct ExampleTests {
    @Test(
        "both configurations are good, with the example city and secrets made for trying out",
        arguments: ["config/intake.yaml", "config/complete.yaml"]) func check(name: String) async throws
    {
        try await withFolder { folder in
            let file = Program.path(name)
            #expect(try await Program.run(Program.path("deploy/secrets"), file, folder).status == 0)
            let checked = try await Program.run(
                "env", "CREDENTIALS_DIRECTORY=\(folder)", "LANG=en_US.UTF-8", RunningGateway.executable, "check",
                "--config", file, "--state", folder + "/state")
            #expect(checked.status == 0, "\(checked.output)")
            #expect(checked.output.contains("configuration is good"))
        }
    }

    @Test("the complete configuration shows every kind of adapter there is") func kinds() throws {
        let text = try String(contentsOfFile: Program.path("config/complete.yaml"), encoding: .utf8)
        for kind in Registry.channels.map({ $0.kind }) + Registry.dispatchers.map({ $0.kind }) {
            #expect(text.contains("kind: \(kind)\n"), "\(kind)")
        }
    }

    @Test("the demonstration sends reports through every way in, and each is handed over") func demo() async throws {
        try await on(.sqlite) { _ in
            try await withFolder { folder in
                let (complete, secrets) = (Program.path("config/complete.yaml"), folder + "/credentials")
                try FileManager.default.createDirectory(atPath: secrets, withIntermediateDirectories: true)
                #expect(try await Program.run(Program.path("deploy/secrets"), complete, secrets).status == 0)
                let (status, output) = try await Program.run(
                    "env", "CREDENTIALS_DIRECTORY=\(secrets)", "python3", Program.path("deploy/demo"),
                    RunningGateway.executable, folder, "--once")
                #expect(status == 0, "\(output)")
                #expect(output.contains("12 条送入 sent, 12 张工单 tickets"), "\(output)")
                #expect(!output.contains("pending") && !output.contains("held"), "\(output)")
            }
        }
    }

    @Test("what intake example prints says everything in Chinese first and in English after") func languages() {
        let examples =
            Registry.channels.map { ($0.kind, $0.example) } + Registry.dispatchers.map { ($0.kind, $0.example) }
        for (kind, example) in examples {
            var comment = ""
            for line in (example + "\n").split(separator: "\n", omittingEmptySubsequences: false) {
                let text = line.trimmingCharacters(in: .whitespaces)
                // A setting that is commented out says nothing.
                if text.hasPrefix("#"), text.wholeMatch(of: #/# [a-z-]+: (\[.*\]|\S+)/#) == nil {
                    comment += text
                    continue
                }
                defer { comment = "" }
                guard !comment.isEmpty, let english = comment.firstMatch(of: #/[A-Za-z]+ [a-z]+ /#) else {
                    #expect(comment.isEmpty, "\(kind): \(comment)")
                    continue
                }
                #expect(comment[..<english.range.lowerBound].contains(/\p{Han}/), "\(kind): \(comment)")
            }
        }
    }

    @Test("the configuration one starts with needs no server but its own, and no secret the package does not make")
    func alone() throws {
        let text = try String(contentsOfFile: Program.path("config/intake.yaml"), encoding: .utf8)
            .split(separator: "\n").filter { !$0.trimmingPrefix { $0 == " " }.hasPrefix("#") }.joined(separator: "\n")
        #expect(!text.contains(/kind: (imap|smtp|http|wechat-oa|postgres)\b/))
        #expect(!text.contains(/(host|url):/))
        let postinst = try String(contentsOfFile: Program.path("deploy/debian/postinst"), encoding: .utf8)
        for secret in text.matches(of: /credential:([a-z-]+)/) {
            #expect(postinst.contains("\nmake \(secret.output.1) "), "\(secret.output.1)")
        }
    }
}
