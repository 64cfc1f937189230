import Foundation
import Intake
import Servers
import Testing

@testable import Storage

@Suite("A damaged PostgreSQL ledger") struct IntegrityTests {
    /// Bytes to write over in the first page of a table, of those that hold its first rows.
    struct Damage: Sendable, CustomTestStringConvertible {
        var table: String
        var at: UInt64
        var bytes: [UInt8]
        var testDescription: String { "\(table) at \(at)" }
    }

    /// Runs `body` with a store on a server of its own, after some tickets were kept in it and `damage` was done.
    private func withDamage(
        _ damage: Damage?, first: String = "SELECT 1", _ body: (PostgresStore) async throws -> Void
    ) async throws {
        let server = try PostgresServer()
        do {
            let conninfo = try await server.make()
            let filled = try await PostgresStore(conninfo: conninfo)
            for number in 1...5 { try await filled.settle(try await filled.report("\(number)")) }
            #expect(try await filled.integrity() == [])
            await filled.close()
            let connection = try PostgresConnection(conninfo: conninfo)
            try connection.script(first)
            if let damage {
                let found = try connection.run("SELECT pg_relation_filepath('\(damage.table)')")
                    .first { row throws(PostgresFailure) in try row.text() }
                let path = try #require(found)
                try await server.stop(.fast)
                let file = try #require(FileHandle(forUpdatingAtPath: "\(server.host)/data/\(path)"))
                try file.seek(toOffset: damage.at)
                try file.write(contentsOf: damage.bytes)
                try file.close()
                try await server.start()
            }
            let store = try await PostgresStore(conninfo: conninfo)
            try await body(store)
            await store.close()
        } catch {
            try? await server.end()
            throw error
        }
        try await server.end()
    }

    @Test(
        "what the disk changed is found by reading everything once, though the database has no checksums",
        arguments: [
            // The head and the words of rows; the head of a page.
            Damage(table: "assignments", at: 8000, bytes: Array(repeating: 0xFF, count: 150)),
            Damage(table: "tickets", at: 0, bytes: Array(repeating: 0xFF, count: 24)),
        ])
    func read(damage: Damage) async throws {
        try await withDamage(damage) { store in
            #expect(try await store.hasChecksums() == false)
            let found = try await store.integrity()
            #expect(found.contains { $0.hasPrefix("\(damage.table): ") }, "\(found)")
        }
    }

    @Test("with amcheck also what could be read is held against what a row must look like, and indexes against tables")
    func amcheck() async throws {
        let damage = Damage(table: "assignments", at: 8000, bytes: Array(repeating: 0xFF, count: 150))
        try await withDamage(damage, first: "CREATE EXTENSION amcheck") { store in
            let found = try await store.integrity()
            #expect(found.contains { $0.hasPrefix("assignments: block 0, row ") }, "\(found)")
        }
        try await withDamage(nil, first: "CREATE EXTENSION amcheck") { store in
            let found = try await store.integrity()
            #expect(found == [])
        }
    }

    @Test("a row that breaks the rules of its table is found")
    func rules() async throws {
        try await withPostgres { conninfo in
            let store = try await PostgresStore(conninfo: conninfo)
            _ = try await store.report("a")
            try PostgresConnection(conninfo: conninfo).script(
                """
                ALTER TABLE tickets DROP CONSTRAINT tickets_state_check; UPDATE tickets SET state = 'lost';
                ALTER TABLE tickets ADD CONSTRAINT tickets_state_check CHECK (state <> 'lost') NOT VALID
                """)
            #expect(try await store.integrity().contains("tickets: 1 rows that break its rules"))
            await store.close()
        }
    }
}
