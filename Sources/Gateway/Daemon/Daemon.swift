import Foundation
import Hummingbird
import Intake
import Logging
import ServiceLifecycle
import Storage
import Synchronization
import UnixSignals

/// The whole daemon, wired on one page: opens the ledger, makes the works, serves until told to stop.
///
/// Start: configuration checked whole → ledger (synced as rule 1 asks) → key canary → probe commit → listeners →
/// READY. Stop, in this order: listeners finish what they answer, channels and clerk end, the inbox keeps what waits.
final class Daemon: Sendable {
    let tools: Tools
    let inbox: Inbox
    private let clock: LedgerClock
    private let manager: ServiceManager
    private let file: String
    private let state: String?
    private let fixed: Configuration.Fixed
    private let held: FolderLock
    private let token: ControlToken
    private let name: NodeName
    private let floor: Floor
    private let current = Current()
    private let swaps: AsyncStream<(works: Works, clerk: Clerk)>
    private let swap: AsyncStream<(works: Works, clerk: Clerk)>.Continuation
    private let installing = Mutex(())
    private let broken: Broken
    private let ports = Mutex<[String: Int]>([:])

    /// Opens everything but the listeners. `state` overrides the state folder of the service manager and the file; `wall`
    /// is the machine's clock.
    /// Throws `ConfigurationError` (exit 78) before anything is opened, or `Trouble` (exit 74).
    init(file: String, state: String?, manager: ServiceManager, log: Logger, wall: @escaping Now) async throws {
        let configuration = Configuration(file: file, manager: manager, state: state, complaints: Complaints())
        try await Rehearsal.check(
            configuration, in: manager.runtime ?? FileManager.default.temporaryDirectory.path, log: log)
        let broken = Broken()
        held = try FolderLock(folder: try Opening.makeState(configuration.fixed.state))
        let (store, blobs) = try await Opening.ledger(configuration.fixed, log: log) { broken.fail($0) }
        name = NodeName(store: store, log: log)
        try await name.take()
        let keys = try await Opening.fit(configuration, to: store)
        let clock = try await LedgerClock(store, wall: wall)
        let now: Now = { clock.now }
        self.clock = clock
        try await Opening.begin(store, blobs, at: now(), log: log)

        let (current, metrics) = (current, Metrics())
        metrics.set(Gauges.masterKey, ["id": keys.id.description], to: 1)
        tools = Tools(
            keys: keys, store: store, blobs: blobs, city: { current.city }, network: try Network(now: now), now: now,
            metrics: metrics, log: log, state: configuration.fixed.state, proxies: configuration.proxies)
        try Opening.makeScratch(tools.scratch)
        token = try ControlToken.make(in: configuration.fixed.state)
        let floor = Floor(configuration.fixed.floor, tools)
        self.floor = floor
        inbox = Inbox(
            store: store, keys: keys,
            day: { current.zone?.local($0).day ?? Day(Instant(milliseconds: 0), offset: .zero) },
            kept: {
                floor.took($0)
                current.kept($0, $1, $2, metrics)
            })
        await floor.look(shutting: inbox)
        (swaps, swap) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        self.manager = manager
        self.file = file
        self.state = state
        self.broken = broken
        fixed = configuration.fixed
        try install(configuration)
    }

    /// Makes new works from a configuration and lets new requests and jobs use them from now on.
    private func install(_ configuration: Configuration) throws(ConfigurationError) {
        let works = try Works(configuration, tools: tools, inbox: inbox)
        let inbox = inbox
        let clerk = Clerk(
            store: tools.store, desks: works.desks, rushed: { inbox.isRushed }, now: tools.now, log: tools.log)
        installing.withLock { _ in
            current.set(works, clerk)
            swap.yield((works, clerk))
        }
    }

    /// Reads the configuration again and swaps what can be swapped; a bad one is refused and the old one stays.
    func reload() async throws(ConfigurationError) {
        manager.reloading()
        defer { manager.ready("running") }
        let complaints = Complaints()
        let configuration = Configuration(file: file, manager: manager, state: state, complaints: complaints)
        if configuration.fixed != fixed {
            complaints.add(
                Complaint(
                    file: file, line: 1, path: "listen, store, state, keys",
                    expected: Phrase(zh: "与运行中的一致（改这些要重启）", en: "the same as running (a change needs a restart)"),
                    found: Phrase(zh: "已改", en: "changed")))
        }
        try install(configuration)
        tools.log.notice("configuration swapped", metadata: ["city": "\(current.city?.version ?? "")"])
    }

