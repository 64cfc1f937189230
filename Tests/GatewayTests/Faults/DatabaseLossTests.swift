import Foundation
import Intake
import Servers
import Synchronization
import Testing

@testable import Gateway

/// PostgreSQL goes away under a running daemon that takes reports over several channels, at moments drawn from a seed.
@Suite("The database goes away and comes back", .timeLimit(Proof.limit)) struct DatabaseLossTests {
    /// Runs `body` with a started gateway on PostgreSQL; whatever happened meanwhile, at the end the same daemon is there,
    /// nobody was told anything but to come back, and all that was acknowledged is handed over once.
    private func withReporters(
        _ fault: String, runs: Int, connection: String, _ body: (Reporters, Int) async throws -> Void
    ) async throws {
        try await withFolder { folder in
            let gateway = try RunningGateway(
                folder: folder, ledger: .postgres, connection: connection, channels: Reporters.channels)
            try await gateway.start()
            defer { gateway.stop(SIGKILL) }
            do {
                let reporters = try await Reporters(gateway)
                for run in 0..<runs {
                    try await body(reporters, run)
                    Proof.progress("faults", run + 1, of: runs)
                }
                let goal = reporters.oracle.count + 20
                await reporters.send { reporters.oracle.count < goal }
                #expect(gateway.ended == nil)
                let told = reporters.ear.all
                #expect(told.wrong.isEmpty && told.cut == 0, "\(told)")
                let (lost, doubled) = try await reporters.outcome()
                #expect(lost == 0 && doubled == 0)
                Proof.row(
                    fault, runs: runs, acknowledged: reporters.oracle.count, lost: lost, doubled: doubled)
            } catch { throw RunningGateway.Failed(text: "\(error)\n\(gateway.log.suffix(4000))") }
        }
    }

    /// Lets the reporters send, strikes at a moment that is an amount of work, and waits until they could go on: they send
    /// all the while, however fast they are.
    private func strike(
        _ reporters: Reporters, _ random: inout SplitMix, _ act: () async throws -> Void
    ) async throws {
        let moment = reporters.oracle.count + 1 + Int(random.next() % 40)
        let goal = Goal()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await reporters.send { reporters.oracle.count < goal.count.load(ordering: .relaxed) } }
            while reporters.oracle.count < moment { try await Pause.short(milliseconds: 1) }
            try await act()
            goal.count.store(moment + 20, ordering: .relaxed)
            try await group.waitForAll()
        }
    }

    /// How many reports are to be acknowledged.
    private final class Goal: Sendable { let count = Atomic(Int.max) }

    private func ready(_ reporters: Reporters) async throws -> Int {
        var call = HTTPCall(.get, reporters.gateway.privateURL + "/readyz")
        call.total = .seconds(60)
        return try await reporters.gateway.call(call).status
    }

    @Test("restarted, or away for a while, it loses and doubles nothing", arguments: PostgresServer.Stop.allCases)
    func restarted(_ stop: PostgresServer.Stop) async throws {
        try await Turns.gateways.take {
            let server = try PostgresServer()
            var random = SplitMix(state: Proof.seed)
            let runs = Proof.runs(3, prove: 25)
            try await withReporters(
                "PostgreSQL restarted: \(stop.rawValue)", runs: runs, connection: try await server.make(empty: true)
            ) { reporters, run in
                try await strike(reporters, &random) {
                    if run % 3 != 1 { return try await server.restart(stop) }
                    // Away for longer than anybody is kept waiting.
                    try await server.stop(stop)
                    _ = try await eventually("it is not ready") { try await ready(reporters) == 503 ? true : nil }
                    let told = reporters.ear.all.later
                    _ = try await eventually("senders are told to come back") {
                        reporters.ear.all.later > told ? true : nil
                    }
                    try await server.start()
                    _ = try await eventually("it is ready again") { try await ready(reporters) == 200 ? true : nil }
                }
            }
            try await server.end()
        }
    }

    @Test("every connection ended again and again, it loses and doubles nothing")
    func terminated() async throws {
        try await Turns.gateways.take {
            try await withPostgres(empty: true) { connection in
                let server = try await PostgresServer.shared
                var random = SplitMix(state: Proof.seed)
                try await withReporters(
                    "backends killed", runs: Proof.runs(10, prove: 200), connection: connection
                ) { reporters, _ in
                    try await strike(reporters, &random) { try await server.terminate(connection) }
                }
            }
        }
    }

    @Test("a connection that stays and says nothing: senders hear 503, and it goes on by itself once bytes pass again")
    func halfOpen() async throws {
        try await Turns.gateways.take {
            try await withPostgres(empty: true) { connection in
                try await withFolder { folder in
                    let host = try await PostgresServer.shared.host
                    let relay = try Relay(folder: folder, host: host)
                    defer { relay.shut() }
                    var random = SplitMix(state: Proof.seed)
                    try await withReporters(
                        "connection half open", runs: Proof.runs(2, prove: 10),
                        connection: connection.replacing("host=\(host)", with: "host=\(folder)")
                    ) { reporters, run in
                        try await strike(reporters, &random) {
                            // New connections are as ever: what waited on the old ones is done once.
                            if run % 2 == 1 { return relay.silence() }
                            // Nothing passes any more, old connection or new.
                            relay.freeze()
                            defer { relay.thaw() }
                            try await refused(reporters)
                        }
                        #expect(try await ready(reporters) == 200)
                    }
                }
            }
        }
    }

    /// Every way in is told to come back, and readiness is red; each sender's own patience is its bound (40 s of silence
    /// and 5 s for a new connection).
    private func refused(_ reporters: Reporters) async throws {
        let gateway = reporters.gateway
        async let readiness = ready(reporters)
        let key = "frozen_\(reporters.oracle.next())"
        var hook = HookSender.call(gateway, id: key, body: HookSender.report("路灯不亮"))
        var api = reporters.caller.call(#"{"text": "路灯不亮"}"#, key: key)
        (hook.total, api.total) = (.seconds(60), .seconds(60))
        async let first = gateway.call(hook)
        async let second = gateway.call(api)
        for answer in try await [first, second] {
            #expect(answer.status == 503)
            #expect(answer.header("retry-after") != nil)
        }
        #expect(try await readiness == 503)
    }
}
