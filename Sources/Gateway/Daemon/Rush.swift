import Synchronization

/// How many requests may be worked on at once, so that none waits longer for the others than `patience`: as many as were
/// answered lately in that time. A slow machine, or a slow disk, sends away sooner.
final class Rush: Sendable {
    static let patience = 2.0
    /// So few are never too many; while no more are at work nothing is measured.
    static let few = 64

    private struct State {
        /// Since when more than a few are at work, and how many were answered meanwhile.
        var since: ContinuousClock.Instant?
        var answered = 0.0
    }
    private let most: Int
    private let clock: @Sendable () -> ContinuousClock.Instant
    private let state = Mutex(State())

    init(most: Int, clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.most = most
        self.clock = clock
    }

    /// A request was answered that was not sent away.
    func answered() { state.withLock { $0.answered += 1 } }

    /// Whether one more may be worked on, if so many are, itself included.
    func admits(_ working: Int) -> Bool {
        state.withLock { state in
            guard working > min(Rush.few, most) else {
                state.since = nil
                return true
            }
            let now = clock()
            guard let since = state.since else {
                (state.since, state.answered) = (now, 0)
                return working <= most
            }
            let span = (now - since).inSeconds
            if span < 1 { return working <= most }
            let rate = state.answered / span
            // What was long ago counts no more.
            if span > 5 { (state.since, state.answered) = (now - .seconds(1), rate) }
            return working <= min(most, max(Rush.few, Int(rate * Rush.patience)))
        }
    }
}