    /// Serves until a signal (SIGTERM, SIGINT), or until the ledger breaks: then the trouble is thrown.
    /// `ready` is told the bound ports by listener name.
    func run(ready: @escaping @Sendable ([String: Int]) -> Void = { _ in }) async throws {
        let started: @Sendable (String, Int) -> Void = { name, port in
            let ports = self.ports.withLock { ports in
                ports[name] = port
                return ports
            }
            if ports.count == 2 {
                self.manager.ready("running")
                ready(ports)
            }
        }
        let current = current
        let empty = Router(context: GatewayContext.self).buildResponder()
        let inside = PrivateRoutes(
            tools: tools, inbox: inbox, channels: { current.works.map { Array($0.channels.keys) } ?? [] }, token: token,
            reload: { () async throws(ConfigurationError) in try await self.reload() }
        ).responder()
        let doors = try await openDoors(
            [
                Listener(
                    address: manager.sockets["public"].map { .inherited(descriptor: $0) } ?? fixed.publicAddress,
                    responder: { current.responder ?? empty }, ready: { started("public", $0) }, log: tools.log,
                    shed: { [inbox] path in
                        let channel = path.flatMap { current.channel(at: $0) }
                        inbox.refused(.crowd, channel: channel ?? Listener.name)
                    }),
                Listener(
                    address: manager.sockets["private"].map { .inherited(descriptor: $0) } ?? fixed.privateAddress,
                    responder: { inside }, ready: { started("private", $0) }, log: tools.log),
            ])
        let services: [any Service] = [
            Running(start: { await self.inbox.run() }, stop: { self.inbox.close() }),
            Running(start: { await self.work() }, stop: { self.swap.finish() }),
            Sweep(tools: tools),
            Ticker(
                tools: tools, inbox: inbox, floor: floor, clock: clock, manager: manager, clerk: { current.clerk }),
            Running(start: { await self.name.keep { self.broken.fail($0) } }),
            DailyRound(tools: tools, works: { current.works }),
        ]
        let group = ServiceGroup(
            configuration: .init(
                services: services + (doors as [any Service]), gracefulShutdownSignals: [.sigterm, .sigint],
                logger: Logger(label: "services") { _ in SwiftLogNoOpLogHandler() }))
        let manager = manager
        broken.whenBroken { Task { await group.triggerGracefulShutdown() } }
        defer { manager.stopping() }
        try await group.run()
        await tools.store.close()
        if let trouble = broken.trouble { throw trouble }
    }

    /// Takes every address before any work begins: where one cannot be had, that is all there is to say.
    private func openDoors(_ listeners: [Listener]) async throws -> [Listener.Open] {
        var doors: [Listener.Open] = []
        do {
            for listener in listeners { doors.append(try await listener.open()) }
            return doors
        } catch {
            for door in doors { await door.close() }
            await tools.store.close()
            throw error
        }
    }

    /// Runs channels and clerk. When new works are installed their desks begin at once, beside the old ones, which end
    /// with the batch they are at: a department that does not answer holds up no reload (leases keep them apart). A
    /// channel begins when the old ones have let go of their folders and mailboxes. At the end of the daemon, what is
    /// under way is cut and left to its lease.
    private func work() async {
        await withDiscardingTaskGroup { desks in
            var clerk: Clerk?
            var channels = Task<Void, Never> {}
            for await next in swaps {
                clerk?.stop()
                clerk = next.clerk
                desks.addTask { await next.clerk.run() }
                let old = channels
                old.cancel()
                channels = Task {
                    await old.value
                    await withDiscardingTaskGroup { group in
                        for (name, channel) in next.works.channels {
                            group.addTask { await Running.channel(name, channel, self.inbox, self.tools) }
                        }
                    }
                }
            }
            channels.cancel()
            clerk?.stop()
            desks.cancelAll()
            await channels.value
        }
    }
}
