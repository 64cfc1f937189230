import Foundation
import GRDB
import Hummingbird
import Synchronization

/// What deploy/bench measures us against: the least a program can do that keeps one JSON report in one row for each
/// request and says "kept" after the sync. No signature, no sealing, no de-duplication, no ticket, no routing.
/// usage: Floor FOLDER; prints the port
@main
struct Floor {
    struct Report: Codable {
        var id: String
        var text: String
    }
    struct Kept: ResponseEncodable {
        var row: Int64
    }

    static func main() async throws {
        let folder = CommandLine.arguments.dropFirst().first ?? "."
        let ledger = try Ledger(path: folder + "/floor.sqlite")
        let router = Router()
        router.post("/reports") { request, context in
            let report = try await request.decode(as: Report.self, context: context)
            return Kept(row: try await ledger.keep(report))
        }
        router.get("/commits") { _, _ in "\(ledger.commits)\n" }
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in
                FileHandle.standardOutput.write(Data("\(channel.localAddress?.port ?? 0)\n".utf8))
            })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await ledger.run() }
            group.addTask { try await application.runService() }
            try await group.next()
            group.cancelAll()
        }
    }
}

/// One table, one writer; whatever waits goes into one transaction, as our own inbox does.
final class Ledger: Sendable {
    private typealias Waiting = (report: Floor.Report, answer: CheckedContinuation<Int64, any Error>)
    private let pool: DatabasePool
    private let waiting = Mutex<[Waiting]>([])
    private let done = Mutex(0)
    private let (calls, call) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    init(path: String) throws {
        pool = try DatabasePool(path: path)
        try pool.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA synchronous = FULL")
            try db.execute(sql: "CREATE TABLE IF NOT EXISTS reports (row INTEGER PRIMARY KEY, id TEXT, json BLOB)")
        }
    }

    var commits: Int { done.withLock { $0 } }

    func keep(_ report: Floor.Report) async throws -> Int64 {
        try await withCheckedThrowingContinuation { answer in
            waiting.withLock { $0.append((report, answer)) }
            call.yield()
        }
    }

    func run() async throws {
        for await _ in calls {
            let batch = waiting.withLock { waiting in
                defer { waiting = [] }
                return waiting
            }
            if batch.isEmpty { continue }
            do {
                let rows = try await pool.write { db in
                    let insert = try db.cachedStatement(sql: "INSERT INTO reports (id, json) VALUES (?, ?)")
                    return try batch.map { one in
                        try insert.execute(arguments: [one.report.id, try JSONEncoder().encode(one.report)])
                        return db.lastInsertedRowID
                    }
                }
                done.withLock { $0 += 1 }
                for (one, row) in zip(batch, rows) { one.answer.resume(returning: row) }
            } catch {
                for one in batch { one.answer.resume(throwing: error) }
            }
        }
    }
}
