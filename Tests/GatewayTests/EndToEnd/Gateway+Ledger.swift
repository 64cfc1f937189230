import Foundation
import Intake
import Storage

@testable import Gateway

extension RunningGateway {
    /// The connection string of its database, if that is PostgreSQL.
    var connection: String? {
        FileManager.default.contents(atPath: folder + "/credentials/connection").map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    /// Its ledger, beside it.
    func openLedger() async throws -> any Store {
        if let connection { return try await PostgresStore(conninfo: connection, node: "beside") }
        return try SQLiteStore(path: state + "/ledger.sqlite")
    }

    /// What the database itself finds wrong in its files; the gateway must be stopped.
    func damage() async throws -> [String] {
        let ledger = try await openLedger()
        let found = try await ledger.integrity()
        await ledger.close()
        return found
    }
}
