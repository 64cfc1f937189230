import Foundation
import Intake

@testable import Storage

#if canImport(Glibc)
    import Glibc
#endif

/// A private PostgreSQL: a cluster in a temporary folder, on a unix socket only, gone when the process is gone, however it
/// ends. One is shared by all tests, made at first use; each test gets a database of its own, with the schema in it.
package actor PostgresServer {
    /// Started once; the failure, too, is the same for every test.
    private static let running = Task { try PostgresServer() }

    package static var shared: PostgresServer {
        get async throws { try await running.value }
    }

    /// Folder of the socket, for `host=`.
    package nonisolated let host: String
    private let keeper: Process
    /// The keeper stops the server once this is closed.
    private let leash: Pipe
    private let output: Pipe
    private var made = 0

    /// Starts one of one's own, to be stopped and started at will.
    package init() throws {
        let binaries = ["15", "16", "17"].map { "/usr/lib/postgresql/\($0)/bin" }
        guard let folder = binaries.first(where: { FileManager.default.isExecutableFile(atPath: $0 + "/initdb") })
        else {
            throw Trouble.needsPerson(
                "these tests need PostgreSQL 15 or newer; found none under /usr/lib/postgresql; run: apt-get install postgresql"
            )
        }
        keeper = Process()
        leash = Pipe()
        output = Pipe()
        let shell = ["/bin/sh", "-c", Self.script, "postgres-for-tests", folder]
        // PostgreSQL refuses to run as root.
        let command =
            geteuid() == 0
            ? ["/usr/bin/setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"] + shell : shell
        keeper.executableURL = URL(fileURLWithPath: command[0])
        keeper.arguments = Array(command.dropFirst())
        keeper.currentDirectoryURL = URL(fileURLWithPath: "/tmp")
        keeper.standardInput = leash
        keeper.standardOutput = output
        try keeper.run()
        var said = Data()
        while !said.contains(UInt8(ascii: "\n")) {
            let more = output.fileHandleForReading.availableData
            if more.isEmpty { throw Trouble.needsPerson("the PostgreSQL for these tests did not start; see its words") }
            said.append(more)
        }
        host = String(decoding: said, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        try Self.run("CREATE DATABASE ledger", at: "host=\(host) user=intake dbname=postgres")
        try PostgresSchema.migrate(PostgresConnection(conninfo: "host=\(host) user=intake dbname=ledger"))
    }

    /// How it is stopped: in order, or without a word, as if the power went.
    package enum Stop: String, Sendable, CaseIterable { case fast, immediate }

    /// Stops it; gives when it is gone.
    package func stop(_ stop: Stop) async throws { try await tell("stop \(stop.rawValue)") }
    /// Starts it again; gives when it takes connections.
    package func start() async throws { try await tell("start") }
    package func restart(_ stop: Stop) async throws { try await tell("restart \(stop.rawValue)") }

    /// Stops it for good.
    package func end() async throws {
        try await stop(.immediate)
        try leash.fileHandleForWriting.close()
        keeper.waitUntilExit()
    }

    /// Ends every connection to a database but the one that says so.
    package func terminate(_ conninfo: String) throws {
        guard let name = conninfo.split(separator: "=").last else { return }
        try Self.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(name)'",
            at: "host=\(host) user=intake dbname=postgres")
    }

    private func tell(_ words: String) async throws {
        try leash.fileHandleForWriting.write(contentsOf: Data((words + "\n").utf8))
        let answers = output.fileHandleForReading
        let said = await withCheckedContinuation { continuation in
            Thread { continuation.resume(returning: answers.availableData) }.start()
        }
        guard said == Data("done\n".utf8) else {
            throw Trouble.needsPerson("the PostgreSQL for these tests did not \(words); see its words")
        }
    }

    /// A connection string of a new database, with or without the schema.
    package func make(empty: Bool = false) throws -> String {
        made += 1
        let name = "test\(made)"
        try Self.run(
            "CREATE DATABASE \(name) TEMPLATE \(empty ? "template0" : "ledger")",
            at: "host=\(host) user=intake dbname=postgres")
        return "host=\(host) user=intake dbname=\(name)"
    }

    package func drop(_ conninfo: String) throws {
        guard let name = conninfo.split(separator: "=").last else { return }
        try Self.run("DROP DATABASE \(name) WITH (FORCE)", at: "host=\(host) user=intake dbname=postgres")
    }

    private static func run(_ sql: String, at conninfo: String) throws {
        try PostgresConnection(conninfo: conninfo).script(sql)
    }

    private static let script = """
        set -e
        binaries=$1
        # In memory where there is room: making and dropping a database syncs hundreds of files.
        room=$(df --output=avail /dev/shm 2>/dev/null | tail -1)
        if [ "${room:-0}" -gt 2000000 ] && [ -w /dev/shm ]; then base=/dev/shm; else base=/tmp; fi
        dir=$(mktemp -d $base/intake-postgres.XXXXXX)
        trap 'rm -rf "$dir"' EXIT
        "$1/initdb" -D "$dir/data" -U intake -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$dir/log" 2>&1 ||
            { cat "$dir/log" >&2; exit 1; }
        cat >>"$dir/data/postgresql.conf" <<END
        listen_addresses = ''
        unix_socket_directories = '$dir'
        max_connections = 300
        shared_buffers = 64MB
        max_wal_size = 256MB
        END
        "$1/postgres" -D "$dir/data" </dev/null >>"$dir/log" 2>&1 &
        until "$1/pg_isready" -q -h "$dir"; do
            kill -0 $! || { cat "$dir/log" >&2; exit 1; }
            sleep 0.05
        done
        echo "$dir"
        control() { "$binaries/pg_ctl" -D "$dir/data" -l "$dir/log" -w -t 60 "$@" </dev/null >>"$dir/log" 2>&1; }
        while read word mode; do
            if [ $word = start ]; then set -- start; else set -- $word -m $mode; fi
            if control "$@"; then echo done; else cat "$dir/log" >&2; echo failed; fi
        done
        [ ! -e "$dir/data/postmaster.pid" ] || control stop -m fast || true
        """
}

/// Runs `body` with a database of its own, which is dropped afterwards.
package func withPostgres<Value>(
    empty: Bool = false, isolation: isolated (any Actor)? = #isolation,
    _ body: (_ conninfo: String) async throws -> Value
) async throws -> Value {
    let server = try await PostgresServer.shared
    let conninfo = try await server.make(empty: empty)
    do {
        let value = try await body(conninfo)
        try await server.drop(conninfo)
        return value
    } catch {
        try? await server.drop(conninfo)
        throw error
    }
}
