import Foundation
import Intake
import Testing

@testable import Gateway

/// The API held against its own description by schemathesis: bodies, headers and parameters made from the schema and
/// against it, other methods, missing keys, chains of calls by the links it gives.
@Suite("The API is as it says") struct SchemaTests {
    private static let checks = [
        "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
        "response_headers_conformance", "ignored_auth",
    ]

    @Test("no call ends in an error of the server or in an answer that is not described", arguments: Backend.allCases)
    func described(ledger: Backend) async throws {
        try await withGateway(ledger, channels: APICaller.channel) { gateway in
            let caller = try await APICaller(gateway)
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments =
                [
                    "python3", "-c", "from schemathesis.cli import schemathesis; schemathesis()", "run",
                    gateway.publicURL + Path.openAPI.text, "--header", "Authorization: Bearer \(caller.secret)",
                    "--checks", Self.checks.joined(separator: ","), "--max-examples", "\(Proof.runs(20, prove: 500))",
                    "--seed", "\(Proof.seed)", "--no-color",
                ]
            process.currentDirectoryURL = URL(filePath: gateway.folder)
            let pipe = Pipe()
            process.standardOutput = pipe
            process.standardError = pipe
            try process.run()
            let said = await withCheckedContinuation { continuation in
                Thread { continuation.resume(returning: pipe.fileHandleForReading.readDataToEndOfFile()) }.start()
            }
            process.waitUntilExit()
            let words = String(decoding: said, as: UTF8.self)
            #expect(process.terminationStatus == 0, "\(words.suffix(4000))")
            #expect(words.contains("3 selected"), "\(words.suffix(4000))")
            #expect(try await gateway.books().tickets > 0)
        }
    }
}
