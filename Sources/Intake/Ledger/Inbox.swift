import Foundation
import Synchronization

/// The one door of the ledger. Whatever waits is put into one transaction (group commit), bounded by count; while one
/// commit is being synced the next group gathers, so an idle daemon waits for nothing and a busy one syncs once for many.
///
/// What `accept` returns is on disk (rule 1). A batch that fails for one bad parcel is run again parcel by parcel
/// (rule 4); trouble of the store itself goes to everyone who waits, who answer 503 (rule 6).
package final class Inbox: Sendable {
    /// Parcels in one transaction.
    static let group = 256
    /// Parcels that may wait; beyond it senders are told to come back, rather than time out.
    static let room = 4096

    /// Parcels in one transaction from which on it counts as a rush.
    static let crowd = 8

    private struct Waiting: Sendable {
        var parcel: KeptParcel
        var answer: CheckedContinuation<Result<[Receipt], Trouble>, Never>
    }
    private struct State {
        var waiting: [Waiting] = []
        var closed = false
        /// Why nothing is taken just now.
        var shut: Trouble?
        /// When many were last kept at once.
        var rush: ContinuousClock.Instant?
    }

    private let store: any Store
    private let keys: Keys
    private let day: @Sendable (Instant) -> Day
    private let kept: @Sendable ([KeptParcel], [[Receipt]], Duration) -> Void
    private let state = Mutex(State())
    private let wake: AsyncStream<Void>.Continuation
    private let wakes: AsyncStream<Void>

    /// - Parameters:
    ///   - day: the day of an instant in the city's zone.
    ///   - kept: told after each commit how long it took, to wake the clerk and to count; must not block.
    package init(
        store: any Store, keys: Keys, day: @escaping @Sendable (Instant) -> Day,
        kept: @escaping @Sendable ([KeptParcel], [[Receipt]], Duration) -> Void = { _, _, _ in }
    ) {
        self.store = store
        self.keys = keys
        self.day = day
        self.kept = kept
        (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Keeps a parcel and all its items; gives one receipt an item, in order. Passing trouble if the ledger is busy,
    /// full or closing: the sender shall try again.
    package func accept(_ parcel: Parcel) async throws(Trouble) -> [Receipt] {
        let sealed = try keys.seal(parcel, day: day)
        let answer = await withCheckedContinuation { continuation in
            let refusal: Trouble? = state.withLock { state in
                if state.closed {
                    return .passing("网关正在停止；请重试", "the gateway is stopping; try again", retryAfter: .seconds(5))
                }
                if let shut = state.shut { return shut }
                if state.waiting.count >= Inbox.room {
                    return .passing("网关繁忙；请重试", "the gateway is busy; try again", retryAfter: .seconds(2))
                }
                state.waiting.append(Waiting(parcel: sealed, answer: continuation))
                return nil
            }
            if let refusal { continuation.resume(returning: .failure(refusal)) } else { wake.yield() }
        }
        return try answer.get()
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
                    return taken
                }
                if group.isEmpty { break }
                await commit(group)
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
            for (waiting, receipt) in zip(group, receipts) { waiting.answer.resume(returning: .success(receipt)) }
        } catch  where error.kind == .lasting && group.count > 1 {
            for waiting in group { await commit([waiting]) }
        } catch {
            for waiting in group { waiting.answer.resume(returning: .failure(error)) }
        }
    }
}
