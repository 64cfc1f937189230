import Foundation
import Testing

@testable import Gateway

@Suite("The guides say what is there") struct GuideTests {
    private static func guide(_ name: String) throws -> String {
        try String(contentsOfFile: Program.path("Sources/Intake/Intake.docc/\(name).md"), encoding: .utf8)
    }

    /// What stands in a guide as a command: indented lines and words in backquotes that begin with `intake`, without what
    /// follows `#` or `&&`, as their arguments.
    private static func commands(in guide: String) -> [[String]] {
        let lines = guide.split(separator: "\n").filter { $0.hasPrefix("    intake ") }.map { $0.dropFirst(11) }
        let inline = guide.matches(of: /`intake ([a-z][^`…]*)`/).map(\.1)
        return (lines + inline).flatMap { line in
            line.split(separator: "#")[0].split(separator: "&&").map { part in
                part.trimmingPrefix(/\s*(intake\s)?/).matches(of: /'([^']*)'|"([^"]*)"|\S+/).map {
                    String($0.1 ?? $0.2 ?? $0.0)
                }
            }
        }.filter { !$0.isEmpty }
    }

    @Test(
        "each command an operator is shown is one, with its options", arguments: ["OperatorGuide", "OperatorGuide.zh"])
    func commands(_ name: String) async throws {
        try await FilledLedger.run { ledger in
            let commands = Set(Self.commands(in: try Self.guide(name)))
            #expect(commands.count > 25)
            for var command in commands {
                // Nothing is written outside, and nothing waited for.
                command = command.map { $0.hasPrefix("/srv") ? ledger.gateway.folder + $0 : $0 }
                if command[0] == "send-test" { command += ["--wait", "0"] }
                let output =
                    command[0] == "example"
                    ? try await ledger.gateway.bare(command).output : try await ledger.gateway.command(command).output
                #expect(!output.contains("Usage: intake"), "\(command): \(output)")
            }
        }
    }

    @Test("each test that the page of promises names is there") func promises() throws {
        let folder = Program.path("Tests")
        let tests = try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix(".swift") }
            .map { try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8) }
        let named = try Self.guide("Promises").matches(of: /`(\w+Tests)(?:\/(\w+))?`/)
        #expect(named.count > 30)
        for one in named {
            let suite = tests.filter { $0.contains("struct \(one.1)") }
            #expect(!suite.isEmpty, "\(one.0)")
            if let test = one.2 { #expect(suite.contains { $0.contains("func \(test)(") }, "\(one.0)") }
        }
    }
}
