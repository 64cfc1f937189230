import Foundation
import Intake
import Servers
import Testing

@testable import Storage

/// The databases every promise of `Store` and `Blobs` is tested on.
enum Backend: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case sqlite, postgres

    var testDescription: String { rawValue }

    /// Runs `body` with an empty ledger.
    func withStore(_ body: (any Store) async throws -> Void) async throws {
        switch self {
        case .sqlite:
            try await withFolder { folder in
                let store = try SQLiteStore(path: folder + "/ledger.sqlite")
                try await body(store)
                await store.close()
            }
        case .postgres:
            try await withPostgres { conninfo in
                let store = try await PostgresStore(conninfo: conninfo, connections: 2)
                try await body(store)
                await store.close()
            }
        }
    }

    /// Runs `body` with an empty ledger opened twice, as two nodes, or two parts of one, would.
    func withTwoStores(_ body: (any Store, any Store) async throws -> Void) async throws {
        switch self {
        case .sqlite:
            try await withFolder { folder in
                let first = try SQLiteStore(path: folder + "/ledger.sqlite")
                let second = try SQLiteStore(path: folder + "/ledger.sqlite")
                try await body(first, second)
                await first.close()
                await second.close()
            }
        case .postgres:
            try await withPostgres { conninfo in
                let first = try await PostgresStore(conninfo: conninfo, connections: 2)
                let second = try await PostgresStore(conninfo: conninfo, connections: 2)
                try await body(first, second)
                await first.close()
                await second.close()
            }
        }
    }

    /// Runs `body` with an empty ledger and empty blobs.
    func withLedger(_ body: (any Store, any Blobs) async throws -> Void) async throws {
        switch self {
        case .sqlite:
            try await withFolder { folder in
                let store = try SQLiteStore(path: folder + "/ledger.sqlite")
                try await body(store, FileBlobs(folder: folder + "/blobs"))
                await store.close()
            }
        case .postgres:
            try await withPostgres { conninfo in
                let store = try await PostgresStore(conninfo: conninfo, connections: 2)
                let blobs = try await PostgresBlobs(conninfo: conninfo)
                try await body(store, blobs)
                await store.close()
                await blobs.close()
            }
        }
    }

    /// Runs `body` with empty blobs.
    func withBlobs(_ body: (any Blobs) async throws -> Void) async throws {
        switch self {
        case .sqlite: try await withFolder { folder in try await body(FileBlobs(folder: folder)) }
        case .postgres:
            try await withPostgres { conninfo in
                let blobs = try await PostgresBlobs(conninfo: conninfo)
                try await body(blobs)
                await blobs.close()
            }
        }
    }
}

/// Runs `body` with a folder of its own.
func withFolder(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "intake-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder.path())
}
