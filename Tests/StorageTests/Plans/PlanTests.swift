import Foundation
import GRDB
import Intake
import Servers
import Synchronization
import Testing

@testable import Storage

@Suite("No steady work reads a growing table from end to end") struct PlanTests {
    @Test("SQLite plans a search by key or index for every statement")
    func sqlite() async throws {
        try await withFolder { folder in
            let store = try SQLiteStore(path: folder + "/ledger.sqlite")
            let seen = Seen()
            try await store.pool.writeWithoutTransaction { db in db.trace(seen.note) }
            try await store.pool.read { db in db.trace(seen.note) }
            try await SteadyWork.run(on: store)
            // What people ask for all day long.
            _ = try await store.latest(of: "lighting", before: nil, limit: 20)
            _ = try await store.parcel(1)
            try await store.pool.writeWithoutTransaction { db in db.trace(nil) }
            try await store.pool.read { db in db.trace(nil) }
            let statements = seen.statements.filter(isQuery)
            #expect(statements.count > 30)
            for sql in statements {
                let steps = try await store.pool.read { db in
                    let explain = try db.makeStatement(sql: "EXPLAIN QUERY PLAN \(sql)")
                    explain.setUncheckedArguments([])
                    return try Row.fetchAll(explain).map { row in row["detail"] as String }
                }
                for step in steps where isScan(step) { Issue.record("\(step)\nin \(sql)") }
            }
            await store.close()
        }
    }

    @Test("PostgreSQL plans a search by key or index for every statement, also where it does not know the values")
    func postgres() async throws {
        try await withPostgres { conninfo in
            let store = try await PostgresStore(conninfo: conninfo, connections: 1)
            try await SteadyWork.run(on: store)
            let plans =
                try await store.door.run { link throws(Trouble) in try link.run(PlanTests.plans) }
                + store.desk.run { link throws(Trouble) in try link.run(PlanTests.plans) }
            #expect(plans.count > 30)
            for (sql, plan) in plans {
                for table in PlanTests.scanned(plan) { Issue.record("\(table) is scanned in \(sql)\n\(plan)") }
            }
            await store.close()
        }
    }

    /// What is prepared on a connection, each with its plan for any values.
    @Sendable private static func plans(
        _ connection: PostgresConnection
    ) throws(PostgresFailure) -> [(String, String)] {
        let prepared = try connection.run(
            "SELECT name, statement, cardinality(parameter_types)::bigint FROM pg_prepared_statements"
        ).map { row throws(PostgresFailure) in (try row.text(), try row.text(), Int(try row.int())) }
        try connection.script("SET plan_cache_mode = force_generic_plan")
        var plans: [(String, String)] = []
        for (name, sql, count) in prepared
        where isQuery(sql) && !sql.contains("pg_prepared") {
            let nulls = count == 0 ? "" : "(" + Array(repeating: "NULL", count: count).joined(separator: ", ") + ")"
            let lines = try connection.run("EXPLAIN EXECUTE \(name)\(nulls)")
                .map { row throws(PostgresFailure) in try row.text() }
            plans.append((sql, lines.joined(separator: "\n")))
        }
        return plans
    }

    /// The growing tables that a plan reads without a key: sequentially, or an index from its start with no end in sight.
    private static func scanned(_ plan: String) -> [String] {
        let lines = plan.split(separator: "\n").map(String.init)
        return lines.indices.compactMap { number in
            guard let scan = lines[number].firstMatch(of: /(Seq|Index|Index Only|Bitmap Heap) Scan.* on (\w+)/) else {
                return nil
            }
            let table = String(scan.2)
            guard SteadyWork.growing.contains(table) else { return nil }
            let below = lines[(number + 1)...].prefix(3).joined(separator: "\n")
            let searched = scan.1 != "Seq" && below.contains("Cond:")
            // The first row of an index is found at once.
            let first = number > 0 && lines[number - 1].contains("Limit")
            return searched || first ? nil : table
        }
    }

    private func isScan(_ step: String) -> Bool {
        guard let scan = step.firstMatch(of: /^SCAN (\w+)/) else { return false }
        return SteadyWork.growing.contains(String(scan.1))
    }
}

private func isQuery(_ sql: String) -> Bool {
    ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].contains {
        sql.trimmingPrefix(while: \.isWhitespace).hasPrefix($0)
    }
}

/// The statements a connection ran, each once.
private final class Seen: Sendable {
    private let all = Mutex<Set<String>>([])
    var statements: [String] { all.withLock { $0.sorted() } }

    @Sendable func note(_ event: Database.TraceEvent) {
        guard case .statement(let statement) = event else { return }
        all.withLock { _ = $0.insert(statement.sql) }
    }
}
