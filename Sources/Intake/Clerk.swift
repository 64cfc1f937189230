package import Logging
import Synchronization

/// Works off jobs: a desk for each lane, so that a slow lane never holds up another.
///
/// Failure rules. A job is taken with a lease; if the process dies, the lease passes and the job is due again. What
/// came of a job is written with its fence: too late means nothing is written. While the store is in passing trouble
/// what came of a job is held and written once it can be, so that nothing is done twice; past its lease, or when
/// stopped, it is left to that. An outcome decided on what has changed since is decided anew at once. An outcome the
/// ledger refuses is tried alone and then put off with growing pauses, loudly; it is never dropped. Being cancelled cuts
/// work short, never the writing of what was done.
///
/// Citizens come first: while many wait for their receipts, each desk writes in small pieces and rests several times as
/// long as it worked. It never stands still: what was accepted gets its department also in a storm, only later.
package final class Clerk: Sendable {
    /// What works one lane.
    package struct Desk: Sendable {
        package var lane: Lane
        /// Jobs to take at once, as things stand; while it is 0 what is due stays as it is.
        package var batch: @Sendable () -> Int
        /// Longer than the longest batch can take.
        package var lease: Duration
        /// Gives one outcome for each job it has done with; a job without outcome is left to its lease.
        package var work: @Sendable ([Job]) async -> [Outcome]

        package init(
            lane: Lane, batch: @autoclosure @escaping @Sendable () -> Int, lease: Duration,
            work: @escaping @Sendable ([Job]) async -> [Outcome]
        ) {
            self.lane = lane
            self.batch = batch
            self.lease = lease
            self.work = work
        }
    }

    private let store: any Store
    private let desks: [Desk]
    private let rushed: @Sendable () -> Bool
    private let now: Now
    private let log: Logger
    private let bells: [Lane: AsyncStream<Void>.Continuation]
    private let rings: [Lane: AsyncStream<Void>]
    private let stopped = Atomic(false)

    /// - Parameter rushed: whether others need the ledger more just now.
    package init(
        store: any Store, desks: [Desk], rushed: @escaping @Sendable () -> Bool = { false }, now: @escaping Now,
        log: Logger
    ) {
        self.store = store
        self.desks = desks
        self.rushed = rushed
        self.now = now
        self.log = log
        var bells: [Lane: AsyncStream<Void>.Continuation] = [:]
        var rings: [Lane: AsyncStream<Void>] = [:]
        for desk in desks {
            let (stream, bell) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
            (rings[desk.lane], bells[desk.lane]) = (stream, bell)
        }
        self.bells = bells
        self.rings = rings
    }

    /// Says that a lane may have work now.
    package func wake(_ lane: Lane) { bells[lane]?.yield() }

    /// Says so to all lanes; the daemon does it every second, for retries and for work of other nodes.
    package func wakeAll() { for bell in bells.values { bell.yield() } }

    /// Lets every desk finish the batch it is at, then ends `run`.
    package func stop() {
        stopped.store(true, ordering: .relaxed)
        for bell in bells.values { bell.finish() }
    }

    /// Works until `stop`; to be called once.
    package func run() async {
        wakeAll()
        await withDiscardingTaskGroup { group in
            for desk in desks {
                guard let ring = rings[desk.lane] else { continue }
                group.addTask {
                    for await _ in ring {
                        var more = true
                        while more, !self.stopped.load(ordering: .relaxed) {
                            let began = ContinuousClock.now
                            let most = desk.batch()
                            more = await self.turn(desk, most) == most && most > 0
                            await self.rest(since: began)
                        }
                    }
                }
            }
        }
    }

    /// Takes one batch of a lane and works it off; gives how many jobs were taken.
    @discardableResult
    package func turn(_ desk: Desk) async -> Int { await turn(desk, desk.batch()) }

    private func turn(_ desk: Desk, _ most: Int) async -> Int {
        guard most > 0 else { return 0 }
        do throws(Trouble) {
            let jobs = try await store.claim(desk.lane, limit: most, now: now(), lease: desk.lease)
            if jobs.isEmpty { return 0 }
            let outcomes = await desk.work(jobs)
            await write(outcomes, until: ContinuousClock.now + desk.lease)
            for lane in Set(outcomes.flatMap { $0.jobs.map(\.lane) }) { wake(lane) }
            for name in Set(outcomes.flatMap { $0.deliveries.map(\.destination) }) {
                wake(.deliver(destination: name))
            }
            return jobs.count
        } catch {
            log.warning("a lane could not be worked", metadata: ["lane": "\(desk.lane)", "trouble": "\(error)"])
            return 0
        }
    }

    /// Pieces of a batch while others wait: so long is the longest wait for them.
    private static let piece = 8
    /// How many times as long as it worked a desk rests.
    private static let rests = 6

    private func rest(since began: ContinuousClock.Instant) async {
        guard rushed() else { return }
        // Cut short by the end of the daemon, which is as good.
        try? await Task.sleep(for: min(.seconds(1), (ContinuousClock.now - began) * Clerk.rests))
    }

    private func write(_ outcomes: [Outcome], until end: ContinuousClock.Instant) async {
        var rest = outcomes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(rushed() ? Clerk.piece : rest.count)
            rest = rest.dropFirst(piece.count)
            await apply(Array(piece), until: end)
        }
    }

    private func apply(_ outcomes: [Outcome], until end: ContinuousClock.Instant) async {
        do throws(Trouble) {
            let written = try await kept(outcomes)
            for (outcome, done) in zip(outcomes, written) where !done {
                log.info("an outcome came too late", metadata: ["ticket": "\(outcome.ticket)"])
                guard let job = outcome.job else { continue }
                var anew = Outcome(ticket: outcome.ticket, job: job)
                anew.close = .wait(now())
                if try await kept([anew]) == [true] { wake(job.lane) }
            }
        } catch  where error.kind == .passing || error.kind == .unclear {
            // Unclear is as good: if it was kept, the fence refuses the second writing.
            let again = ContinuousClock.now + .seconds(1) < end && !stopped.load(ordering: .relaxed)
            log.warning(
                again ? "outcomes wait for the ledger" : "outcomes are left to their leases",
                metadata: ["outcomes": "\(outcomes.count)", "trouble": "\(error)"])
            if again, (try? await Task.sleep(for: .seconds(1))) != nil { await apply(outcomes, until: end) }
        } catch  where outcomes.count > 1 {
            for outcome in outcomes { await apply([outcome], until: end) }
        } catch {
            await putOff(outcomes, error)
        }
    }

    private func putOff(_ outcomes: [Outcome], _ trouble: Trouble) async {
        for outcome in outcomes {
            log.error(
                "the ledger refused an outcome", metadata: ["ticket": "\(outcome.ticket)", "trouble": "\(trouble)"])
            guard let job = outcome.job else { continue }
            var later = Outcome(ticket: outcome.ticket, job: job)
            later.close = .again(now() + Backoff.standard.pause(after: job.attempts))
            // Left to its lease if even this fails.
            _ = try? await kept([later])
        }
    }

    /// In a task of its own, which nobody cancels: a department may have said yes.
    private func kept(_ outcomes: [Outcome]) async throws(Trouble) -> [Bool] {
        let writing = Task { () async -> Result<[Bool], Trouble> in
            do throws(Trouble) { return .success(try await store.apply(outcomes)) } catch { return .failure(error) }
        }
        return try await writing.value.get()
    }
}
