import Foundation
import Intake
import Storage
import Synchronization
import Testing

@testable import Gateway

/// Somebody sets the clock while we work (issue: steps back and forward, leap day).
@Suite("The clock is stepped", .timeLimit(Proof.limit)) struct ClockTests {
    /// A machine's clock that a test sets.
    private final class Wall: Sendable {
        private let ahead = Mutex(Duration.zero)
        var now: Instant { .wall + ahead.withLock { $0 } }
        func step(_ by: Duration) { ahead.withLock { $0 += by } }
    }

    private func withStore(_ body: (SQLiteStore) async throws -> Void) async throws {
        try await withFolder { folder in
            let store = try SQLiteStore(path: folder + "/ledger.sqlite")
            try await body(store)
            await store.close()
        }
    }

    @Test("what waits goes on waiting as long as it should have, however the clock is stepped")
    func waiting() async throws {
        try await withStore { store in
            let wall = Wall()
            let clock = try await LedgerClock(store, wall: { wall.now })
            _ = try await store.apply([try await waiting(store, for: .seconds(600), clock.now)])
            for step in [Duration.seconds(-7200), .seconds(86400), .seconds(-3600)] {
                wall.step(step)
                let before = clock.now
                let seen = try #require(try await clock.follow(store))
                #expect(max(seen - step, step - seen) < .seconds(1))
                #expect(try await clock.follow(store) == nil)
                let left = try #require(try await store.lanes().first?.due) - clock.now
                #expect(left > .seconds(570) && left <= .seconds(600))
                #expect((clock.now < before) == (step < .zero))
            }
        }
    }

    @Test("small corrections move nothing") func small() async throws {
        try await withStore { store in
            let wall = Wall()
            let clock = try await LedgerClock(store, wall: { wall.now })
            wall.step(.milliseconds(-300))
            #expect(try await clock.follow(store) == nil)
        }
    }

    @Test("a clock set back while nobody ran holds up nothing either") func restarted() async throws {
        try await withStore { store in
            let wall = Wall()
            let before = try await LedgerClock(store, wall: { wall.now })
            _ = try await store.apply([try await waiting(store, for: .seconds(60), before.now)])
            try await store.probe(at: before.now)
            wall.step(.seconds(-7200))
            let clock = try await LedgerClock(store, wall: { wall.now })
            let left = try #require(try await store.lanes().first?.due) - clock.now
            #expect(left <= .seconds(60))
        }
    }

    /// An outcome that puts the first job of a new ticket off.
    private func waiting(_ store: SQLiteStore, for pause: Duration, _ now: Instant) async throws -> Outcome {
        let keys = try Keys(master: Data(repeating: 7, count: 32))
        let parcel = Parcel(
            channel: "cti", received: now, envelope: [:], body: .bytes(Data("x".utf8)),
            items: [Item(sourceID: "x", content: .submission(Submission(text: "路灯不亮")))])
        _ = try await store.accept([try keys.seal(parcel) { Day($0, offset: .seconds(8 * 3600)) }])
        let job = try #require(try await store.claim(.settle, limit: 1, now: now, lease: .seconds(60)).first)
        var outcome = Outcome(ticket: job.subject)
        (outcome.job, outcome.close) = (job, .again(now + pause))
        return outcome
    }

    @Test("the running daemon keeps, settles and hands over through steps back, forward and to a leap day")
    func running() async throws {
        try await withFolder { folder in
            try await on(.sqlite) { connection in
                let gateway = try RunningGateway(
                    folder: folder, ledger: .sqlite, connection: connection, channels: HookSender.channel)
                let ahead = folder + "/ahead"
                _ = FileManager.default.createFile(atPath: ahead, contents: nil)
                let clock = try #require(FileHandle(forWritingAtPath: ahead))
                func set(_ seconds: Int64) throws {
                    // In one write, never empty: the daemon reads it at every look at the clock.
                    try clock.seek(toOffset: 0)
                    try clock.write(contentsOf: Data("\(seconds)                    ".utf8.prefix(20)))
                }
                try set(0)
                try await gateway.start(under: SteppedClock.under(ahead, in: folder))
                defer { gateway.stop(SIGKILL) }
                let leapDay = Int64(1_835_409_600) - Int64(Date().timeIntervalSince1970)
                let moments: [Int64] = [0, -7200, 3 * 86400, leapDay]
                for (number, seconds) in moments.enumerated() {
                    try set(seconds)
                    if number > 0 {
                        _ = try await eventually("the step is seen") {
                            String(decoding: try await gateway.inside("/metrics").body, as: UTF8.self)
                                .contains("clock_steps_total \(number)") ? true : nil
                        }
                    }
                    let body = Array(HookSender.report("滨江路\(number)号路灯不亮").utf8)
                    let answer = try await gateway.call(
                        HTTPCall(
                            .post, "\(gateway.publicURL)/hooks/cti",
                            headers: HookSender.headers(id: "clock-\(number)", body: body, age: -seconds),
                            body: .bytes(body)))
                    #expect(answer.status == 200, "\(seconds)")
                    if seconds == leapDay {
                        #expect(String(decoding: answer.body, as: UTF8.self).contains("20280229-"))
                    }
                    _ = try await eventually("it is handed over") { handed(gateway) == number + 1 ? true : nil }
                }
                #expect(try await gateway.books().complaints.isEmpty)
                gateway.stop()
                let (status, output) = try await gateway.command(["audit", "verify"])
                #expect(status == 0, "\(output)")
            }
        }
    }

    private func handed(_ gateway: RunningGateway) -> Int {
        let outbox = gateway.state + "/outbox"
        let recipients = (try? FileManager.default.contentsOfDirectory(atPath: outbox)) ?? []
        return recipients.flatMap { gateway.handedOver(to: $0) }.filter {
            String(decoding: $0.json, as: UTF8.self).contains("路灯不亮")
        }.count
    }
}
