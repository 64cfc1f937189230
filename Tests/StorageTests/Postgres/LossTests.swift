import Foundation
import Intake
import Servers
import Testing

@testable import Storage

@Suite("PostgreSQL lost and found") struct LossTests {
    private func withRelay(_ body: (Relay, String) async throws -> Void) async throws {
        let host = try await PostgresServer.shared.host
        try await withPostgres { conninfo in
            try await withFolder { folder in
                let relay = try Relay(folder: folder, host: host)
                defer { relay.shut() }
                try await body(relay, conninfo.replacing("host=\(host)", with: "host=\(folder)"))
            }
        }
    }

    @Test("when the answer to COMMIT is lost, a report is kept once and its receipt says so")
    func acceptLost() async throws {
        try await withRelay { relay, conninfo in
            let store = try await PostgresStore(conninfo: conninfo)
            for round in 1...5 {
                relay.lose(1)
                let receipts = try await store.accept([Samples.parcel(("\(round)", Samples.submission("one")))])
                #expect(receipts[0][0].seen == .first)
                #expect(relay.lost == round)
            }
            #expect(try await store.books().tickets == 5)
            try await store.balance()
            await store.close()
        }
    }

    @Test("when the answer to COMMIT is lost, an outcome without a job is written once")
    func applyLost() async throws {
        try await withRelay { relay, conninfo in
            let store = try await PostgresStore(conninfo: conninfo)
            let id = try await store.report("a")
            for round in 1...5 {
                var outcome = Outcome(ticket: id)
                outcome.entries = [try Samples.entry(at: Int64(round))]
                relay.lose(1)
                #expect(try await store.apply([outcome]) == [true])
            }
            #expect(relay.lost == 5)
            #expect(try await store.chain(of: id).count == 6)
            await store.close()
        }
    }

    @Test("when the server is gone after COMMIT, the caller hears that it is unclear; a sender, to come again")
    func unclear() async throws {
        try await withRelay { relay, conninfo in
            let store = try await PostgresStore(conninfo: conninfo, patience: .seconds(2), doubt: .seconds(3))
            let parcel = try Samples.parcel(("b", Samples.submission("b")))
            let id = try await store.report("a")
            var outcome = Outcome(ticket: id)
            outcome.entries = [try Samples.entry()]
            let written = outcome
            _ = try await store.apply([written])
            relay.lose(2)
            relay.shut()
            let operation = await #expect(throws: Trouble.self) { try await store.apply([written]) }
            #expect(operation?.kind == .unclear)
            let sender = await #expect(throws: Trouble.self) { try await store.accept([parcel]) }
            #expect(sender?.kind == .passing)
            await store.close()
        }
    }

    @Test("a connection that stays and says nothing counts as lost, and what waited on it is done once")
    func halfOpen() async throws {
        try await withRelay { relay, conninfo in
            let store = try await PostgresStore(conninfo: conninfo, silence: .milliseconds(500))
            let id = try await store.report("a")
            for round in 1...3 {
                relay.silence()
                let parcel = try Samples.parcel(("\(round)", Samples.submission("\(round)")))
                #expect(try await store.accept([parcel])[0][0].seen == .first)
                relay.silence()
                var outcome = Outcome(ticket: id)
                outcome.entries = [try Samples.entry(at: Int64(round))]
                #expect(try await store.apply([outcome]) == [true])
            }
            #expect(try await store.books().tickets == 4)
            #expect(try await store.chain(of: id).count == 4)
            try await store.balance()
            await store.close()
        }
    }

    @Test("connections cut at random lose nothing and double nothing")
    func terminated() async throws {
        try await withPostgres { conninfo in
            let store = try await PostgresStore(conninfo: conninfo)
            let killer = PostgresThreads(conninfo: conninfo, most: 1, name: "killer", patience: .seconds(5))
            let ticket = try await store.report("to follow")
            for round in 0..<40 {
                let parcels = try (0..<40).map { try Samples.parcel(("\(round) \($0)", Samples.submission("\($0)"))) }
                var outcome = Outcome(ticket: ticket)
                outcome.entries = [try Samples.entry(at: Int64(round))]
                let written = outcome
                async let receipts = store.accept(parcels)
                async let applied = store.apply([written])
                try await killer.run { link throws(Trouble) in
                    try link.run { connection throws(PostgresFailure) in
                        for _ in 0..<(round % 5) { try connection.script("SELECT pg_sleep(0.0005)") }
                        try connection.script(
                            """
                            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                            WHERE datname = current_database() AND pid <> pg_backend_pid()
                            """)
                    }
                }
                #expect(try await receipts.flatMap(\.self).allSatisfy { $0.seen == .first })
                #expect(try await applied == [true])
            }
            #expect(try await store.books().tickets == 1601)
            #expect(try await store.chain(of: ticket).count == 41)
            try await store.balance()
            await killer.close()
            await store.close()
        }
    }

    @Test("a server that is not there is passing trouble, and the store works once it is")
    func absent() async throws {
        try await withFolder { folder in
            let trouble = await #expect(throws: Trouble.self) {
                try await PostgresStore(conninfo: "host=\(folder) dbname=x", patience: .zero)
            }
            #expect(trouble?.kind == .passing)
        }
    }

    @Test("two transactions that wait for each other are both kept in the end")
    func deadlock() async throws {
        try await withPostgres { conninfo in
            let threads = PostgresThreads(conninfo: conninfo, most: 2, name: "deadlock", patience: .seconds(5))
            let store = try await PostgresStore(conninfo: conninfo)
            for name in ["a", "b"] { try await store.probe(name) }
            let gate = DispatchSemaphore(value: 0)
            @Sendable func swap(_ first: String, _ second: String) async throws {
                let add = "UPDATE meta SET value = value || '\\x2b' WHERE key = $1"
                try await threads.run { link throws(Trouble) in
                    try link.write([PostgresStatement(add, .text(first))]) { connection, _ throws(PostgresFailure) in
                        // Both hold their first row; the second try need not wait.
                        gate.signal()
                        _ = gate.wait(timeout: .now() + 0.05)
                        return PostgresEnding((), [PostgresStatement(add, .text(second))])
                    }
                }
            }
            async let one: Void = swap("a", "b")
            async let two: Void = swap("b", "a")
            _ = try await (one, two)
            let lengths = try await store.read("SELECT octet_length(value) FROM meta WHERE key IN ('a', 'b')") {
                row throws(PostgresFailure) in try row.int()
            }
            #expect(lengths == [2, 2])
            await threads.close()
            await store.close()
        }
    }
}

extension PostgresStore {
    /// A row to quarrel about.
    fileprivate func probe(_ key: String) async throws(Trouble) {
        _ = try await read("INSERT INTO meta VALUES ($1, '') RETURNING 1", .text(key)) { row throws(PostgresFailure) in
            try row.int()
        }
    }
}
