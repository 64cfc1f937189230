import Intake
import Logging

/// Sees to it that nobody else goes by this node's name: what a node held when it died is taken up again by its name, so two
/// of one name would take each other's jobs and sources.
struct NodeName: Sendable {
    let store: any Store
    let log: Logger

    /// How long a start waits for the connection of a process that has just ended.
    private static let patience = Duration.seconds(10)
    /// How long another may have it before we give way: what lingers longer than this is no connection of ours.
    private static let doubt = Duration.seconds(60)

    /// To be called before the jobs of the last life are taken up. Passing trouble if another daemon has the name.
    func take() async throws(Trouble) {
        let end = ContinuousClock.now + NodeName.patience
        while try await !store.takeName() {
            guard ContinuousClock.now < end else { throw NodeName.taken }
            try? await Task.sleep(for: .milliseconds(200))
        }
    }

    /// Takes it again where it was lost with its connection, until cancelled. `fail` is told, again and again, when another
    /// has it.
    func keep(_ fail: @Sendable (Trouble) -> Void) async {
        var lost: ContinuousClock.Instant?
        while (try? await Task.sleep(for: .seconds(2))) != nil {
            // A database that is away is told of by the probe.
            guard let isOurs = try? await store.takeName() else { continue }
            if isOurs {
                lost = nil
            } else if let lost {
                if ContinuousClock.now - lost >= NodeName.doubt { fail(NodeName.taken) }
            } else {
                lost = .now
                log.critical("another connection goes by the name of this node", metadata: ["setting": "store.node"])
            }
        }
    }

    private static let taken = Trouble.passing(
        "此数据库上另有守护进程用同一个 store.node：请给每个节点各起一名；若它刚停下，稍后会自行启动",
        "another daemon with the same store.node runs on this database: give each node a name of its own; if it has just ended, this one starts by itself soon"
    )
}
