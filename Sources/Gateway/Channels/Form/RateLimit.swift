import Intake
import Synchronization

/// How much each sender may do: a bucket each, which fills at a steady rate. Memory is bounded: of more senders than fit,
/// those longest unseen are forgotten, which only ever lets somebody through.
final class RateLimit: Sendable {
    private struct Bucket {
        var level: Double
        var at: Instant
    }
    private struct Buckets {
        var young: [UInt64: Bucket] = [:]
        var old: [UInt64: Bucket] = [:]
    }

    /// Senders remembered, at most twice this.
    static let generation = 32_768

    private let capacity: Double
    /// For a bucket to fill from empty.
    private let span: Duration
    private let buckets = Mutex(Buckets())

    /// - Parameter capacity: what may be spent at once, and again in each `span`.
    init(_ capacity: Double, per span: Duration) {
        self.capacity = capacity
        self.span = span
    }

    /// Senders remembered now.
    var remembered: Int { buckets.withLock { $0.young.count + $0.old.count } }

    /// How long until this sender may do one thing more; nil: now. A sender nobody knows (nil) is not limited.
    func wait(_ sender: UInt64?, now: Instant) -> Duration? { sender.flatMap { spend(0, of: $0, now: now, needs: 1) } }

    /// Spends, even what is not there: the cost of an upload is known only when it is over.
    func spend(_ cost: Double, of sender: UInt64?, now: Instant) {
        if let sender { _ = spend(cost, of: sender, now: now, needs: -.infinity) }
    }

    /// Spends one if it is there; otherwise says how long until it will be.
    func take(_ sender: UInt64?, now: Instant) -> Duration? {
        sender.flatMap { spend(1, of: $0, now: now, needs: 1) }
    }

    private func spend(_ cost: Double, of sender: UInt64, now: Instant, needs: Double) -> Duration? {
        let fill = capacity / span.inSeconds
        return buckets.withLock { buckets -> Duration? in
            var bucket = buckets.young[sender] ?? buckets.old[sender] ?? Bucket(level: capacity, at: now)
            bucket.level = min(capacity, bucket.level + max(0, (now - bucket.at).inSeconds) * fill)
            bucket.at = now
            let missing = needs - bucket.level
            if missing <= 0 { bucket.level -= cost }
            if buckets.young.count >= Self.generation {
                buckets.old = buckets.young
                buckets.young = [:]
            }
            buckets.young[sender] = bucket
            return missing <= 0 ? nil : .seconds(missing / fill)
        }
    }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }

    /// Whole minutes, at least one, for telling people.
    var minutes: Int { max(1, Int((inSeconds / 60).rounded(.up))) }
}
