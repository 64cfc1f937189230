import Foundation
import Servers
import Testing

@testable import Gateway
@testable import Intake
@testable import Storage

/// `intake keys rotate` ends in the middle, and the daemon beside it.
@Suite("A change of the master key is killed") struct RotateKillTests {
    private static let reports = 120
    private static let second = Data(repeating: 9, count: 32)

    private struct Sum: Decodable {
        var key: String
        var sealed: [String: Int]
    }
    private struct Line: Decodable {
        var level: String
        var words: Phrase
    }

    private static func body(_ number: Int) -> String {
        let text = "编号\(number)路灯不亮" + String(repeating: "东区", count: number % 30 == 0 ? 40_000 : 1)
        return HookSender.report(text, phone: number % 10 == 0 ? "13800138000" : nil)
    }

    private func send(_ gateway: RunningGateway, _ numbers: Range<Int>) async throws {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for number in numbers {
                group.addTask {
                    try await gateway.call(HookSender.call(gateway, id: "r\(number)", body: Self.body(number))).status
                }
            }
            for try await status in group { #expect(status == 200) }
        }
    }

    /// On a disk whose syncs take half a second: there is time to see how far it is.
    private static let slow = [
        "/usr/bin/strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e",
        "inject=fsync,fdatasync:delay_enter=500000",
    ]

