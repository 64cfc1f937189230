import Foundation

/// Where the data is and where the tables go; `deploy/score` sets both.
enum Scoring {
    struct Missing: Error, CustomStringConvertible {
        var name: String
        var description: String { "expected the environment variable \(name), found none; run deploy/score DIR" }
    }

    /// The directory given to `deploy/score`.
    static func data(_ path: String) throws -> URL {
        guard let directory = ProcessInfo.processInfo.environment["SCORE_DATA"] else {
            throw Missing(name: "SCORE_DATA")
        }
        return URL(fileURLWithPath: directory).appendingPathComponent(path)
    }

    /// The root of the repository.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Hands one table to `deploy/score`, which prints the tables in the order of their names.
    static func report(_ name: String, _ lines: [String]) throws {
        guard let directory = ProcessInfo.processInfo.environment["SCORE_TABLES"] else {
            throw Missing(name: "SCORE_TABLES")
        }
        let file = URL(fileURLWithPath: directory).appendingPathComponent("\(name).txt")
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file)
    }

    /// The rows of a file of JSON lines; `text_starts` becomes `textStarts`.
    static func rows<Row: Decodable>(_ path: String) throws -> [Row] {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try String(contentsOf: data(path), encoding: .utf8).split(separator: "\n")
            .map { try decoder.decode(Row.self, from: Data($0.utf8)) }
    }

    /// All files in a folder of the data whose names end so, in the order of their paths.
    static func files(_ path: String, ending: Set<String>) throws -> [URL] {
        let all = FileManager.default.enumerator(at: try data(path), includingPropertiesForKeys: nil)
        return (all?.compactMap { $0 as? URL } ?? []).filter { ending.contains($0.pathExtension) }
            .sorted { $0.path < $1.path }
    }

    /// Twenty columns, as full as the share.
    static func bar(_ share: Double) -> String {
        let full = Int((min(1, max(0, share)) * 20).rounded())
        return String(repeating: "█", count: full) + String(repeating: "░", count: 20 - full)
    }

    /// Filled up with blanks; a Chinese character is two columns wide.
    static func left(_ text: String, _ width: Int) -> String { text + blanks(text, width) }

    static func right(_ text: String, _ width: Int) -> String { blanks(text, width) + text }

    private static func blanks(_ text: String, _ width: Int) -> String {
        let columns = text.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x2e80 ? 2 : 1) }
        return String(repeating: " ", count: max(0, width - columns))
    }

    /// `91.3 %`.
    static func percent(_ part: Int, of whole: Int) -> String {
        whole == 0 ? "-" : percent(Double(part) / Double(whole))
    }

    static func percent(_ share: Double) -> String {
        let tenths = Int((share * 1000).rounded())
        return "\(tenths / 10).\(tenths % 10) %"
    }
}
