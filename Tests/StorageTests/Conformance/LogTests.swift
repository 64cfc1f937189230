import Foundation
import GRDB
import Intake
import Testing

@testable import Storage

/// How the write-ahead log of SQLite is carried into the ledger.
@Suite("The log of SQLite") struct LogTests {
    private static let ledger = "/ledger.sqlite"

    private func length(_ folder: String) throws -> Int {
        let log = try FileManager.default.attributesOfItem(atPath: "\(folder)\(Self.ledger)-wal")
        return (log[.size] as? NSNumber)?.intValue ?? 0
    }

    /// Keeps so many parcels of 64 KiB, sixteen in each commit.
    private func fill(_ store: SQLiteStore, commits: Int, on channel: String = "hotline") async throws {
        let bytes = Data(repeating: 1, count: 64 << 10)
        for commit in 0..<commits {
            _ = try await store.accept(
                (0..<16).map { number in
                    var parcel = try Samples.parcel(
                        on: channel, ("\(commit)-\(number)", Samples.submission("words")))
                    parcel.body = .sealed(Sealed(bytes))
                    return parcel
                })
        }
    }

    @Test("it does not grow without end, nor while somebody always reads")
    func bounded() async throws {
        try await withFolder { folder in
            let store = try SQLiteStore(path: folder + Self.ledger, busy: true)
            try await fill(store, commits: 60)
            // Four thousand pages, and what one commit adds.
            #expect(try length(folder) < 28 << 20)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        while !Task.isCancelled {
                            _ = try await store.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM entries") }
                        }
                    }
                }
                // The ids are the same, so each round is of another channel.
                for round in 0..<3 { try await fill(store, commits: 60, on: "round \(round)") }
                group.cancelAll()
            }
            #expect(try length(folder) < 100 << 20)
            await store.close()
        }
    }
}
