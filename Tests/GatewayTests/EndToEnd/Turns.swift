import Synchronization

/// Lets so many at once, the others in the order they came. Every gateway of the tests is a process with threads,
/// connections and a log of its own, and the patience of a test is measured by the clock: a hundred at once would have
/// each other's time.
final class Turns: Sendable {
    static let gateways = Turns(6)
    /// Whether the task at hand has its turn: a second gateway in one test must not wait for the first.
    @TaskLocal private static var taken = false

    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }
    private let state: Mutex<State>

    init(_ count: Int) { state = Mutex(State(free: count)) }

    /// Runs `body` when it is its turn.
    func take(_ body: () async throws -> Void) async rethrows {
        if Turns.taken { return try await body() }
        await withCheckedContinuation { continuation in
            let now = state.withLock { state in
                if state.free > 0 {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if now { continuation.resume() }
        }
        defer {
            let next = state.withLock { state in
                if state.waiting.isEmpty {
                    state.free += 1
                    return nil as CheckedContinuation<Void, Never>?
                }
                return state.waiting.removeFirst()
            }
            next?.resume()
        }
        try await Turns.$taken.withValue(true) { try await body() }
    }
}
