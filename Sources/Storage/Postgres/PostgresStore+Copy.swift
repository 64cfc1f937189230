import CPostgres
import Foundation
package import Intake

/// Copies for a backup, by the database's own tools: they know every version's traps.
extension PostgresStore {
    /// One consistent picture of what is committed, files included, in the custom format of pg_dump(1).
    package func copy(to path: String) async throws(Trouble) {
        try await PostgresTool(conninfo).run(["pg_dump", "--format=custom", "--no-owner", "--file", path])
        try SyncedFile.sync(path)
    }

    /// Puts a copy back into an empty database. Lasting trouble if there is anything in it.
    package static func restore(_ path: String, conninfo: String) async throws(Trouble) {
        do throws(PostgresFailure) {
            let tables = try PostgresConnection(conninfo: conninfo).run(
                "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"
            ).first { row throws(PostgresFailure) in try row.int() }
            guard tables == 0 else {
                throw PostgresFailure.refused(
                    Phrase(zh: "数据库不是空的；请指明一个空库", en: "the database is not empty; name an empty one"))
            }
        } catch { throw error.trouble }
        let tool = PostgresTool(conninfo)
        try await tool.run([
            "pg_restore", "--no-owner", "--single-transaction", "--exit-on-error", "--dbname", tool.database, path,
        ])
    }

    /// Whether anybody else is connected to the database.
    package static func isInUse(conninfo: String) throws(Trouble) -> Bool {
        do throws(PostgresFailure) {
            let others = try PostgresConnection(conninfo: conninfo).run(
                """
                SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
                    AND backend_type = 'client backend'
                """
            ).first { row throws(PostgresFailure) in try row.int() }
            return others != 0
        } catch { throw error.trouble }
    }

    package func blobs(after: BlobID?, limit: Int) async throws(Trouble) -> [BlobID] {
        try await read(
            """
            SELECT blob FROM (
                (SELECT DISTINCT blob FROM parcels WHERE blob > $1 ORDER BY blob LIMIT $2) UNION
                (SELECT DISTINCT blob FROM files WHERE blob > $1 ORDER BY blob LIMIT $2)) AS named
            ORDER BY blob LIMIT $2
            """, .text(after?.hex ?? ""), .int(Int64(limit))
        ) { row throws(PostgresFailure) in BlobID(hex: try row.text()) }
    }

    package func unnamed(_ blobs: [BlobID]) async throws(Trouble) -> [BlobID] {
        let named = try await read(
            """
            SELECT blob FROM staged WHERE blob = ANY ($1) UNION SELECT blob FROM parcels WHERE blob = ANY ($1)
            UNION SELECT blob FROM files WHERE blob = ANY ($1)
            """, .texts(blobs.map(\.hex))
        ) { row throws(PostgresFailure) in BlobID(hex: try row.text()) }
        return blobs.filter { !Set(named).contains($0) }
    }
}

/// A client program of PostgreSQL, told where the database is by environment variables: arguments can be read by
/// everyone on the machine, and a connection string may hold a password.
private struct PostgresTool {
    private(set) var environment = ProcessInfo.processInfo.environment
    private(set) var database = "postgres"

    init(_ conninfo: String) {
        guard let options = unsafe PQconninfoParse(conninfo, nil) else { return }
        defer { unsafe PQconninfoFree(options) }
        var option = unsafe options
        while let keyword = unsafe option.pointee.keyword {
            if let value = unsafe option.pointee.val {
                if let name = unsafe option.pointee.envvar {
                    unsafe environment[String(cString: name)] = String(cString: value)
                }
                if unsafe String(cString: keyword) == "dbname" { database = unsafe String(cString: value) }
            }
            unsafe option = unsafe option.advanced(by: 1)
        }
    }

    /// Needs a person if the program is missing or says no.
    func run(_ command: [String]) async throws(Trouble) {
        let (process, said) = (Process(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        process.environment = environment
        process.standardError = said
        let words: Data
        do {
            try process.run()
            words = await withCheckedContinuation { continuation in
                Thread { continuation.resume(returning: said.fileHandleForReading.readDataToEndOfFile()) }.start()
            }
            process.waitUntilExit()
        } catch { throw .needsPerson("\(command[0]) 无法启动", "\(command[0]) could not be started", detail: "\(error)") }
        guard process.terminationStatus == 0 else {
            throw .needsPerson(
                "\(command[0]) 没有成功；它在软件包 postgresql-client 中，版本不低于服务器",
                "\(command[0]) failed; the package postgresql-client has it, in the server's version or newer",
                detail: String(decoding: words.suffix(2000), as: UTF8.self).trimmingCharacters(
                    in: .whitespacesAndNewlines))
        }
    }
}
