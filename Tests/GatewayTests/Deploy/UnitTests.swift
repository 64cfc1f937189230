import Foundation
import Testing

/// The systemd units as the service manager itself judges them.
@Suite struct UnitTests {
    @Test("the sandbox of the service is 2.0 or better") func sandbox() async throws {
        let judged = try await Program.run(
            "systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=20",
            Program.path("deploy/systemd/intake.service"))
        #expect(judged.status == 0, "\(judged.output.suffix(400))")
        #expect(judged.output.contains("Overall exposure level for intake.service"))
    }

    @Test(
        "the service manager understands every line of a unit",
        arguments: ["intake.service", "intake.socket", "intake-private.socket"]) func lines(unit: String) async throws
    {
        let judged = try await Program.run("systemd-analyze", "verify", Program.path("deploy/systemd/\(unit)"))
        // What is not installed here is no mistake of the unit.
        let complaints = judged.output.split(separator: "\n").filter {
            $0.contains("intake") && !$0.contains("is not executable: No such file or directory")
        }
        #expect(complaints.isEmpty, "\(complaints)")
    }

    @Test("pauses between restarts grow, and are forgotten after quiet minutes or an orderly stop") func pauses()
        async throws
    {
        try await withFolder { folder in
            // A sleep that only says how long it would have been.
            let sleep = folder + "/sleep"
            try "#!/bin/sh\necho \"$1\"\n".write(toFile: sleep, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: sleep)
            func pause(after result: String = "") async throws -> String {
                try await Program.run(
                    "sh", "-c", "PATH=\"$1:$PATH\" RUNTIME_DIRECTORY=\"$1\" SERVICE_RESULT=\"$3\" exec \"$2\"", "sh",
                    folder, Program.path("deploy/systemd/pause"), result
                ).output.trimmingCharacters(in: .newlines)
            }
            var pauses: [String] = []
            for _ in 0..<9 { pauses.append(try await pause()) }
            #expect(pauses == ["0", "1", "2", "4", "8", "16", "32", "64", "64"])
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -3600)], ofItemAtPath: folder + "/restarts")
            #expect(try await pause() == "0")
            #expect(try await pause() == "1")
            #expect(try await pause(after: "exit-code") == "")
            #expect(try await pause() == "2")
            #expect(try await pause(after: "success") == "")
            #expect(try await pause() == "0")
        }
    }
}

/// Runs a program to its end.
enum Program {
    /// A file of the repository.
    static func path(_ name: String, file: String = #filePath) -> String {
        URL(filePath: file).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: name).path
    }

    /// Its exit status, and what it said on both outputs.
    static func run(_ program: String, _ arguments: String...) async throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        // On a thread of its own: the few that tests run on must not wait for a program.
        let output = await withCheckedContinuation { continuation in
            Thread { continuation.resume(returning: pipe.fileHandleForReading.readDataToEndOfFile()) }.start()
        }
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}
