import Foundation
import Intake
import Servers
import Synchronization
import Testing

@testable import Gateway

/// Numbered reports go in by webhook, API, form, mail, WeChat and dropped calls while the process is killed again and again, at
/// moments drawn from a seed, now and then before it is ready, and the last time not before every way in has taken something;
/// at the end every acknowledged id is there exactly once and handed over, and the database itself is whole.
struct KillLoop {
    let gateway: RunningGateway
    let kills: Int
    let seed: UInt64
    let mailbox: Dovecot
    let platform: WeChatPlatform

    /// Gives how many were acknowledged, and how many of them were lost or handed over twice.
    func run() async throws -> (acknowledged: Int, lost: Int, doubled: Int) {
        var random = SplitMix(state: seed)
        defer { gateway.stop(SIGKILL) }
        try await gateway.start()
        var sending = try await Reporters(gateway)
        sending.web = try FormSender(gateway)
        sending.mailbox = mailbox
        sending.wechat = platform
        let reporters = sending
        gateway.stop()
        for kill in 0..<kills {
            // While it starts, and takes up what the last life left: every fourth time.
            if kill % 4 == 3 { try await gateway.startAndKill(after: .milliseconds(Int(random.next() % 1200))) }
            try await gateway.start()
            // The moment of the kill is an amount of work, not of time: so many answers after the start.
            let moment = reporters.oracle.count + 20 + Int(random.next() % 40)
            await withTaskGroup(of: Void.self) { group in
                // Nobody else would stop: they go on until they are killed.
                group.addTask { await reporters.send { true } }
                // A way in that took nothing would prove nothing.
                while reporters.oracle.count < moment || (kill == kills - 1 && reporters.heard < Reporters.count),
                    !Task.isCancelled
                {
                    try? await Pause.short(milliseconds: 1)
                }
                gateway.stop(SIGKILL)
            }
            Proof.progress("kills", kill + 1, of: kills)
        }
        try await gateway.start()
        let (lost, doubled) = try await reporters.outcome()
        gateway.stop()
        #expect(try await gateway.damage() == [])
        return (reporters.oracle.acknowledged.count, lost, doubled)
    }
}

/// What was promised.
final class Oracle: Sendable {
    private let state = Mutex<(last: Int, acknowledged: Set<Int>)>((0, []))

    var count: Int { state.withLock { $0.acknowledged.count } }
    var acknowledged: Set<Int> { state.withLock { $0.acknowledged } }

    func next() -> Int {
        state.withLock { state in
            state.last += 1
            return state.last
        }
    }

    func remember(_ number: Int) { state.withLock { _ = $0.acknowledged.insert(number) } }
}
