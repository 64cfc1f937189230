import Foundation
import Intake
import Servers
import Testing

@testable import Storage

@Suite("Opening PostgreSQL") struct OpeningTests {
    private func refusal(_ conninfo: String) async throws -> Trouble {
        let trouble = await #expect(throws: Trouble.self) { try await PostgresStore(conninfo: conninfo) }
        return try #require(trouble)
    }

    @Test("a server set to lose commits is refused")
    func asynchronous() async throws {
        try await withPostgres { conninfo in
            let trouble = try await refusal(conninfo + " options='-c synchronous_commit=off'")
            #expect(trouble.kind == .needsPerson)
            #expect(trouble.reason.contains("synchronous_commit must be on, found off"))
        }
    }

    @Test("a database that is not UTF-8 is refused")
    func encoding() async throws {
        try await withPostgres { conninfo in
            let name = try #require(conninfo.split(separator: "=").last)
            let plain = "ascii_\(name)"
            let admin = conninfo.replacing("dbname=\(name)", with: "dbname=postgres")
            try PostgresConnection(conninfo: admin).script(
                "CREATE DATABASE \(plain) TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'")
            let trouble = try await refusal(conninfo.replacing("dbname=\(name)", with: "dbname=\(plain)"))
            #expect(trouble.kind == .needsPerson && trouble.reason.contains("UTF8, found SQL_ASCII"))
            try PostgresConnection(conninfo: admin).script("DROP DATABASE \(plain)")
        }
    }

    @Test("a connection string that cannot be read is refused without being shown")
    func conninfo() async throws {
        let trouble = try await refusal("host=here password=hush secret")
        #expect(trouble.kind == .needsPerson)
        #expect(!"\(trouble) \(trouble.detail ?? "")".contains("hush"))
        #expect(!"\(trouble) \(trouble.detail ?? "")".contains("secret"))
    }

    @Test("a ledger made by a newer program is refused")
    func newer() async throws {
        try await withPostgres { conninfo in
            try PostgresConnection(conninfo: conninfo).script("UPDATE meta SET value = '999' WHERE key = 'schema'")
            let trouble = try await refusal(conninfo)
            #expect(trouble.kind == .needsPerson && trouble.reason.contains("schema 999"))
        }
    }

    @Test("nodes that start together on an empty database make one schema")
    func together() async throws {
        try await withPostgres(empty: true) { conninfo in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<6 {
                    group.addTask {
                        let store = try await PostgresStore(conninfo: conninfo, connections: 1)
                        _ = try await store.report("\(number)")
                        await store.close()
                    }
                }
                try await group.waitForAll()
            }
            let store = try await PostgresStore(conninfo: conninfo)
            #expect(try await store.books().tickets == 6)
            await store.close()
        }
    }

    @Test("a closed store takes nothing more and says so")
    func closed() async throws {
        try await withPostgres { conninfo in
            let store = try await PostgresStore(conninfo: conninfo)
            await store.close()
            let trouble = await #expect(throws: Trouble.self) { try await store.books() }
            #expect(trouble?.kind == .passing)
            await store.close()
        }
    }

    @Test("a node takes up what it held itself, and leaves others theirs")
    func nodes() async throws {
        try await withPostgres { conninfo in
            let left = try await PostgresStore(conninfo: conninfo, node: "left")
            let right = try await PostgresStore(conninfo: conninfo, node: "right")
            for name in ["a", "b"] { _ = try await left.report(name) }
            let mine = try await left.take(lease: .seconds(60))
            _ = try await right.take(lease: .seconds(60))
            #expect(try await left.reclaim(now: Samples.at(1)) == 1)
            let due = try await right.claim(.settle, limit: 5, now: Samples.at(1), lease: .zero)
            #expect(due.map(\.id) == [mine.id])
            await left.close()
            await right.close()
        }
    }

    @Test("rooms that nobody finished are swept, finished files stay")
    func rooms() async throws {
        try await withPostgres { conninfo in
            let blobs = try await PostgresBlobs(conninfo: conninfo)
            let kept = try await blobs.put(Data("kept".utf8), keys: Samples.keys)
            let room = try await blobs.room()
            try await room.append(Data("half".utf8))
            try await blobs.sweep(idle: .seconds(3600))
            try await room.append(Data("more".utf8))
            try await blobs.sweep(idle: .zero)
            await #expect(throws: Trouble.self) { try await room.finish(as: BlobID(hex: "aa")) }
            #expect(try await blobs.holds(kept.id))
            let chunks = try PostgresConnection(conninfo: conninfo).run("SELECT count(*) FROM blob_chunks")
                .first { row throws(PostgresFailure) in try row.int() }
            #expect(chunks == 1)
            await blobs.close()
        }
    }
}
