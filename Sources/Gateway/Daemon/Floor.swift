import Intake
import Logging
import Synchronization

/// The free-space floor: below it nothing more is taken, before the disk is full (rule 9). Looked at each second, and as soon
/// as so much was taken that it may have been reached.
final class Floor: Sendable {
    private struct State {
        /// Bytes taken since the last look, nearly.
        var taken: Int64 = 0
        var isLow = false
    }

    /// One signal for any number of times that much was taken.
    let much: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation
    private let bytes: Int64
    private let tools: Tools
    private let state = Mutex(State())

    /// - Parameter bytes: that are to be free at least on the disk of the ledger.
    init(_ bytes: Int64, _ tools: Tools) {
        self.bytes = bytes
        self.tools = tools
        (much, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Told after each commit. What is kept takes several times its own room: log, rows, indexes, orders.
    func took(_ parcels: [KeptParcel]) {
        let sum = parcels.map { Int64($0.weight) }.reduce(0, +)
        let isMuch = state.withLock { state in
            state.taken += sum
            return state.taken > bytes / 16
        }
        if isMuch { signal.yield() }
    }

    /// Shuts or opens the inbox. A database on another machine says nothing of its disk.
    func look(shutting inbox: Inbox) async {
        guard let free = try? await tools.blobs.free() else { return }
        tools.metrics.set("store_free_bytes", to: Double(free))
        let isLow = free < bytes
        let wasLow = state.withLock { state in
            defer { state = State(isLow: isLow) }
            return state.isLow
        }
        inbox.shut(
            isLow
                ? .passing("磁盘将满；请腾出空间", "the disk is nearly full; free some space", retryAfter: .seconds(60)) : nil)
        if isLow, !wasLow { tools.log.critical("free space is below the floor", metadata: ["free": "\(free)"]) }
        if wasLow, !isLow { tools.log.notice("there is free space again", metadata: ["free": "\(free)"]) }
    }
}
