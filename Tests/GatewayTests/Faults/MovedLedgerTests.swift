import Foundation
import Intake
import Testing

@testable import Gateway

@Suite("The ledger is moved or deleted under the daemon", .timeLimit(Proof.limit)) struct MovedLedgerTests {
    private static let parts = ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"]

    private func withLedger(_ body: (RunningGateway) async throws -> Void) async throws {
        try await withFolder { folder in
            try await on(.sqlite) { _ in
                let gateway = try RunningGateway(
                    folder: folder, ledger: .sqlite, connection: nil, channels: HookSender.channel)
                try await gateway.start()
                defer { gateway.stop(SIGKILL) }
                do { try await body(gateway) } catch {
                    throw RunningGateway.Failed(text: "\(error)\n\(gateway.log.suffix(3000))")
                }
            }
        }
    }

    private func send(_ gateway: RunningGateway, _ id: String) async throws -> HTTPAnswer {
        try await gateway.call(HookSender.call(gateway, id: id, body: HookSender.report("路灯不亮")))
    }

    private func ended(_ gateway: RunningGateway) async throws {
        let status = try await eventually("the daemon ends") { gateway.ended }
        #expect(status == 74)
        #expect(gateway.log.contains("moved, deleted or replaced"))
        // It is started again, and makes no empty ledger beside the files of the lost one.
        await #expect(throws: RunningGateway.Failed.self) { try await gateway.start() }
        #expect(gateway.log.contains("intake restore"))
        #expect(!FileManager.default.fileExists(atPath: gateway.state + "/ledger.sqlite"))
    }

    @Test(
        "moved, no sender is told that its report is kept, the daemon ends with 74, and goes on once the files are back"
    )
    func moved() async throws {
        try await withLedger { gateway in
            #expect(try await send(gateway, "a").status == 200)
            let away = gateway.folder + "/away"
            try FileManager.default.createDirectory(atPath: away, withIntermediateDirectories: true)
            func move(_ from: String, _ to: String) throws {
                for part in Self.parts where FileManager.default.fileExists(atPath: "\(from)/\(part)") {
                    try FileManager.default.moveItem(atPath: "\(from)/\(part)", toPath: "\(to)/\(part)")
                }
            }
            try move(gateway.state, away)
            // It may have ended already.
            if let answer = try? await send(gateway, "b") { #expect(answer.status == 503) }
            try await ended(gateway)
            try move(away, gateway.state)
            try await gateway.start()
            #expect(try await send(gateway, "a").status == 200)
            #expect(try await send(gateway, "b").status == 200)
            let books = try await gateway.books()
            #expect(books.tickets == 2 && books.complaints.isEmpty)
        }
    }

    @Test("deleted while nothing comes, the daemon finds out by itself")
    func deleted() async throws {
        try await withLedger { gateway in
            #expect(try await send(gateway, "a").status == 200)
            for part in Self.parts { try? FileManager.default.removeItem(atPath: "\(gateway.state)/\(part)") }
            try await ended(gateway)
            // Whoever wants an empty one says so.
            try FileManager.default.moveItem(atPath: gateway.state + "/blobs", toPath: gateway.state + "/blobs-old")
            try await gateway.start()
            #expect(try await gateway.books().tickets == 0)
        }
    }
}
