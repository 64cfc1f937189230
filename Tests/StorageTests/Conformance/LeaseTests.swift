import Foundation
import Intake
import Servers
import Testing

@testable import Storage

/// Who reads a source that only one node may read.
@Suite("Leases of sources") struct LeaseTests {
    private func withNodes(_ body: (PostgresStore, PostgresStore) async throws -> Void) async throws {
        try await withPostgres { conninfo in
            let first = try await PostgresStore(conninfo: conninfo, node: "first", connections: 2)
            let second = try await PostgresStore(conninfo: conninfo, node: "second", connections: 2)
            try await body(first, second)
            await first.close()
            await second.close()
        }
    }

    private func taken(_ answer: LeaseAnswer) throws -> Lease {
        guard case .taken(let lease) = answer else { throw Trouble.lasting("expected a lease, found \(answer)") }
        return lease
    }

    @Test("one node has it until it frees it, its fence grows with each taking, and its own node has it again at once")
    func taking() async throws {
        try await withNodes { first, second in
            let one = try taken(await first.lease("mail", for: .seconds(3600)))
            #expect(try await second.lease("mail", for: .seconds(3600)) == .elsewhere)
            #expect(try await second.lease("other", for: .seconds(3600)) != .elsewhere)
            #expect(try await first.renew(one, for: .seconds(3600)))
            let again = try taken(await first.lease("mail", for: .seconds(3600)))
            #expect(again.fence > one.fence)
            #expect(try await !first.renew(one, for: .seconds(3600)))
            try await first.free(one)
            #expect(try await second.lease("mail", for: .seconds(3600)) == .elsewhere)
            try await first.free(again)
            let two = try taken(await second.lease("mail", for: .seconds(3600)))
            #expect(two.fence > again.fence)
            #expect(try await first.lease("mail", for: .seconds(3600)) == .elsewhere)
        }
    }

    @Test(
        "who looks again and again takes it at the first look after its end, by the database's clock, and at none before"
    )
    func passing() async throws {
        try await withPostgres { conninfo in
            let first = try await PostgresStore(conninfo: conninfo, node: "first", connections: 2)
            let second = try await PostgresStore(conninfo: conninfo, node: "second", connections: 2)
            let clock = try PostgresConnection(conninfo: conninfo)
            func microseconds(_ time: String) throws -> Int64 {
                let sql = "SELECT (extract(epoch FROM \(time)) * 1000000)::bigint"
                return try #require(try clock.run(sql).first { row throws(PostgresFailure) in try row.int() })
            }
            let old = try taken(await first.lease("mail", for: .milliseconds(500)))
            let end = try microseconds("(SELECT ends FROM leases)")
            var (answer, looks) = (LeaseAnswer.elsewhere, 0)
            while answer == .elsewhere {
                let before = try microseconds("clock_timestamp()")
                answer = try await second.lease("mail", for: .seconds(3600))
                let after = try microseconds("clock_timestamp()")
                if answer == .elsewhere { #expect(before < end) } else { #expect(after >= end) }
                looks += 1
            }
            #expect(try taken(answer).fence == old.fence + 1 && looks > 0)
            await first.close()
            await second.close()
        }
    }

    @Test("a node's name is of one process at a time, until that closes or its connection is ended")
    func names() async throws {
        try await withPostgres { conninfo in
            func node(_ name: String) async throws -> PostgresStore {
                try await PostgresStore(conninfo: conninfo, node: name, connections: 1)
            }
            let (first, twin, other) = (try await node("one"), try await node("one"), try await node("two"))
            for _ in 0..<2 { #expect(try await first.takeName()) }
            #expect(try await !twin.takeName())
            #expect(try await other.takeName())
            // Taken again on the next connection.
            try await PostgresServer.shared.terminate(conninfo)
            #expect(try await first.takeName())
            #expect(try await !twin.takeName())
            await first.close()
            // The server needs a moment to see the connection go.
            let end = ContinuousClock.now + .seconds(20)
            while try await !twin.takeName(), ContinuousClock.now < end {}
            #expect(try await twin.takeName())
            await twin.close()
            await other.close()
        }
    }

    @Test("one that is not renewed passes on, and nothing is kept under it any more; its neighbours in a batch are")
    func fencing() async throws {
        try await withNodes { first, second in
            let old = try taken(await first.lease("mail", for: .zero))
            let new = try taken(await second.lease("mail", for: .seconds(3600)))
            #expect(try await !first.renew(old, for: .seconds(3600)))
            var late = try Samples.parcel(cursor: "9", ("late", Samples.submission("late")))
            late.lease = old
            var good = try Samples.parcel(cursor: "7", ("good", Samples.submission("good")))
            good.lease = new
            let plain = try Samples.parcel(("plain", Samples.submission("plain")))
            let receipts = try await first.accept([late, plain, good])
            #expect(receipts.map(\.count) == [0, 1, 1])
            #expect(try await first.accept([late]) == [[]])
            #expect(try await first.cursor(channel: late.channel) == "7")
            #expect(try await first.books().tickets == 2)
            try await first.balance()
            // Brought in by who holds the lease, it is new.
            late.lease = new
            #expect(try await second.accept([late])[0].map(\.seen) == [.first])
        }
    }

    @Test("while something is kept under a lease nobody takes it")
    func held() async throws {
        try await withNodes { first, second in
            for round in 0..<20 {
                let lease = try taken(await first.lease("mail \(round)", for: .zero))
                var parcel = try Samples.parcel(("\(round)", Samples.submission("\(round)")))
                parcel.lease = lease
                let under = parcel
                async let kept = first.accept([under])
                async let next = second.lease("mail \(round)", for: .seconds(60))
                let (receipts, answer) = try await (kept, next)
                // Whichever came first: what was kept was kept before the other had it.
                #expect(answer != .elsewhere && receipts[0].count <= 1)
                #expect(try await first.accept([under])[0].isEmpty)
            }
        }
    }

    @Test("an SQLite ledger has one reader, which needs no lease; both say how much waits", arguments: Backend.allCases)
    func alone(backend: Backend) async throws {
        try await backend.withStore { store in
            let answer = try await store.lease("mail", for: .seconds(1))
            #expect((answer == .alone) == (backend == .sqlite))
            _ = try await store.report("a")
            _ = try await store.report("b")
            #expect(try await store.waiting() == [.settle: 2])
        }
    }
}
