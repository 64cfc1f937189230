import Foundation
import Intake

@testable import Storage

/// Identities and secrets that the tests hand in (Tests/Fixtures/planted.txt): they may stand nowhere but where they were
/// handed in. Every gateway of the tests is searched for them when it ends, and deploy/test searches its own output.
package enum Planted {
    package static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/planted.txt").path

    package static var all: [String] {
        get throws {
            try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map(String.init)
        }
    }

    /// What of it stands in a text.
    package static func found(in text: String) throws -> [String] { try all.filter(text.contains) }

    /// Files, at or below these paths, that hold some of it, each with what it holds.
    package static func found(at paths: [String]) throws -> [String] {
        let there = paths.filter(FileManager.default.fileExists(atPath:))
        if there.isEmpty { return [] }
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["grep", "-aroF", "-f", file, "--"] + there
        process.environment = ["PATH": "/usr/bin:/bin", "LC_ALL": "C"]
        process.standardOutput = output
        try process.run()
        let found = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return found.split(separator: "\n").map(String.init)
    }

    /// Tables of a PostgreSQL ledger that hold some of it in any column; files are left out, they are sealed in pieces.
    package static func found(inDatabase conninfo: String) throws -> [String] {
        let connection = try PostgresConnection(conninfo: conninfo)
        let tables = try connection.run(
            """
            SELECT relname::text FROM pg_class
            WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND relname <> 'blob_chunks'
            """
        ).map { row throws(PostgresFailure) in try row.text() }
        var found: [String] = []
        let planted = try all.map { ($0, Data($0.utf8).hex) }
        for table in tables {
            // A row as text, bytes in it as hexadecimal digits.
            let rows = try connection.run("SELECT row::text FROM \"\(table)\" AS row")
                .map { row throws(PostgresFailure) in try row.text() }
            for (one, hex) in planted where rows.contains(where: { $0.contains(one) || $0.contains(hex) }) {
                found.append("\(table): \(one)")
            }
        }
        return found
    }
}
