import Foundation
import Testing

@testable import Gateway

/// The rules of the layout that no compiler checks, read off the files themselves.
@Suite struct LayoutTests {
    @Test("arrows point down: Gateway to Storage to Intake") func arrows() throws {
        let allowed: [String: Set<String>] = ["Intake": [], "Storage": ["Intake"], "Gateway": ["Intake", "Storage"]]
        for file in try SourceFile.under("Sources") {
            let target = String(file.folders[1])
            let below = try #require(allowed[target], "\(file.path): a target the layout does not know")
            for module in file.imports where allowed[module] != nil {
                #expect(below.contains(module), "\(file.path) imports \(module)")
            }
        }
    }

    @Test(
        "a library has one folder that knows it",
        arguments: [
            ("CCurl", "Sources/Gateway/Net/"), ("GRDB", "Sources/Storage/SQLite/"),
            ("CPostgres", "Sources/Storage/Postgres/"), ("CMime", "Sources/Gateway/Mime/"),
            ("CXML", "Sources/Gateway/Channels/FlatXML.swift"), ("Yams", "Sources/Intake/Settings/"),
            ("ArgumentParser", "Sources/Gateway/Commands/"),
        ]) func importers(library: String, place: String) throws
    {
        for file in try SourceFile.under("Sources") where file.imports.contains(library) {
            #expect(file.path.hasPrefix(place), "\(file.path) imports \(library)")
        }
    }

    @Test("what we do knows no sockets, no SQL, no web") func intakeAlone() throws {
        let known: Set<String> = ["Crypto", "Foundation", "Glibc", "Logging", "Synchronization", "Yams"]
        for file in try SourceFile.under("Sources/Intake") {
            #expect(file.imports.subtracting(known).isEmpty, "\(file.path)")
        }
    }

    @Test("SQL is only in Storage") func statements() throws {
        let statement = /\b(SELECT\s.*\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+TABLE)\b/
        for file in try SourceFile.under("Sources") where file.folders[1] != "Storage" {
            #expect(!file.text.contains(statement), "\(file.path)")
        }
    }

    @Test("no file is over 400 lines", arguments: ["Sources", "Tests"]) func length(folder: String) throws {
        for file in try SourceFile.under(folder) {
            #expect(file.lines.count <= 400, "\(file.path)")
        }
    }

    @Test("nothing in the sources can end the daemon or hide a race") func forbidden() throws {
        let forbidden =
            /\b(try!|as!|fatalError\(|preconditionFailure\(|assertionFailure\(|unowned( let| var|\()|public )|(^|[^.\w])print\(/
        for file in try SourceFile.under("Sources") {
            for (number, line) in file.code.enumerated() where line.contains(forbidden) {
                Issue.record("\(file.path):\(number + 1): \(line.trimmingCharacters(in: .whitespaces))")
            }
        }
    }

    @Test("what the compiler cannot check for races has its reason written above") func unchecked() throws {
        let unchecked = /@unchecked Sendable|nonisolated\(unsafe\)/
        for file in try SourceFile.under("Sources") {
            for (number, line) in file.code.enumerated() where line.contains(unchecked) {
                let above = file.lines[max(0, number - 6)..<number]
                #expect(above.contains { $0.contains("//") }, "\(file.path):\(number + 1)")
            }
        }
    }

    @Test("every kind of adapter has a word of its own") func kinds() {
        for kinds in [Registry.channels.map { $0.kind }, Registry.dispatchers.map { $0.kind }] {
            #expect(Set(kinds).count == kinds.count, "\(kinds)")
            for kind in kinds { #expect(kind.wholeMatch(of: /[a-z][a-z0-9]*(-[a-z0-9]+)*/) != nil, "\(kind)") }
        }
    }

    @Test("the top of the repository holds six things") func top() throws {
        let known: Set<String> = [
            "Package.swift", "Package.resolved", "Sources", "Tests", "README.md", "config", "deploy",
        ]
        let found = try FileManager.default.contentsOfDirectory(atPath: SourceFile.root.path)
        #expect(Set(found.filter { !$0.hasPrefix(".") }).subtracting(known).isEmpty)
    }
}

/// One Swift file of the repository, as text.
private struct SourceFile {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    /// From the root: `Sources/Intake/Clerk.swift`.
    let path: String
    let text: String

    static func under(_ folder: String) throws -> [SourceFile] {
        let found = try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: folder).path)
        let files = try found.filter { $0.hasSuffix(".swift") }.sorted().map { name in
            let file = root.appending(path: "\(folder)/\(name)")
            return SourceFile(path: "\(folder)/\(name)", text: try String(contentsOf: file, encoding: .utf8))
        }
        try #require(!files.isEmpty, "no Swift files under \(folder)")
        return files
    }

    var folders: [Substring] { path.split(separator: "/") }
    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
    var imports: Set<String> {
        Set(text.matches(of: /(?m)^[^\/"\n]*\bimport (?:struct |func |class |enum )?(\w+)/).map { String($0.1) })
    }
    /// The lines without comments and without what stands in string literals.
    var code: [String] {
        var inText = false
        return lines.map { line in
            let fences = line.ranges(of: "\"\"\"").count
            defer { if fences % 2 == 1 { inText.toggle() } }
            if inText || fences > 0 { return "" }
            return String(line).replacing(/"(\\.|[^"\\])*"/, with: "\"\"").replacing(/\/\/.*/, with: "")
        }
    }
}
