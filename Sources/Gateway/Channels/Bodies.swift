import Intake
import Synchronization

/// Bytes of requests that are in memory before anything of them is kept. All together they are bounded, and so is what one
/// sender may hold of it: a body grows only while there is room, and whoever comes too late is told to come back.
final class Bodies: Sendable {
    /// Bytes of all requests under way: with the inbox's own limit, the most memory that senders can make us take.
    static let most = 128 << 20
    /// Parts of it that one sender may hold, and that all may hold together who cannot be told apart.
    static let each = most / 4
    static let crowd = most / 2

    private struct State {
        var all = 0
        var senders: [UInt64?: Int] = [:]
    }
    private let state = Mutex(State())
    /// MiB that one sender may have read in ten minutes for nothing: bodies that were not believed in the end.
    let unverified: RateLimit

    init(unverified: RateLimit = RateLimit(256, per: .seconds(600))) { self.unverified = unverified }

    /// Bytes held now.
    var held: Int { state.withLock { $0.all } }

    fileprivate func take(_ bytes: Int, _ sender: UInt64?) -> Bool {
        state.withLock { state in
            let mine = state.senders[sender, default: 0] + bytes
            guard state.all + bytes <= Bodies.most, mine <= (sender == nil ? Bodies.crowd : Bodies.each) else {
                return false
            }
            state.all += bytes
            state.senders[sender] = mine
            return true
        }
    }

    fileprivate func give(_ bytes: Int, _ sender: UInt64?) {
        state.withLock { state in
            state.all -= bytes
            let left = state.senders[sender, default: 0] - bytes
            state.senders[sender] = left > 0 ? left : nil
        }
    }
}

/// What one request holds of `Bodies`, given back when nobody refers to it any more.
final class Share: Sendable {
    private let bodies: Bodies
    private let sender: UInt64?
    private let bytes = Mutex(0)

    /// - Parameter sender: as `Tools.sender` gives it.
    init(_ bodies: Bodies, of sender: UInt64?) {
        self.bodies = bodies
        self.sender = sender
    }

    /// False, and nothing taken, where there is no room.
    func grow(by more: Int) -> Bool {
        guard bodies.take(more, sender) else { return false }
        bytes.withLock { $0 += more }
        return true
    }

    func shrink(by less: Int) {
        bytes.withLock { $0 -= less }
        bodies.give(less, sender)
    }

    deinit { bodies.give(bytes.withLock { $0 }, sender) }
}

extension Trouble {
    /// Requests under way hold as much memory as they may.
    static let busy = Trouble.passing("网关繁忙；请重试", "the gateway is busy; try again", retryAfter: .seconds(2))
}
