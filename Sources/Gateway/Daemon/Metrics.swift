import Synchronization

/// Counters and gauges in Prometheus' text form. Names carry their unit; counters end in `_total`; label values come
/// from configuration or code, never from outside, so their number is bounded.
final class Metrics: Sendable {
    private struct Key: Hashable {
        var name: String
        var labels: String
    }
    private let values = Mutex<[Key: Double]>([:])

    /// Gives the sum so far.
    @discardableResult
    func count(_ name: String, _ labels: KeyValuePairs<String, String> = [:], by amount: Double = 1) -> Double {
        let key = Key(name: name, labels: Metrics.text(labels))
        return values.withLock { values in
            values[key, default: 0] += amount
            return values[key, default: 0]
        }
    }

    func set(_ name: String, _ labels: KeyValuePairs<String, String> = [:], to value: Double) {
        let key = Key(name: name, labels: Metrics.text(labels))
        values.withLock { $0[key] = value }
    }

    /// The exposition format, version 0.0.4.
    var text: String {
        let all = values.withLock { $0 }.sorted { ($0.key.name, $0.key.labels) < ($1.key.name, $1.key.labels) }
        var lines: [String] = []
        var last = ""
        for (key, value) in all {
            if key.name != last {
                lines.append("# TYPE \(key.name) \(key.name.hasSuffix("_total") ? "counter" : "gauge")")
                last = key.name
            }
            let number = value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
            lines.append("\(key.name)\(key.labels) \(number)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func text(_ labels: KeyValuePairs<String, String>) -> String {
        if labels.isEmpty { return "" }
        let parts = labels.map { name, value in
            "\(name)=\"\(quoted(value))\""
        }
        return "{" + parts.joined(separator: ",") + "}"
    }

    private static func quoted(_ value: String) -> String {
        guard value.utf8.contains(where: { $0 == 0x22 || $0 == 0x5C || $0 == 0x0A }) else { return value }
        return value.map { $0 == "\\" || $0 == "\"" ? "\\\($0)" : $0 == "\n" ? "\\n" : String($0) }.joined()
    }
}
