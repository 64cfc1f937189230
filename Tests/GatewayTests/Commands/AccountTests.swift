import Foundation
import Intake
import Testing

@testable import Gateway

@Suite("Commands that root runs") struct AccountTests {
    /// nobody.
    private static let account = 65_534

    private func owners(_ folder: String) throws -> Set<Int> {
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder)
        return Set(
            try names.compactMap {
                (try FileManager.default.attributesOfItem(atPath: "\(folder)/\($0)")[.ownerAccountID] as? NSNumber)?
                    .intValue
            })
    }

    private func give(_ folder: String) throws {
        let paths = [folder] + (try FileManager.default.subpathsOfDirectory(atPath: folder)).map { "\(folder)/\($0)" }
        for path in paths {
            try FileManager.default.setAttributes(
                [.ownerAccountID: Self.account, .groupOwnerAccountID: Self.account], ofItemAtPath: path)
        }
    }

    @Test("what they write belongs to the daemon's account, which can go on with it", .enabled(if: geteuid() == 0))
    func owner() async throws {
        try await withGateway(.sqlite, channels: HookSender.channel) { gateway in
            for id in ["a", "b"] {
                let body = HookSender.report("\(id)路灯不亮" + String(repeating: "东区", count: 20_000))
                #expect(try await gateway.call(HookSender.call(gateway, id: id, body: body)).status == 200)
            }
            gateway.stop()
            let (plain, backup) = (try gateway.changeKey(to: Data(repeating: 9, count: 32)), gateway.folder + "/backup")
            try FileManager.default.createDirectory(atPath: backup, withIntermediateDirectories: true)
            try give(gateway.state)
            let refused = try await gateway.command(["backup", backup], english: true)
            #expect(refused.status == 1 && refused.output.contains("install -d -o nobody"), "\(refused.output)")
            try give(backup)

            let rotated = try await gateway.command(["keys", "rotate"])
            #expect(rotated.status == 0, "\(rotated.output)")
            #expect(try await gateway.command(["backup", backup]).status == 0)
            #expect(try owners(gateway.state) == [Self.account] && owners(backup) == [Self.account])
            try plain.write(toFile: gateway.folder + "/intake.yaml", atomically: true, encoding: .utf8)
            try await gateway.loseLedger()
            let restored = try await gateway.command(["restore", backup])
            #expect(restored.status == 0, "\(restored.output)")
            #expect(try owners(gateway.state) == [Self.account])
            try await gateway.start()
            #expect(try await gateway.books().tickets == 2)
        }
    }
}
