import Intake
import Logging

/// Runs a channel that reads a source by itself, on one node at a time: under a lease taken before it begins, renewed
/// while it runs and freed when it ends. Where another node has it, this one stands by. What a node brings in after its
/// lease has passed on (it was frozen, or cut off from the ledger) is refused by the ledger; it stops, and stands by.
struct Polling: Sendable {
    let name: String
    let channel: any Channel
    let inbox: Inbox
    let tools: Tools

    /// How long others wait for a node that fell silent.
    static let length = Duration.seconds(30)
    private static let renewal = Duration.seconds(8)
    private static let look = Duration.seconds(4)

    /// Returns when the channel ends, when the lease is lost, or when cancelled.
    func run() async throws(Trouble) {
        var taken = ContinuousClock.now
        var answer = try await tools.store.lease("channel \(name)", for: Polling.length)
        while answer == .elsewhere {
            tools.metrics.set("intake_channel_standby", ["channel": name], to: 1)
            do { try await Task.sleep(for: Polling.look) } catch { return }
            taken = ContinuousClock.now
            answer = try await tools.store.lease("channel \(name)", for: Polling.length)
        }
        tools.metrics.set("intake_channel_standby", ["channel": name], to: 0)
        guard case .taken(let lease) = answer else { return try await channel.run(into: inbox) }
        tools.log.notice("a channel is read by this node", metadata: ["channel": "\(name)", "fence": "\(lease.fence)"])
        try await run(under: lease, since: taken).get()
    }

    /// Both end together: who has no lease reads nothing, who reads nothing keeps no lease.
    private func run(under lease: Lease, since taken: ContinuousClock.Instant) async -> Result<Void, Trouble> {
        let result = await withTaskGroup(of: Result<Void, Trouble>.self) { group in
            group.addTask {
                await Lease.$held.withValue(lease) {
                    do throws(Trouble) { return .success(try await channel.run(into: inbox)) } catch {
                        return .failure(error)
                    }
                }
            }
            group.addTask {
                await keep(lease, since: taken)
                return .success(())
            }
            let first = await group.next() ?? .success(())
            group.cancelAll()
            for await _ in group {}
            return first
        }
        do throws(Trouble) { try await tools.store.free(lease) } catch {
            tools.log.warning("a lease is left to its end", metadata: ["channel": "\(name)", "trouble": "\(error)"])
        }
        return result
    }

    /// Renews the lease until it is lost, or cannot be told from lost any more.
    private func keep(_ lease: Lease, since taken: ContinuousClock.Instant) async {
        var kept = taken
        while (try? await Task.sleep(for: Polling.renewal)) != nil {
            let asked = ContinuousClock.now
            do throws(Trouble) {
                guard try await tools.store.renew(lease, for: Polling.length) else {
                    return tools.log.warning("a channel has passed to another node", metadata: ["channel": "\(name)"])
                }
                kept = asked
            } catch  where ContinuousClock.now - kept < Polling.length {
                tools.log.warning("a lease is not renewed", metadata: ["channel": "\(name)", "trouble": "\(error)"])
            } catch {
                return tools.log.error("a lease has ended", metadata: ["channel": "\(name)", "trouble": "\(error)"])
            }
        }
    }
}
