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

    /// - Parameter capacity: what may be taken at once, and again in each `span`.
    init(_ capacity: Double, per span: Duration) {
        self.capacity = capacity
        self.span = span
    }

    /// Senders remembered now.
    var remembered: Int { buckets.withLock { $0.young.count + $0.old.count } }

    /// Takes `cost` from the sender's bucket. Nil if it was there; otherwise how long until it will be, and nothing is
    /// taken.
    func take(_ sender: UInt64, cost: Double = 1, now: Instant) -> Duration? {
        let fill = capacity / span.inSeconds
        return buckets.withLock { buckets -> Duration? in
            var bucket = buckets.young[sender] ?? buckets.old[sender] ?? Bucket(level: capacity, at: now)
            bucket.level = min(capacity, bucket.level + max(0, (now - bucket.at).inSeconds) * fill)
            bucket.at = now
            let missing = min(cost, capacity) - bucket.level
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
