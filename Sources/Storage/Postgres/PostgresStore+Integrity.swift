package import Intake

/// Whether what the disk holds is still what was written.
extension PostgresStore {
    package func hasChecksums() async throws(Trouble) -> Bool? {
        try await read("SELECT current_setting('data_checksums') = 'on'") { row throws(PostgresFailure) in
            try row.flag()
        }.first
    }

    package func integrity() async throws(Trouble) -> [String] {
        var found = try await read(
            """
            SELECT 'checksum failures of the server: ' || checksum_failures FROM pg_stat_database
                WHERE datname = current_database() AND checksum_failures > 0
            UNION ALL
            SELECT 'invalid index: ' || indexrelid::regclass FROM pg_index
                JOIN pg_class ON pg_class.oid = indexrelid
                WHERE NOT indisvalid AND relnamespace = current_schema()::regnamespace
            UNION ALL
            SELECT 'unchecked constraint: ' || conname FROM pg_constraint
                WHERE NOT convalidated AND connamespace = current_schema()::regnamespace
            """
        ) { row throws(PostgresFailure) in try row.text() }
        let amcheck = try await amcheck()
        let tables = try await read(
            """
            SELECT oid::regclass::text, coalesce((SELECT string_agg('(' || pg_get_expr(conbin, conrelid) || ')', ' AND ')
                FROM pg_constraint WHERE conrelid = pg_class.oid AND contype = 'c'), 'true')
            FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace ORDER BY relname
            """
        ) { row throws(PostgresFailure) in (name: try row.text(), rules: try row.text()) }
        for (name, rules) in tables {
            found += try await damage(of: name) { connection throws(PostgresFailure) in
                if let amcheck { return try Self.checked(name, amcheck, connection) }
                return try Self.readWhole(name, rules, connection)
            }
        }
        return found
    }

    /// Schema of the extension amcheck, if it is there and we may use it (postgresql.org/docs/15/amcheck.html).
    private func amcheck() async throws(Trouble) -> String? {
        try await read(
            """
            SELECT extnamespace::regnamespace::text FROM pg_extension
            WHERE extname = 'amcheck' AND (SELECT bool_and(has_function_privilege(oid, 'execute')) FROM pg_proc
                WHERE pronamespace = extnamespace AND proname IN ('verify_heapam', 'bt_index_check'))
            """
        ) { row throws(PostgresFailure) in try row.text() }.first
    }

    /// What looking at one table tells; what ends the look is damage too.
    private func damage(
        of table: String,
        _ look: @escaping @Sendable (PostgresConnection) throws(PostgresFailure) -> [String]
    ) async throws(Trouble) -> [String] {
        do throws(Trouble) {
            return try await desk.run { link throws(Trouble) in
                try link.look { connection throws(PostgresFailure) in
                    do throws(PostgresFailure) { return try look(connection) } catch {
                        // A damaged row can end the process that reads it: it is not read again.
                        guard error.cure == .reconnect else { throw error }
                        throw .refused("the connection was lost while it was read: \(error.message)")
                    }
                }
            }.map { "\(table): \($0)" }
        } catch  where [.needsPerson, .lasting].contains(error.kind) {
            return ["\(table): \(error.reason)"]
        }
    }

    /// Every page and every entry of its indexes, without trusting either.
    private static func checked(
        _ table: String, _ amcheck: String, _ connection: PostgresConnection
    ) throws(PostgresFailure) -> [String] {
        let name = "'\(table.replacing("'", with: "''"))'::regclass"
        let found = try connection.run(
            """
            SELECT format('block %s, row %s: %s', blkno, offnum, msg)
            FROM \(amcheck).verify_heapam(relation => \(name), check_toast => true) LIMIT 20
            """
        ).map { row throws(PostgresFailure) in try row.text() }
        // What is wrong in the table itself is wrong against each index.
        guard found.isEmpty else { return found }
        let indexes = try connection.run(
            """
            SELECT indexrelid::bigint FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
                JOIN pg_am ON pg_am.oid = relam WHERE indrelid = \(name) AND amname = 'btree'
            """
        ).map { row throws(PostgresFailure) in try row.int() }
        for index in indexes {
            _ = try connection.run("SELECT \(amcheck).bt_index_check(\(index)::oid::regclass, true)")
        }
        return []
    }

    /// Every row with all its columns, also those kept elsewhere, held against what the table says of its rows.
    private static func readWhole(
        _ table: String, _ rules: String, _ connection: PostgresConnection
    ) throws(PostgresFailure) -> [String] {
        let broken = try connection.run(
            "SELECT count(whole::text), count(*) FILTER (WHERE NOT (\(rules))) FROM \(table) AS whole"
        ).first { row throws(PostgresFailure) in
            _ = try row.int()
            return try row.int()
        }
        guard let broken, broken > 0 else { return [] }
        return ["\(broken) rows that break its rules"]
    }
}
