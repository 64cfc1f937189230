import Dispatch
import Foundation
import Intake
import Synchronization

/// A few threads, each with a link of its own, so that libpq's blocking calls never hold up the tasks of the daemon.
/// A thread starts when work waits and none is idle.
final class PostgresThreads: Sendable {
    private typealias Work = @Sendable (PostgresLink) -> Void

    /// Shared with the threads, which must not keep their owner alive.
    private final class Queue: Sendable {
        struct State {
            var waiting: [Work] = []
            var running = 0
            var idle = 0
            var closed = false
            var ended: [CheckedContinuation<Void, Never>] = []
        }
        let state = Mutex(State())
        let signal = DispatchSemaphore(value: 0)

        /// The next piece of work; nil once closed and empty.
        func next() -> Work? {
            signal.wait()
            return state.withLock { $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }
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
    private let queue = Queue()

    init(
        conninfo: String, most: Int, name: String, patience: Duration,
        silence: Duration = PostgresConnection.usualSilence
    ) {
        self.silence = silence
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
            let taken = add { link in
                do throws(Trouble) { continuation.resume(returning: .success(try work(link))) } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
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

    private func add(_ work: @escaping Work) -> Bool {
        let (taken, starts) = queue.state.withLock { state in
            if state.closed { return (false, false) }
            state.waiting.append(work)
            let starts = state.waiting.count > state.idle && state.running < most
            if starts { state.running += 1 }
            return (true, starts)
        }
        if starts { start() }
        if taken { queue.signal.signal() }
        return taken
    }

    private func start() {
        let (queue, conninfo, patience, silence) = (queue, conninfo, patience, silence)
        let thread = Thread {
            let link = PostgresLink(conninfo: conninfo, patience: patience, silence: silence)
            while true {
                queue.state.withLock { $0.idle += 1 }
                let work = queue.next()
                queue.state.withLock { $0.idle -= 1 }
                guard let work else { break }
                work(link)
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
