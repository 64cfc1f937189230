import Foundation
import Intake
import Testing

@testable import Gateway

@Suite("The doctor looks outside") struct DoctorTests {
    /// A certificate for localhost of so many days, made with openssl.
    private func certificate(days: Int, in folder: String) throws -> [String] {
        let files = [folder + "/soon.pem", folder + "/soon.key"]
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost"
            .split(separator: " ").map(String.init)
            + ["-days", "\(days)", "-addext", "subjectAltName=DNS:localhost", "-out", files[0], "-keyout", files[1]]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return files
    }

    @Test("a name nobody knows and a certificate that ends soon are found, each with what to do")
    func outside() async throws {
        try await withFolder { folder in
            let files = try certificate(days: 10, in: folder)
            let server = try ServerProcess("http_receiver.py", files)
            defer { server.end() }
            let port = try await server.next(ServerProcess.Ready<Int>.self).ready
            func destination(_ name: String, _ url: String, ca: Bool = true) -> String {
                """
                - name: \(name)
                  kind: http
                  url: \(url)
                  \(ca ? "ca-file: \(files[0])" : "# Only what the system believes.")
                  networks: [127.0.0.0/8, "::1/128"]
                  secrets: ["credential:hook-secret"]
                """
            }
            let destinations = [
                "- { name: outbox, kind: folder, path: outbox }",
                destination("soon", "https://localhost:\(port)/status/200"),
                destination("nowhere", "https://no-such-host.invalid/"),
                destination("own", "https://localhost:\(port)/status/200", ca: false),
            ]
            try await withGateway(
                .sqlite, channels: HookSender.channel, destinations: destinations.joined(separator: "\n")
            ) { gateway in
                let found = try await gateway.lines(DoctorLine.self, ["doctor"], file: try gateway.fileWithPort())
                #expect(found.status == 1)
                let certificate = try #require(
                    found.lines.first { $0.words.en.hasPrefix("the certificate of localhost") })
                #expect(certificate.level == "notice" && certificate.words.en.contains("soon"))
                #expect(certificate.words.en.contains("in 9 days") && certificate.mend != nil, "\(certificate)")
                let name = try #require(
                    found.lines.first { $0.words.en.contains("no-such-host.invalid cannot be resolved (nowhere)") })
                #expect(name.level == "serious" && name.mend?.en.contains("getent hosts") == true)
                // A city's own authority is nothing that the other side could renew.
                let own = try #require(found.lines.first { $0.words.en.hasPrefix("destination own") })
                #expect(own.words.en.contains("ca-file") && own.words.zh.contains("ca-file"), "\(own)")
                #expect(
                    found.lines.filter { $0.level == "not-looked-at" }.map(\.words.en) == [
                        "not looked at: the certificate of no-such-host.invalid (nowhere cannot be reached)",
                        "not looked at: the certificate of localhost (own cannot be reached)",
                    ])
                #expect(!found.lines.contains { $0.words.en.contains("clock") && $0.level != "well" })
                #expect(found.lines.contains { $0.level == "well" && $0.words.en == "no destination is left alone" })
            }
        }
    }
}
