import Intake
import Synchronization

/// The daemon's time. It goes on evenly (the kernel's time since boot) from where the ledger said it is: nobody who sets
/// the machine's clock makes a job wait for an hour, or ends a lease while its work is going on. `follow` then takes the
/// new time over, and moves what waits along.
///
/// Where nodes share a database, its clock is everybody's: nodes whose own clocks are an hour apart agree.
final class LedgerClock: Sendable {
    /// Less is the noise of asking, and of clocks that are adjusted gently.
    static let least = Duration.seconds(1)

    /// Whether the time is that of a database, which may be away while we are well.
    let isShared: Bool
    private let wall: Now
    private let base: Mutex<(time: Instant, at: ContinuousClock.Instant)>

    /// - Parameter wall: the machine's clock, which may be stepped at any moment.
    init(_ store: any Store, wall: @escaping Now) async throws(Trouble) {
        self.wall = wall
        let shared = try await store.sharedTime()
        isShared = shared != nil
        let time = shared ?? wall()
        base = Mutex((time, .now))
        // Set back while nobody ran: how long that was nobody knows, and a little too soon is better than an hour late.
        if shared == nil, let last = try await store.lastProbe(), last - time >= Self.least {
            try await store.moveJobs(by: time - last)
        }
    }

    var now: Instant { base.withLock { $0.time + ($0.at.duration(to: .now)) } }

    /// Takes over what the ledger's time is now; gives by how much that was a step, nil if it was none.
    func follow(_ store: any Store) async throws(Trouble) -> Duration? {
        let shared = try await store.sharedTime()
        let step = (shared ?? wall()) - now
        guard max(step, .zero - step) >= Self.least else { return nil }
        if shared == nil { try await store.moveJobs(by: step) }
        base.withLock { $0.time = $0.time + step }
        return step
    }
}
