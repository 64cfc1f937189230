import Dispatch
import Foundation
import Intake
import Synchronization

/// A few threads, each with a link of its own, so that libpq's blocking calls never hold up the tasks of the daemon.
/// A thread starts when work waits and none is idle. Work that no thread is free for within the patience is told to come
/// back: all may be waiting for a database that says nothing.
final class PostgresThreads: Sendable {
    private struct Work: Sendable {
        var since = ContinuousClock.now
        var run: @Sendable (PostgresLink) -> Void
        var fail: @Sendable (Trouble) -> Void
    }

    /// Shared with the threads, which must not keep their owner alive.
    private final class Queue: Sendable {
        struct State {
            var waiting: [Work] = []
            var running = 0
            var idle = 0
            var closed = false
            /// Whether somebody will look for what waited too long.
            var watched = false
            var ended: [CheckedContinuation<Void, Never>] = []
        }
        let state = Mutex(State())
        let signal = DispatchSemaphore(value: 0)

        /// The next piece of work; nil once closed and empty.
        func next() -> Work? {
            while true {
                signal.wait()
                let (work, closed) = state.withLock { state in
                    (state.waiting.isEmpty ? nil : state.waiting.removeFirst(), state.closed)
                }
                if work != nil || closed { return work }
            }
        }

        /// Tells what waited for so long to come back, and looks again as long as anything waits.
        func watch(_ patience: Duration) {
            let (late, next) = state.withLock { state in
                let end = ContinuousClock.now - patience
                let late = Array(state.waiting.prefix { $0.since <= end })
                state.waiting.removeFirst(late.count)
                state.watched = !state.waiting.isEmpty
                return (late, state.waiting.first.map { $0.since - end })
            }
            for work in late {
                work.fail(
                    .passing(
                        "数据库没有应答；请稍后再试", "the database does not answer; try again later",
                        retryAfter: PostgresFailure.pause))
            }
            if let next { watch(patience, after: next) }
        }

        func watch(_ patience: Duration, after pause: Duration) {
            DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(Int(pause.wholeMilliseconds) + 1)) {
                self.watch(patience)
            }
        }

        func close() {
            let threads = state.withLock { state in
                defer { state.closed = true }
                return state.closed ? 0 : state.running
            }
            for _ in 0..<threads { signal.signal() }
        }
    }

    private let conninfo: String
    private let most: Int
    private let name: String
    private let patience: Duration
    private let silence: Duration
    private let doubt: Duration
    private let queue = Queue()

    /// - Parameters: as of `PostgresLink`; `most` threads.
    init(
        conninfo: String, most: Int, name: String, patience: Duration,
        silence: Duration = PostgresConnection.usualSilence, doubt: Duration = .zero
    ) {
        self.silence = silence
        self.doubt = doubt
        self.conninfo = conninfo
        self.most = most
        self.name = name
        self.patience = patience
    }

    deinit { queue.close() }

    /// Runs `work` on one of the threads.
    func run<Value: Sendable>(
        _ work: @escaping @Sendable (PostgresLink) throws(Trouble) -> Value
    ) async throws(Trouble) -> Value {
        let result: Result<Value, Trouble> = await withCheckedContinuation { continuation in
            let taken = add(
                Work { link in
                    do throws(Trouble) { continuation.resume(returning: .success(try work(link))) } catch {
                        continuation.resume(returning: .failure(error))
                    }
                } fail: {
                    continuation.resume(returning: .failure($0))
                })
            if !taken { continuation.resume(returning: .failure(.passing("账本已关闭", "the ledger is closed"))) }
        }
        return try result.get()
    }

    /// Finishes what waits, closes the connections and takes nothing more.
    func close() async {
        queue.close()
        await withCheckedContinuation { continuation in
            let ended = queue.state.withLock { state in
                if state.running > 0 { state.ended.append(continuation) }
                return state.running == 0
            }
            if ended { continuation.resume() }
        }
    }

    private func add(_ work: Work) -> Bool {
        let (taken, starts, watches) = queue.state.withLock { state in
            if state.closed { return (false, false, false) }
            state.waiting.append(work)
            let starts = state.waiting.count > state.idle && state.running < most
            if starts { state.running += 1 }
            defer { state.watched = true }
            return (true, starts, !state.watched)
        }
        if starts { start() }
        if watches { queue.watch(patience, after: patience) }
        if taken { queue.signal.signal() }
        return taken
    }

    private func start() {
        let (queue, conninfo, patience, silence, doubt) = (queue, conninfo, patience, silence, doubt)
        let thread = Thread {
            let link = PostgresLink(conninfo: conninfo, patience: patience, silence: silence, doubt: doubt)
            while true {
                queue.state.withLock { $0.idle += 1 }
                let work = queue.next()
                queue.state.withLock { $0.idle -= 1 }
                guard let work else { break }
                work.run(link)
            }
            link.close()
            let waiting = queue.state.withLock { state in
                state.running -= 1
                guard state.running == 0 else { return [CheckedContinuation<Void, Never>]() }
                defer { state.ended = [] }
                return state.ended
            }
            for continuation in waiting { continuation.resume() }
        }
        thread.name = name
        thread.start()
    }
}
