import Foundation
import Intake
import Servers
import Testing

@testable import Gateway

@Suite("Backup and restore") struct BackupTests {
    /// Larger than what a ledger keeps in its rows, so that it becomes a file.
    private static func large(_ number: Int) -> String {
        HookSender.report("编号\(number)路灯不亮" + String(repeating: "东区", count: 20_000))
    }

    private static func send(_ gateway: RunningGateway, _ numbers: Range<Int>) async throws {
        for number in numbers {
            let body = number % 10 == 0 ? large(number) : HookSender.report("编号\(number)路灯不亮")
            let answer = try await gateway.call(HookSender.call(gateway, id: "b_\(number)", body: body))
            #expect(answer.status == 200)
        }
    }

    /// Takes the ledger away and puts the backup where it was.
    private static func restore(_ gateway: RunningGateway, _ backup: String) async throws -> (Int32, String) {
        try FileManager.default.moveItem(atPath: gateway.state, toPath: gateway.state + "-old")
        switch gateway.ledger {
        case .sqlite: return try await gateway.command(["restore", backup, "--json"])
        case .postgres:
            let conninfo = try await PostgresServer.shared.make(empty: true)
            try Data(conninfo.utf8).write(to: URL(filePath: gateway.folder + "/credentials/connection"))
            return try await gateway.command(["restore", backup, "--json"])
        }
    }

    private struct Sum: Decodable {
        var tickets: Int
        var files: Int
    }

    @Test(
        "a backup made while reports come in holds all that was received before it began, and is restored whole",
        arguments: Backend.allCases)
    func whole(ledger: Backend) async throws {
        try await withGateway(ledger, channels: HookSender.channel) { gateway in
            let backup = gateway.folder + "/backup"
            try await Self.send(gateway, 0..<40)
            async let more: Void = Self.send(gateway, 40..<120)
            let made = try await gateway.command(["backup", backup])
            #expect(made.status == 0 && made.output.contains("主密钥"), "\(made.output)")
            try await more
            #expect(try await gateway.command(["backup", backup, "--json"]).status == 0)
            gateway.stop()

            let (status, output) = try await Self.restore(gateway, backup)
            #expect(status == 0, "\(output)")
            let sum = try JSONDecoder().decode(Sum.self, from: Data(output.utf8))
            #expect(sum.tickets == 120 && sum.files == 12)
            let names = try FileManager.default.contentsOfDirectory(atPath: gateway.state)
            #expect(names.allSatisfy { !$0.contains("restored") }, "\(names)")
            // The same report again gets its old number: nothing was forgotten.
            try await gateway.start()
            try await Self.send(gateway, 0..<120)
            #expect(try await gateway.books().tickets == 120)
            #expect(try await gateway.command(["restore", backup]).status != 0, "a ledger is there")
        }
    }

    @Test("a backup that was changed, or that another key made, is refused and leaves no ledger")
    func changed() async throws {
        try await withGateway(.sqlite, channels: HookSender.channel) { gateway in
            let backup = gateway.folder + "/backup"
            try await Self.send(gateway, 0..<11)
            #expect(try await gateway.command(["backup", backup]).status == 0)
            gateway.stop()
            let ledger = gateway.state + "/ledger.sqlite"

            let blobs = FileManager.default.enumerator(atPath: backup + "/blobs")?.compactMap { $0 as? String } ?? []
            let blob = backup + "/blobs/" + (try #require(blobs.first { $0.utf8.count > 60 }))
            let kept = try #require(FileManager.default.contents(atPath: blob))
            try (kept.dropLast() + [kept.last.map { $0 ^ 1 } ?? 0]).write(to: URL(filePath: blob))
            let (status, output) = try await Self.restore(gateway, backup)
            #expect(status != 0, "\(output)")
            #expect(!FileManager.default.fileExists(atPath: ledger))
            try kept.write(to: URL(filePath: blob))
            try FileManager.default.removeItem(atPath: gateway.state)

            let key = URL(filePath: gateway.folder + "/credentials/master-key")
            try Data(repeating: 8, count: 32).write(to: key)
            #expect(try await gateway.command(["restore", backup]).status == 78)
            #expect(!FileManager.default.fileExists(atPath: ledger))
            try Data(repeating: 7, count: 32).write(to: key)

            let copy = try #require(
                FileManager.default.contentsOfDirectory(atPath: backup).first { $0.hasPrefix("ledger-") })
            let handle = try #require(FileHandle(forUpdatingAtPath: "\(backup)/\(copy)"))
            try handle.seek(toOffset: 5000)
            try handle.write(contentsOf: Data("bent".utf8))
            try handle.close()
            let bent = try await gateway.command(["restore", backup])
            #expect(bent.status == 1 && bent.output.contains("backup.json"), "\(bent.output)")
            #expect(!FileManager.default.fileExists(atPath: ledger))
            try await gateway.start()
        }
    }
}
