import Foundation
import Intake
import Storage
import Testing

@testable import Gateway

/// The same folder again and again: after a change of the key, after a kill, by two at once, by another ledger.
@Suite("A backup folder is used again") struct BackupAgainTests {
    private static let second = Data(repeating: 9, count: 32)

    private func send(_ gateway: RunningGateway, _ id: String) async throws {
        // Large enough to become a file.
        let body = HookSender.report("\(id)路灯不亮" + String(repeating: "东区", count: 20_000))
        #expect(try await gateway.call(HookSender.call(gateway, id: id, body: body)).status == 200)
    }

    private func write(_ text: String, _ gateway: RunningGateway) throws {
        try text.write(toFile: gateway.folder + "/intake.yaml", atomically: true, encoding: .utf8)
    }

    @Test(
        "after a change of the master key it holds what the new key opens, says so, and is refused with the old one alone",
        arguments: Backend.allCases)
    func changed(ledger: Backend) async throws {
        try await withGateway(ledger, channels: HookSender.channel) { gateway in
            let backup = gateway.folder + "/backup"
            try await send(gateway, "a")
            #expect(try await gateway.command(["backup", backup]).status == 0)
            let (first, copy) = (try BackupNote.read(in: backup).keys, try BackupNote.read(in: backup).file)
            let facts = try FileManager.default.attributesOfItem(atPath: "\(backup)/\(copy)")
            #expect(facts[.posixPermissions] as? Int == 0o600)
            gateway.stop()
            let plain = try gateway.changeKey(to: Self.second)
            try await gateway.start()
            // Begun and not finished: both keys are needed.
            #expect(try await gateway.command(["backup", backup]).status == 0)
            #expect(Set(try BackupNote.read(in: backup).keys).isStrictSuperset(of: first))
            #expect(try await gateway.command(["keys", "rotate"]).status == 0)
            try await send(gateway, "b")
            #expect(try await gateway.command(["backup", backup]).status == 0)
            let note = try BackupNote.read(in: backup)
            #expect(note.keys.count == 1 && note.keys != first)
            gateway.stop()

            try await gateway.loseLedger()
            let key = URL(filePath: gateway.folder + "/credentials/master-key")
            try write(plain, gateway)
            try Data(repeating: 7, count: 32).write(to: key)
            let (status, words) = try await gateway.command(["restore", backup], english: true)
            #expect(status == 78 && words.contains("id \(note.keys[0])"), "\(words)")
            try Self.second.write(to: key)
            let restored = try await gateway.command(["restore", backup])
            #expect(restored.status == 0, "\(restored.output)")
            try await gateway.start()
            try await send(gateway, "a")
            #expect(try await gateway.books().tickets == 2)
        }
    }

    @Test("killed while files are copied anew, the older backup can be restored and says that it needs both keys")
    func killed() async throws {
        try await withGateway(.sqlite, channels: HookSender.channel) { gateway in
            let backup = gateway.folder + "/backup"
            for id in ["a", "b", "c"] { try await send(gateway, id) }
            #expect(try await gateway.command(["backup", backup]).status == 0)
            gateway.stop()
            let plain = try gateway.changeKey(to: Self.second)
            #expect(try await gateway.command(["keys", "rotate"]).status == 0)
            try write(plain, gateway)
            let part = try #require(FileBlobs(folder: backup + "/blobs").all().first).hex.prefix(2)
            let (status, output) = try await gateway.command(
                ["backup", backup],
                under: [
                    "/usr/bin/strace", "-D", "-f", "-qq", "-o", "/dev/null", "-P", "\(backup)/blobs/\(part)", "-e",
                    "trace=fsync", "-e", "inject=fsync:signal=SIGKILL:when=1",
                ])
            #expect(status == SIGKILL, "\(output)")
            #expect(try BackupNote.read(in: backup).keys.count == 2)
            try await gateway.loseLedger()
            let refused = try await gateway.command(["restore", backup], english: true)
            #expect(refused.status == 78 && refused.output.contains("keys.older"), "\(refused.output)")
            try write(
                plain.replacing("master-key\"", with: "master-key\", older: [\"credential:old-key\"]"), gateway)
            let restored = try await gateway.command(["restore", backup])
            #expect(restored.status == 0, "\(restored.output)")
            // What was restored is as it was before the change, which is made again.
            #expect(try await gateway.command(["keys", "rotate"]).status == 0)
            try write(plain, gateway)
            #expect(try await gateway.command(["backup", backup]).status == 0)
            #expect(try BackupNote.read(in: backup).keys.count == 1)
            try await gateway.start()
            #expect(try await gateway.books().tickets == 3)
        }
    }

    @Test("a ledger made anew does not take the place of the backup of the one that was lost, nor do two write at once")
    func other() async throws {
        try await withGateway(.sqlite, channels: HookSender.channel) { gateway in
            let backup = gateway.folder + "/backup"
            try await send(gateway, "a")
            let store = try SQLiteStore(path: gateway.state + "/ledger.sqlite")
            let keys = try Keys(master: Data(repeating: 7, count: 32))
            let knot = try await store.checkpoint(at: .wall, keys: keys)
            await store.close()
            #expect(knot != nil)
            #expect(try await gateway.command(["backup", backup]).status == 0)
            let note = try BackupNote.read(in: backup)
            do {
                let held = try FolderLock(folder: backup)
                let (status, words) = try await gateway.command(["backup", backup], english: true)
                #expect(status == 75 && words.contains("another command"), "\(words)")
                withExtendedLifetime(held) {}
            }
            gateway.stop()
            try FileManager.default.moveItem(atPath: gateway.state, toPath: gateway.state + "-old")
            try await gateway.start()
            let english = try await gateway.command(["backup", backup], english: true)
            #expect(english.status == 1 && english.output.contains("another ledger"), "\(english.output)")
            #expect(try await gateway.command(["backup", backup]).output.contains("换一个目录"))
            #expect(try BackupNote.read(in: backup) == note)
            #expect(try await gateway.command(["backup", backup + "-2"]).status == 0)

            // The log of the ledger that was there would be taken for that of the restored one.
            gateway.stop()
            try FileManager.default.removeItem(atPath: gateway.state + "/ledger.sqlite")
            try Data("log".utf8).write(to: URL(filePath: gateway.state + "/ledger.sqlite-wal"))
            let refused = try await gateway.command(["restore", backup], english: true)
            #expect(refused.status == 1 && refused.output.contains("-wal"), "\(refused.output)")
            for end in ["-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: gateway.state + "/ledger.sqlite" + end)
            }
            #expect(try await gateway.command(["restore", backup]).status == 0)
            // It goes on from there, in the same folder.
            #expect(try await gateway.command(["backup", backup]).status == 0)
            try await gateway.start()
            #expect(try await gateway.books().tickets == 1)
        }
    }
}
