import Intake
import Logging
import Synchronization

/// The circuit of one destination with a name, a clock and a voice: what it learns is in metrics at once, and said in the
/// log when it opens and when it closes.
final class Destination: Sendable {
    let name: String
    private let circuit = Mutex(Circuit())
    private let metrics: Metrics
    private let now: Now
    private let log: Logger

    init(_ name: String, _ tools: Tools) {
        self.name = name
        metrics = tools.metrics
        now = tools.now
        log = tools.log
        tell(Circuit())
    }

    /// Calls it may have at once now; 0 while it is left alone.
    var calls: Int { circuit.withLock { $0.calls(at: now()) } }
    /// When it may be called again, if that is not now.
    var until: Instant? { circuit.withLock { $0.until } }

    /// Takes what came of a call: nil for a delivery. Gives whether people are to be told that it is left alone from now
    /// on.
    func take(_ trouble: Trouble?, began: Instant) -> Bool {
        let result: Circuit.Result =
            if let trouble {
                trouble.isRefusedLogin
                    ? .refusedLogin : trouble.isOfServer ? .failed(asked: trouble.retryAfter) : .answered
            } else { .answered }
        let (news, circuit) = circuit.withLock { circuit in
            (circuit.take(result, began: began, at: now()), circuit)
        }
        tell(circuit)
        switch news {
        case .opened:
            log.critical(
                "a destination is left alone: its orders wait, one is tried after each pause",
                metadata: ["destination": "\(name)", "trouble": "\(trouble?.description ?? "")"])
        case .closed:
            log.notice("a destination answers again: its orders go on", metadata: ["destination": "\(name)"])
        case nil: break
        }
        return news == .opened
    }

    private func tell(_ circuit: Circuit) {
        metrics.set("intake_destination_up", ["destination": name], to: circuit.isOpen ? 0 : 1)
        metrics.set("intake_destination_calls", ["destination": name], to: Double(circuit.calls(at: now())))
        let rest = circuit.until.map { Double($0.milliseconds) / 1000 } ?? 0
        metrics.set("intake_destination_rests_until_seconds", ["destination": name], to: rest)
    }
}
