import Intake
import Logging
import ServiceLifecycle
import Synchronization

/// Something that runs until it is told to stop, then finishes.
struct Running: Service {
    let start: @Sendable () async -> Void
    /// Nil: it is cancelled.
    var stop: (@Sendable () -> Void)?

    func run() async throws {
        guard let stop else { return await cancelWhenGracefulShutdown { await start() } }
        await withGracefulShutdownHandler {
            await start()
        } onGracefulShutdown: {
            stop()
        }
    }

    /// Runs a channel until cancelled; trouble of one channel never stops another, it is said and the channel is
    /// started again with growing pauses.
    static func channel(_ name: String, _ channel: any Channel, _ inbox: Inbox, _ tools: Tools) async {
        var failures = 0
        while !Task.isCancelled {
            let began = tools.now()
            var asked: Duration?
            do throws(Trouble) {
                tools.metrics.set("intake_channel_up", ["channel": name], to: 1)
                if channel.source != nil {
                    try await Polling(name: name, channel: channel, inbox: inbox, tools: tools).run()
                } else {
                    try await channel.run(into: inbox)
                }
                if Task.isCancelled { return }
            } catch {
                if Task.isCancelled { return }
                tools.metrics.set("intake_channel_up", ["channel": name], to: 0)
                let waits = error.kind == .needsPerson
                asked = error.kind == .passing ? error.retryAfter : nil
                tools.metrics.set("intake_channel_needs_person", ["channel": name], to: waits ? 1 : 0)
                tools.metrics.count("intake_channel_failures_total", ["channel": name])
                tools.log.log(
                    level: waits ? .critical : .error, "a channel stopped",
                    metadata: ["channel": "\(name)", "trouble": "\(error)"])
            }
            // Whoever says when is not to blame the channel: so it goes on within seconds once too much has stopped coming.
            if let asked {
                try? await Task.sleep(for: max(asked, .seconds(2)))
                continue
            }
            // A channel that ran well for ten minutes starts from the short pause again.
            failures = tools.now() - began > .seconds(600) ? 0 : failures + 1
            try? await Task.sleep(
                for: Backoff(first: .seconds(2), longest: .seconds(300), factor: 2).pause(after: failures))
        }
    }
}

/// Trouble after which nothing may be acknowledged any more (rule 9): remembered, and the daemon ends with 74.
final class Broken: Sendable {
    private struct State {
        var trouble: Trouble?
        var act: (@Sendable () -> Void)?
    }
    private let state = Mutex(State())

    var trouble: Trouble? { state.withLock { $0.trouble } }

    func fail(_ trouble: Trouble) {
        let act = state.withLock { state in
            state.trouble = state.trouble ?? trouble
            return state.act
        }
        act?()
    }

    func whenBroken(_ act: @escaping @Sendable () -> Void) {
        let late = state.withLock { state in
            state.act = act
            return state.trouble != nil
        }
        if late { act() }
    }
}