    /// On SQLite a rotation is killed once so many parts of a hundred are sealed anew, and at the sync of the folder of
    /// the first and of the last file.
    private func killOnSQLite(_ gateway: RunningGateway, _ body: () async throws -> Void) async throws {
        let store = try SQLiteStore(path: gateway.state + "/ledger.sqlite")
        let new = try Keys(master: Self.second).id
        for share in [1, 30, 60] {
            let command = gateway.process(["keys", "rotate"], under: Self.slow)
            (command.standardOutput, command.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
            try command.run()
            _ = try await eventually("\(share) % are sealed anew") { () -> Bool? in
                let counts = try await Resealing.count(store)
                return counts[new, default: 0] * 100 >= share * counts.values.reduce(0, +) ? true : nil
            }
            Glibc.kill(command.processIdentifier, SIGKILL)
            command.waitUntilExit()
            #expect(command.terminationStatus == SIGKILL)
            try await body()
        }
        await store.close()
        let files = try FileBlobs(folder: gateway.state + "/blobs")
        for isLast in [false, true] {
            let left = files.all().filter { files.key(of: $0) != new }
            let part = try #require(isLast ? left.last : left.first).hex.prefix(2)
            let (status, output) = try await gateway.command(
                ["keys", "rotate"],
                under: [
                    "/usr/bin/strace", "-D", "-f", "-qq", "-o", "/dev/null", "-P", "\(gateway.state)/blobs/\(part)",
                    "-e", "trace=fsync", "-e", "inject=fsync:signal=SIGKILL:when=1",
                ])
            #expect(status == SIGKILL, "\(part): \(output)")
            try await body()
        }
    }

    /// What a rotation on PostgreSQL is killed at: a row from before, that it waits for, and the words it waits with.
    private static let rows = [
        ("parcels WHERE id = (SELECT max(id) FROM parcels WHERE id <= 100)", "UPDATE parcels%"),
        ("entries WHERE ticket = (SELECT max(ticket) FROM entries WHERE ticket <= 100)", "UPDATE entries%"),
        ("deliveries WHERE id = (SELECT max(id) FROM deliveries WHERE id <= 200)", "UPDATE deliveries%"),
        ("blob_chunks WHERE blob = (SELECT min(id) FROM blobs)", "UPDATE blob_chunks%"),
        ("meta WHERE key = 'canary'", "INSERT INTO meta%root%"),
    ]

    private func killOnPostgres(_ gateway: RunningGateway, _ body: () async throws -> Void) async throws {
        let secret = try String(contentsOfFile: gateway.folder + "/credentials/connection", encoding: .utf8)
        let (other, looking) = (try PostgresConnection(conninfo: secret), try PostgresConnection(conninfo: secret))
        for (row, words) in Self.rows {
            try other.script("BEGIN; SELECT 1 FROM \(row) FOR UPDATE")
            let command = gateway.process(["keys", "rotate"])
            (command.standardOutput, command.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
            try command.run()
            _ = try await eventually("it waits for \(row)") { () -> Bool? in
                let waiting = try looking.run(
                    """
                    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                        AND wait_event_type = 'Lock' AND query LIKE '\(words)'
                    """
                ).first { row throws(PostgresFailure) in try row.int() }
                return waiting == 1 ? true : nil
            }
            Glibc.kill(command.processIdentifier, SIGKILL)
            command.waitUntilExit()
            try other.script("ROLLBACK")
            try await body()
        }
    }

    /// How many values and files there are; each is opened with this key alone.
    private func open(_ gateway: RunningGateway, with master: Data) async throws -> (values: Int, files: Int) {
        let (store, blobs): (any Store, any Blobs)
        if gateway.ledger == .sqlite {
            store = try SQLiteStore(path: gateway.state + "/ledger.sqlite")
            blobs = try FileBlobs(folder: gateway.state + "/blobs")
        } else {
            let secret = try String(contentsOfFile: gateway.folder + "/credentials/connection", encoding: .utf8)
            store = try await PostgresStore(conninfo: secret, node: "reader")
            blobs = try await PostgresBlobs(conninfo: secret)
        }
        let alone = try Keys(master: master)
        let keys = try alone.fitting(canary: try await store.canary(try alone.canary()), root: try await store.root())
        var (values, files) = (0, 0)
        for shelf in Shelf.allCases {
            var after = ShelvedValue.Place.start
            while true {
                let page = try await store.sealed(on: shelf, notWith: KeyID(0), after: after, limit: 500)
                guard let end = page.last else { break }
                for value in page { _ = try keys.open(value.sealed, as: shelf.context) }
                (values, after) = (values + page.count, end.place)
            }
        }
        for blob in try await blobs.untouched(for: .zero, after: nil, limit: 1000) {
            try await blobs.open(blob, keys: keys) { _ throws(Trouble) in }
            files += 1
        }
        await store.close()
        return (values, files)
    }

    /// What the doctor finds all right, and what it thinks worth knowing.
    private func doctor(_ gateway: RunningGateway) async throws -> (well: Set<String>, notices: String) {
        let found = try await gateway.lines(Line.self, ["doctor"], file: try gateway.fileWithPort()).lines
        let notices = found.filter { $0.level == "notice" }.map(\.words.en).joined(separator: "\n")
        return (Set(found.filter { $0.level == "well" }.map(\.words.en)), notices)
    }

    @Test(
        "killed at any moment and run again: all opens with the new key alone, the chain verifies, the books balance; backups of these moments say which keys they need",
        arguments: Backend.allCases)
    func killed(ledger: Backend) async throws {
        try await withGateway(ledger, channels: HookSender.channel) { gateway in
            try await send(gateway, 0..<Self.reports)
            _ = try await eventually("all is handed over") {
                gateway.handedOver(to: "lighting").count == Self.reports ? true : nil
            }
            gateway.stop()
            let plain = try gateway.changeKey(to: Self.second)
            try await gateway.start()
            var count = Self.reports
            try await (ledger == .sqlite ? killOnSQLite : killOnPostgres)(gateway) {
                gateway.stop(SIGKILL)
                try await gateway.start()
                // What was received before is known again, and what comes now is kept beside it.
                try await send(gateway, (count - 5)..<(count + 5))
                count += 5
                #expect(try await gateway.books().tickets == count)
                #expect(try await gateway.command(["audit", "verify"]).status == 0)
                #expect(try await doctor(gateway).notices.contains("not finished"))
            }
            let backup = gateway.folder + "/backup"
            #expect(try await gateway.command(["backup", backup]).status == 0)
            #expect(try BackupNote.read(in: backup).keys.count == 2)
            let (status, sums, output) = try await gateway.lines(Sum.self, ["keys", "rotate"])
            let sum = try #require(sums.first, "\(output)")
            #expect(status == 0 && Array(sum.sealed.keys) == [sum.key], "\(output)")
            #expect(try await gateway.command(["backup", backup]).status == 0)
            #expect(try BackupNote.read(in: backup).keys == [sum.key])

            gateway.stop()
            try plain.write(toFile: gateway.folder + "/intake.yaml", atomically: true, encoding: .utf8)
            try await gateway.start()
            let opened = try await open(gateway, with: Self.second)
            #expect(opened.values > 4 * count && opened.files >= 4)
            #expect(try await gateway.command(["audit", "verify"]).status == 0)
            let well = try await doctor(gateway).well
            var expected = [
                "the master key fits the ledger", "all is sealed with the master key in use", "the books balance",
            ]
            // A PostgreSQL without checksums is worth a notice.
            if ledger == .sqlite { expected.append("the ledger is whole") }
            for words in expected { #expect(well.contains(words), "\(words)") }

            gateway.stop()
            try await gateway.loseLedger()
            let restored = try await gateway.command(["restore", backup])
            #expect(restored.status == 0, "\(restored.output)")
            try await gateway.start()
            #expect(try await gateway.books().tickets == count)
        }
    }
}

extension RunningGateway {
    /// Names another master key, and the one before it as an older one; gives the configuration with the new key alone.
    func changeKey(to new: Data) throws -> String {
        let (key, file) = (URL(filePath: folder + "/credentials/master-key"), folder + "/intake.yaml")
        try Data(contentsOf: key).write(to: URL(filePath: folder + "/credentials/old-key"))
        try new.write(to: key)
        let plain = try String(contentsOfFile: file, encoding: .utf8)
        try plain.replacing("master-key\"", with: "master-key\", older: [\"credential:old-key\"]")
            .write(toFile: file, atomically: true, encoding: .utf8)
        return plain
    }

    /// Leaves a place that a backup can be put back to. On SQLite the files stay, and one of them is damaged.
    func loseLedger() async throws {
        guard ledger == .sqlite else {
            let conninfo = try await PostgresServer.shared.make(empty: true)
            try Data(conninfo.utf8).write(to: URL(filePath: folder + "/credentials/connection"))
            return
        }
        for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: state + "/ledger.sqlite" + end) }
        guard let blob = try FileBlobs(folder: state + "/blobs").all().first?.hex else { return }
        let handle = FileHandle(forUpdatingAtPath: "\(state)/blobs/\(blob.prefix(2))/\(blob)")
        try handle?.seek(toOffset: 50)
        try handle?.write(contentsOf: Data("bent".utf8))
        try handle?.close()
    }
}
