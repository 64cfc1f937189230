import Intake
import Synchronization

/// Whether a destination lets us in. While it refuses the log-in nothing is tried but one delivery after each pause:
/// what waits is not to blame, and a server that counts wrong passwords must not shut us out for good. Held in memory; a
/// start or a reload tries at once.
final class Door: Sendable {
    private struct State {
        var failures = 0
        var until: Instant?
    }
    private let state = Mutex(State())
    /// Seconds first, at most a quarter of an hour.
    private static let pauses = Backoff(first: .seconds(5), longest: .seconds(900), factor: 3)

    /// When it may be tried again, if that is not now.
    func closed(at now: Instant) -> Instant? {
        state.withLock { state in
            guard let until = state.until, until > now else { return nil }
            return until
        }
    }

    /// The log-in was refused: when to try again, and whether this is the first time since it went well.
    func refused(at now: Instant) -> (until: Instant, isNews: Bool) {
        state.withLock { state in
            if let until = state.until, until > now { return (until, false) }
            let until = now + Door.pauses.pause(after: state.failures)
            state.failures += 1
            state.until = until
            return (until, state.failures == 1)
        }
    }

    /// Somebody was let in.
    func opened() { state.withLock { $0 = State() } }
}
