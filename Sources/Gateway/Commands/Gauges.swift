import Intake

/// What the running daemon says of itself in its metrics, for commands; nil if it does not answer.
struct Gauges {
    private let lines: [Substring]

    init?(_ configuration: Configuration) async {
        guard let text = try? await Control.call(.get, "/metrics", at: configuration.fixed.privateAddress) else {
            return nil
        }
        self.init(text: text)
    }

    init(text: String) { lines = text.split(separator: "\n") }

    /// A metric without labels.
    subscript(_ metric: String) -> Double? {
        lines.first { $0.hasPrefix("\(metric) ") }.flatMap { Double($0.dropFirst(metric.count + 1)) }
    }

    /// A metric with one label, by that label's value.
    func values(_ metric: String, by label: String) -> [String: Double] {
        var values: [String: Double] = [:]
        for line in lines where line.hasPrefix("\(metric){\(label)=\"") {
            let parts = line.split(separator: "\"")
            if parts.count == 3 { values[String(parts[1])] = Double(parts[2].drop { $0 == "}" || $0 == " " }) }
        }
        return values
    }
}

/// Whether a destination gets its orders just now, as the daemon on this node sees it.
struct DestinationState: Encodable {
    var destination: String
    /// Orders that wait for it, or are on their way.
    var waiting: Int
    /// It is left alone: one order is tried after each pause. Nil where the daemon does not answer.
    var leftAlone: Bool?
    /// Nothing is called before.
    var until: Instant?

    static func all(_ ledger: OpenLedger, _ gauges: Gauges?) async throws(Trouble) -> [DestinationState] {
        let waiting = try await ledger.store.waiting()
        let up = gauges?.values("intake_destination_up", by: "destination")
        let rests = gauges?.values("intake_destination_rests_until_seconds", by: "destination")
        let now = ledger.now
        return ledger.configuration.destinations.map { name, _, _ in
            let until = rests?[name].map { Instant(milliseconds: Int64($0 * 1000)) }
            return DestinationState(
                destination: name, waiting: waiting[.deliver(destination: name)] ?? 0,
                leftAlone: gauges == nil ? nil : up?[name] == 0, until: until.flatMap { $0 > now ? $0 : nil })
        }
    }
}
