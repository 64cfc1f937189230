import Foundation

/// The fields of a query string. "+" is kept as it is: platforms put base64 there, and none sends blanks.
struct Query: Sendable, Equatable {
    private var fields: [String: [String]] = [:]

    init(_ text: String) {
        for part in text.split(separator: "&").prefix(100) {
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = String(halves[0]).removingPercentEncoding,
                let value = String(halves.count > 1 ? halves[1] : "").removingPercentEncoding
            else { continue }
            fields[name, default: []].append(value)
        }
    }

    /// The value of a field that stands once; nil otherwise.
    subscript(_ name: String) -> String? {
        guard let values = fields[name], values.count == 1 else { return nil }
        return values.first
    }
}
