import Foundation
import Synchronization

/// The one door of the ledger. Whatever waits is put into one transaction (group commit), bounded by count, bytes and the
/// time it would take; while one commit is being synced the next group gathers, so an idle daemon waits for nothing and a
/// busy one syncs once for many.
///
/// What `accept` returns is on disk (rule 1). A batch that fails for one bad parcel is run again parcel by parcel
/// (rule 4); trouble of the store itself goes to everyone who waits, who answer 503 (rule 6). Beyond what can be kept in
/// time senders are told so at once, rather than after they gave up.
package final class Inbox: Sendable {
    /// Parcels in one transaction.
    static let group = 256
    /// Parcels that may wait.
    static let room = 4096
    /// Bytes that may wait, with those being kept: the memory the inbox takes at most. One parcel alone may have more.
    static let weight = 64 << 20
    /// What waits longer than this is no use to most senders: WeChat gives five seconds.
    static let patience = Duration.seconds(4)
    /// How long after the last refusal the stress counts as over.
    static let calm = Duration.seconds(10)

    /// Parcels in one transaction from which on it counts as a rush.
    static let crowd = 8

    private struct Waiting: Sendable {
        var parcel: KeptParcel
        var weight: Int
        var answer: CheckedContinuation<Result<[Receipt], Trouble>, Never>
    }
    private struct State {
        var waiting: [Waiting] = []
        /// Of what waits and of what is being kept.
        var bytes = 0
        /// Since when a group is being kept.
        var began: ContinuousClock.Instant?
        /// How long the last group took.
        var pace = Duration.zero
        var refused: [Pressure.Refused: Int] = [:]
        /// When somebody was last refused because too much comes.
        var pressed: ContinuousClock.Instant?
        var closed = false
        /// Why nothing is taken just now.
        var shut: Trouble?
        /// When many were last kept at once.
        var rush: ContinuousClock.Instant?

        /// How long a parcel that comes now will wait: for what is being kept, and for the groups before its own and its own.
        func forecast(_ now: ContinuousClock.Instant) -> Duration {
            guard let began else { return .zero }
            let pace = max(pace, now - began)
            return pace * (2 + waiting.count / Inbox.group) - (now - began)
        }
    }

    private let store: any Keeper
    private let keys: Keys
    private let day: @Sendable (Instant) -> Day
    private let kept: @Sendable ([KeptParcel], [[Receipt]], Duration) -> Void
    private let clock: @Sendable () -> ContinuousClock.Instant
    private let state = Mutex(State())
    private let wake: AsyncStream<Void>.Continuation
    private let wakes: AsyncStream<Void>

    /// - Parameters:
    ///   - day: the day of an instant in the city's zone.
    ///   - kept: told after each commit how long it took, to wake the clerk and to count; must not block.
    package init(
        store: any Keeper, keys: Keys, day: @escaping @Sendable (Instant) -> Day,
        kept: @escaping @Sendable ([KeptParcel], [[Receipt]], Duration) -> Void = { _, _, _ in },
        clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.store = store
        self.keys = keys
        self.day = day
        self.kept = kept
        self.clock = clock
        (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Keeps a parcel and all its items; gives one receipt an item, in order. Passing trouble if the ledger is busy,
    /// full or closing: the sender shall try again.
    package func accept(_ parcel: Parcel) async throws(Trouble) -> [Receipt] {
        // Who is refused costs no sealing.
        if let refusal = state.withLock({ hindrance($0, weight: 0) }) { throw refuse(refusal, parcel.channel) }
        var leased = try keys.seal(parcel, day: day)
        leased.lease = Lease.held
        let sealed = leased
        let weight = sealed.weight
        let answer = await withCheckedContinuation { continuation in
            let refusal = state.withLock { state -> Hindrance? in
                if let found = hindrance(state, weight: weight) { return found }
                state.waiting.append(Waiting(parcel: sealed, weight: weight, answer: continuation))
                state.bytes += weight
                return nil
            }
            if let refusal {
                continuation.resume(returning: .failure(refuse(refusal, parcel.channel)))
            } else {
                wake.yield()
            }
        }
        return try answer.get()
    }

    private typealias Hindrance = (cause: Pressure.Cause, trouble: Trouble)

    /// Why a parcel of this weight is not taken now; nil if it is.
    private func hindrance(_ state: State, weight: Int) -> Hindrance? {
        if state.closed {
            return (.stopping, .passing("网关正在停止；请重试", "the gateway is stopping; try again", retryAfter: .seconds(5)))
        }
        if let shut = state.shut { return (.shut, shut) }
        let forecast = state.forecast(clock())
        let cause: Pressure.Cause? =
            forecast > Inbox.patience
            ? .slow
            : state.waiting.count >= Inbox.room
                ? .parcels : state.bytes > 0 && state.bytes + weight > Inbox.weight ? .bytes : nil
        guard let cause else { return nil }
        let pause = min(max(forecast, .seconds(2)), .seconds(30))
        return (cause, .passing("网关繁忙；请重试", "the gateway is busy; try again", retryAfter: pause))
    }

    private func refuse(_ refusal: Hindrance, _ channel: String) -> Trouble {
        refused(refusal.cause, channel: channel)
        return refusal.trouble
    }

    /// Says that a sender was told to come back, here or before a report got this far.
    package func refused(_ cause: Pressure.Cause, channel: String) {
        state.withLock { state in
            state.refused[Pressure.Refused(channel: channel, cause: cause), default: 0] += 1
            if cause.isPress { state.pressed = clock() }
        }
    }

    /// How hard the inbox is pressed just now.
    package var pressure: Pressure {
        state.withLock { state in
            var pressure = Pressure()
            for one in state.waiting { pressure.waiting[one.parcel.channel, default: 0] += 1 }
            pressure.bytes = state.bytes
            pressure.forecast = state.forecast(clock())
            pressure.refused = state.refused
            pressure.isStressed = isStressed(state)
            return pressure
        }
    }

    /// Whether more is sent than can be kept: see `Pressure`.
    package var isStressed: Bool { state.withLock { isStressed($0) } }

    private func isStressed(_ state: State) -> Bool {
        let now = clock()
        return state.pressed.map { now - $0 < Inbox.calm } ?? false || state.waiting.count > Inbox.room / 4
            || state.bytes > Inbox.weight / 2 || state.forecast(now) > .seconds(1)
    }

    /// A parcel of items that got no receipt came too late: another node reads its source now.
    private static func told(_ receipts: [Receipt], _ parcel: KeptParcel) -> Result<[Receipt], Trouble> {
        guard let lease = parcel.lease, receipts.isEmpty else { return .success(receipts) }
        return .failure(.passing("\(lease.name) 已由另一节点接管", "\(lease.name) has passed to another node"))
    }

    /// Parcels waiting for their commit.
    package var backlog: Int { state.withLock { $0.waiting.count } }

    /// Whether many senders wait for their answers, now or a moment ago: other work on the ledger then gives way.
    package var isRushed: Bool {
        state.withLock { state in
            state.rush.map { ContinuousClock.now - $0 < .milliseconds(50) } ?? false
        }
    }

    /// Runs the commits until `close`; to be called once.
    package func run() async {
        for await _ in wakes {
            while true {
                let group: [Waiting] = state.withLock { state in
                    let taken = Array(state.waiting.prefix(Inbox.group))
                    state.waiting.removeFirst(taken.count)
                    state.began = taken.isEmpty ? nil : clock()
                    return taken
                }
                if group.isEmpty { break }
                await commit(group)
                state.withLock { state in
                    state.bytes -= group.map(\.weight).reduce(0, +)
                    state.pace = state.began.map { clock() - $0 } ?? .zero
                    state.began = nil
                }
            }
            if state.withLock({ $0.closed && $0.waiting.isEmpty }) { return }
        }
    }

    /// Takes nothing while there is a reason (the free-space floor, rule 9); nil opens the door again.
    package func shut(_ reason: Trouble?) { state.withLock { $0.shut = reason } }

    /// Why nothing is taken just now; nil while the door is open.
    package var shutReason: Trouble? { state.withLock { $0.shut } }

    /// Takes nothing more; what waits is still kept.
    package func close() {
        state.withLock { $0.closed = true }
        wake.yield()
    }

    private func commit(_ group: [Waiting]) async {
        do throws(Trouble) {
            let parcels = group.map(\.parcel)
            let began = ContinuousClock.now
            let receipts = try await store.accept(parcels)
            let ended = ContinuousClock.now
            if group.count >= Inbox.crowd { state.withLock { $0.rush = ended } }
            kept(parcels, receipts, ended - began)
            for (waiting, receipt) in zip(group, receipts) {
                waiting.answer.resume(returning: Inbox.told(receipt, waiting.parcel))
            }
        } catch  where error.kind == .lasting && group.count > 1 {
            for waiting in group { await commit([waiting]) }
        } catch {
            for waiting in group { waiting.answer.resume(returning: .failure(error)) }
        }
    }
}
