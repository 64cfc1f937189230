import Foundation
import Glibc
import Intake
import Logging

/// Logs as the journal wants them: one line on standard error, its priority in front (sd-daemon(3)), facts as
/// `key=value` after a constant message. At a terminal the priority is left out.
struct Journal: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info
    private let prefixed: Bool

    static func logger() -> Logger {
        let underManager = ProcessInfo.processInfo.environment["JOURNAL_STREAM"] != nil
        return Logger(label: "intake") { _ in Journal(prefixed: underManager) }
    }

    static let silent = Logger(label: "intake") { _ in SwiftLogNoOpLogHandler() }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let facts = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        var text = prefixed ? "<\(Journal.priority(event.level))>" : "\(event.level): "
        text += "\(event.message)"
        for (key, value) in facts { text += " \(key)=\(Journal.quoted("\(value)"))" }
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    private static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }

    /// One line, whatever the value holds: what comes from outside cannot forge a line of its own.
    static func quoted(_ value: String) -> String {
        let plain = value.unicodeScalars.allSatisfy { $0 != " " && $0 != "\"" && $0 != "=" && !Terminal.steers($0) }
        if plain, !value.isEmpty { return value }
        let escaped = value.unicodeScalars.map { scalar in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case _ where Terminal.steers(scalar): " "
            default: String(scalar)
            }
        }
        return "\"\(escaped.joined())\""
    }
}

extension Instant {
    /// The machine's clock.
    static var wall: Instant {
        Instant(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)))
    }
}
