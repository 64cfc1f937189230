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

    /// `91.3 %`.
    static func percent(_ part: Int, of whole: Int) -> String {
        whole == 0 ? "-" : percent(Double(part) / Double(whole))
    }

    static func percent(_ share: Double) -> String {
        let tenths = Int((share * 1000).rounded())
        return "\(tenths / 10).\(tenths % 10) %"
    }
}
