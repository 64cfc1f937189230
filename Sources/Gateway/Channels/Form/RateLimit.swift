import Intake
import Synchronization

/// How much each sender may do: a bucket each, which fills at a steady rate. Senders who cannot be told apart (nil) share
/// one that is larger. Memory is bounded: of more senders than fit, those longest unseen are forgotten, which only ever
/// lets somebody through.
final class RateLimit: Sendable {
    private struct Bucket {
        var level: Double
        var at: Instant

        /// Spends if so much is there; otherwise says how long until it will be.
        mutating func spend(
            _ cost: Double, needs: Double, capacity: Double, span: Duration, now: Instant
        ) -> Duration? {
            let fill = capacity / span.inSeconds
            level = min(capacity, level + max(0, (now - at).inSeconds) * fill)
            at = now
            let missing = needs - level
            if missing > 0 { return .seconds(missing / fill) }
            level -= cost
            return nil
        }
    }
    private struct Buckets {
        var shared: Bucket?
        var young: [UInt64: Bucket] = [:]
        var old: [UInt64: Bucket] = [:]
    }

    /// Senders remembered, at most twice this.
    static let generation = 32_768
    /// How many times as much those may do together who cannot be told apart.
    static let crowd = 50.0

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

    /// How long until this sender may do one thing more; nil: now.
    func wait(_ sender: UInt64?, now: Instant) -> Duration? { spend(0, of: sender, now: now, needs: 1) }

    /// Spends, even what is not there: the cost of an upload is known only when it is over. Less than nothing gives back.
    func spend(_ cost: Double, of sender: UInt64?, now: Instant) {
        _ = spend(cost, of: sender, now: now, needs: -.infinity)
    }

    /// Spends one if it is there; otherwise says how long until it will be.
    func take(_ sender: UInt64?, now: Instant) -> Duration? { spend(1, of: sender, now: now, needs: 1) }

    private func spend(_ cost: Double, of sender: UInt64?, now: Instant, needs: Double) -> Duration? {
        buckets.withLock { buckets -> Duration? in
            guard let sender else {
                let capacity = capacity * Self.crowd
                var bucket = buckets.shared ?? Bucket(level: capacity, at: now)
                defer { buckets.shared = bucket }
                return bucket.spend(cost, needs: needs, capacity: capacity, span: span, now: now)
            }
            var bucket = buckets.young[sender] ?? buckets.old[sender] ?? Bucket(level: capacity, at: now)
            if buckets.young.count >= Self.generation {
                buckets.old = buckets.young
                buckets.young = [:]
            }
            defer { buckets.young[sender] = bucket }
            return bucket.spend(cost, needs: needs, capacity: capacity, span: span, now: now)
        }
    }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }

    /// Whole minutes, at least one, for telling people.
    var minutes: Int { max(1, Int((inSeconds / 60).rounded(.up))) }
}
