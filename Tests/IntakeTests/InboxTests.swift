import Foundation
import Synchronization
import Testing

@testable import Intake

/// A ledger as slow as the test wants: each commit waits until it is let through.
private final class SlowKeeper: Keeper {
    private let gate: AsyncStream<Void>
    private let open: AsyncStream<Void>.Continuation
    private let began: AsyncStream<Int>.Continuation
    /// Sizes of the groups whose commit has begun.
    let groups: AsyncStream<Int>
    let kept = Mutex(0)

    init() {
        (gate, open) = AsyncStream.makeStream()
        (groups, began) = AsyncStream.makeStream()
    }

    func letAll() { open.finish() }

    func accept(_ parcels: [KeptParcel]) async throws(Trouble) -> [[Receipt]] {
        began.yield(parcels.count)
        for await _ in gate { break }
        kept.withLock { $0 += parcels.count }
        return parcels.map { $0.arrivals.map { _ in Receipt(arrival: .notice, ticket: nil, seen: .first) } }
    }
}

@Suite("An inbox that is pressed") struct InboxTests {
    private final class Clock: Sendable {
        private let instant = Mutex(ContinuousClock.now)
        var now: ContinuousClock.Instant { instant.withLock { $0 } }
        func advance(_ by: Duration) { instant.withLock { $0 += by } }
    }

    private static func parcel(_ number: Int, bytes: Int = 10) -> Parcel {
        Parcel(
            channel: number % 2 == 0 ? "even" : "odd", received: Instant(seconds: 0), envelope: [:],
            body: .bytes(Data(count: bytes)), items: [Item(sourceID: "\(number)", content: .notice(.platformEvent, ""))]
        )
    }

    /// Runs `body` with an inbox whose first commit has begun with one parcel and goes on when it is let through.
    private func pressed(_ body: (Inbox, SlowKeeper, Clock) async throws -> Void) async throws {
        let (keeper, clock) = (SlowKeeper(), Clock())
        let inbox = Inbox(
            store: keeper, keys: try Keys(master: Data(repeating: 7, count: 32)), day: { Day($0, offset: .zero) },
            clock: { clock.now })
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await inbox.run() }
            tasks.addTask { _ = try await inbox.accept(Self.parcel(0)) }
            for await _ in keeper.groups { break }
            try await body(inbox, keeper, clock)
            keeper.letAll()
            inbox.close()
            try await tasks.waitForAll()
        }
    }

    /// What became of parcels sent all at once: how many were kept, and the trouble of the others.
    private func send(
        _ parcels: [Parcel], to inbox: Inbox, then letGo: () async -> Void
    ) async -> (kept: Int, refused: [Trouble]) {
        await withTaskGroup(of: Trouble?.self) { tasks in
            for parcel in parcels {
                tasks.addTask {
                    do throws(Trouble) { _ = try await inbox.accept(parcel) } catch { return error }
                    return nil
                }
            }
            // Every one of them either waits or was refused.
            while true {
                let pressure = inbox.pressure
                let counted = pressure.waiting.values.reduce(0, +) + pressure.refused.values.reduce(0, +)
                if counted >= parcels.count { break }
                await Task.yield()
            }
            await letGo()
            var (kept, refused): (Int, [Trouble]) = (0, [])
            for await trouble in tasks { if let trouble { refused.append(trouble) } else { kept += 1 } }
            return (kept, refused)
        }
    }

    @Test("beyond its room senders are told at once to come back; what waits is kept, and it recovers") func room()
        async throws
    {
        try await pressed { inbox, keeper, clock in
            let parcels = (1...Inbox.room + 100).map { Self.parcel($0) }
            let (kept, refused) = await send(parcels, to: inbox) {
                let pressure = inbox.pressure
                #expect(pressure.isStressed && Set(pressure.waiting.keys) == ["even", "odd"])
                #expect(pressure.refused.filter { $0.key.cause == .parcels }.values.reduce(0, +) == 100)
                keeper.letAll()
            }
            #expect(kept == Inbox.room && refused.count == 100)
            #expect(refused.allSatisfy { $0.kind == .passing && $0.retryAfter ?? .zero >= .seconds(1) })
            _ = try await inbox.accept(Self.parcel(-1))
            #expect(inbox.isStressed)
            clock.advance(Inbox.calm)
            #expect(!inbox.isStressed)
            #expect(keeper.kept.withLock { $0 } == Inbox.room + 2)
        }
    }

    @Test("what waits is bounded in bytes too, and one large parcel alone still gets in") func bytes() async throws {
        try await pressed { inbox, keeper, _ in
            let size = Inbox.weight / 10
            let (kept, refused) = await send((1...15).map { Self.parcel($0, bytes: size) }, to: inbox) {
                #expect(inbox.pressure.bytes <= Inbox.weight)
                keeper.letAll()
            }
            #expect((8...9).contains(kept) && kept + refused.count == 15)
            _ = try await eventually { inbox.pressure.bytes == 0 ? true : nil }
            _ = try await inbox.accept(Self.parcel(99, bytes: Inbox.weight + 1))
        }
    }

    @Test("while the ledger hangs newcomers are told so instead of waiting, and once it moves they are taken")
    func slow() async throws {
        try await pressed { inbox, keeper, clock in
            clock.advance(Inbox.patience + .seconds(1))
            #expect(inbox.isStressed)
            let trouble = await #expect(throws: Trouble.self) { _ = try await inbox.accept(Self.parcel(1)) }
            #expect(trouble?.retryAfter ?? .zero > Inbox.patience)
            #expect(inbox.pressure.refused[.init(channel: "odd", cause: .slow)] == 1)
            keeper.letAll()
            _ = try await eventually { inbox.pressure.forecast == .zero ? true : nil }
            _ = try await inbox.accept(Self.parcel(2))
        }
    }

    private func eventually<Answer>(_ ask: () -> Answer?) async throws -> Answer {
        while true {
            if let answer = ask() { return answer }
            await Task.yield()
        }
    }
}
