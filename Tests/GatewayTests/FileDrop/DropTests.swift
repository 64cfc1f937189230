import Foundation
import Intake
import Storage
import Testing

@testable import Gateway

struct DropTests {
    private static let call = "坐席：您好，12345热线。\n市民：幸福路的路灯坏了三天了。\n"

    private func hints(_ names: String...) -> FolderWatch.Hints {
        FolderWatch.Hints(renamed: Set(names.compactMap { DropName($0) }))
    }

    @Test("A file counts only when it has been still for long enough")
    func still() async throws {
        try await DropBench.run { bench in
            try bench.put("a.txt", Self.call)
            #expect(try await bench.drop.scan(into: bench.inbox) == Drop.Step())
            #expect(bench.names("incoming") == ["a.txt"])
            #expect(try await bench.scanLater() == Drop.Step(taken: 1))
            #expect(bench.names("incoming").isEmpty)
            #expect(bench.names("claimed").isEmpty)
            #expect(bench.names("done") == ["2026-01-05"])
            #expect(bench.doneNames() == ["a.txt"])
            #expect(try await bench.submissions().map(\.text) == ["幸福路的路灯坏了三天了。"])
        }
    }

    @Test("A file with a marker beside it counts at once, and the marker goes")
    func marker() async throws {
        try await DropBench.run { bench in
            try bench.put("a.txt", Self.call)
            try bench.put("a.txt.done", "")
            #expect(try await bench.drop.scan(into: bench.inbox).taken == 1)
            #expect(bench.names("incoming").isEmpty)
        }
    }

    @Test("A file renamed in counts at once")
    func renamed() async throws {
        try await DropBench.run { bench in
            try bench.put("a.txt", Self.call)
            try bench.put("b.txt", Self.call)
            #expect(try await bench.drop.take(hints("a.txt", "gone.txt", ".hidden"), into: bench.inbox).taken == 1)
            #expect(bench.names("incoming") == ["b.txt"])
        }
    }

    @Test("The side-car's facts reach the ticket, the caller as a contact, and go with the file")
    func sidecar() async throws {
        try await DropBench.run { bench in
            try bench.put("a.txt", Self.call)
            try bench.put(
                "a.txt.meta.json",
                "{\"caller\": \"13800138000\", \"start\": \"2026-01-05 09:24:00\", \"recording\": \"a.wav\"}")
            #expect(try await bench.scanLater().taken == 1)
            let submission = try #require(try await bench.submissions().first)
            #expect(submission.call?.recording == "a.wav")
            #expect(submission.said == Instant(milliseconds: 1_767_576_240_000))
            #expect(submission.call?.turns.map(\.side) == [.agent, .citizen])
            let ticket = try #require(try await bench.store.latest(before: nil, limit: 1).first)
            #expect(try await bench.store.contacts(of: ticket.number.id).count == 1)
            #expect(bench.doneNames() == ["a.txt", "a.txt.meta.json"])
        }
    }

    @Test("Call facts that cannot be read cost the call nothing but themselves")
    func badSidecar() async throws {
        try await DropBench.run { bench in
            try bench.put("a.txt", Self.call)
            try bench.put("a.txt.meta.json", "{\"caller\": ")
            #expect(try await bench.scanLater().taken == 1)
            let submission = try #require(try await bench.submissions().first)
            let remark = Phrase(kept: submission.remarks.first ?? "")
            #expect(remark.zh.hasPrefix("通话信息文件无法读取"))
            #expect(remark.en.hasPrefix("the call facts could not be read") && remark.en.contains("cut short"))
            // What the caller asked may have been in them.
            #expect(submission.confidential)
        }
    }

    @Test("Every fixture becomes one ticket that holds the citizen's words")
    func fixtures() async throws {
        try await DropBench.run { bench in
            let names = try TranscriptFixtures.names()
            for name in names { try bench.put(name, try TranscriptFixtures.bytes(name)) }
            // Three are the same call by its own id, in three encodings.
            #expect(try await bench.scanLater() == Drop.Step(taken: names.count))
            let texts = try await bench.submissions().map(\.text)
            #expect(texts.count == names.count - 2)
            #expect(texts.allSatisfy { $0.contains("路灯") || $0.contains("street light") })
        }
    }

    @Test("Unreadable files go to quarantine with the reason beside them and their bytes in the ledger")
    func unreadable() async throws {
        try await DropBench.run { bench in
            try bench.put("cut.json", "{\"turns\": [{\"text\": \"路灯\"")
            try bench.put("cut.json.meta.json", "{}")
            try bench.put("empty.txt", "")
            try bench.put("good.txt", Self.call)
            #expect(try await bench.scanLater() == Drop.Step(taken: 1, quarantined: 2))
            #expect(
                bench.names("quarantine") == [
                    "cut.json", "cut.json.meta.json", "cut.json.reason.txt", "empty.txt", "empty.txt.reason.txt",
                ])
            let note = try String(contentsOfFile: bench.path("quarantine", "cut.json.reason.txt"), encoding: .utf8)
            #expect(note.contains("JSON 不完整") && note.contains("JSON is cut short"))
            let kept = try await bench.store.quarantined(after: 0, limit: 10)
            #expect(kept.count == 2)
            let parcel = try #require(try await bench.store.parcel(kept[0].parcel))
            #expect(parcel.parcel.size > 0 || kept[0].reason.contains("空"))
        }
    }

    @Test("A file in quarantine, mended and dropped again, becomes a ticket")
    func mended() async throws {
        try await DropBench.run { bench in
            try bench.put("a.json", "{\"turns\": [{\"text\": \"路灯\"")
            try await bench.scanLater()
            try bench.put("a.json", "{\"turns\": [{\"text\": \"路灯坏了\"}]}")
            #expect(try await bench.scanLater().taken == 1)
            #expect(try await bench.submissions().map(\.text) == ["路灯坏了"])
        }
    }

    @Test("A file larger than a transcript may be is kept piece by piece and not read")
    func large() async throws {
        var rules = Drop.Rules()
        rules.largest = 1 << 20
        try await DropBench.run(rules: rules) { bench in
            try bench.put("big.txt", [UInt8](repeating: 0x61, count: 3 << 20))
            #expect(try await bench.scanLater().quarantined == 1)
            let kept = try #require(try await bench.store.quarantined(after: 0, limit: 1).first)
            #expect(kept.reason.contains("1MiB"))
            #expect(try await bench.store.parcel(kept.parcel)?.parcel.size == 3 << 20)
        }
    }

    @Test("While the ledger refuses, files stay claimed, and are taken once it is back")
    func refused() async throws {
        try await DropBench.run { bench in
            for number in 0..<5 { try bench.put("\(number).txt", Self.call + "市民：第\(number)次") }
            let closed = Inbox(store: bench.store, keys: bench.tools.keys, day: { Day($0, offset: .zero) })
            closed.close()
            bench.clock.advance(DropBench.still)
            await #expect(throws: Trouble.self) { try await bench.drop.scan(into: closed) }
            #expect(bench.names("done/2026-01-05").isEmpty)
            #expect(bench.names("claimed").count == 1)
            #expect(try await bench.store.books().tickets == 0)
            #expect(try await bench.drop.scan(into: bench.inbox).taken == 5)
            #expect(bench.names("claimed").isEmpty)
            #expect(try await bench.submissions().count == 5)
        }
    }

    @Test("After a crash between commit and move the file is moved, and makes no second ticket")
    func crash() async throws {
        try await DropBench.run { bench in
            try bench.put("a.txt", Self.call)
            try await bench.scanLater()
            try FileManager.default.createDirectory(
                atPath: bench.path("claimed", "1-x"), withIntermediateDirectories: false)
            try FileManager.default.moveItem(
                atPath: bench.path("done/2026-01-05", "a.txt"), toPath: bench.path("claimed", "1-x/a.txt"))
            #expect(try await bench.drop.scan(into: bench.inbox).taken == 1)
            #expect(bench.doneNames() == ["a.txt"])
            #expect(try await bench.submissions().count == 1)
        }
    }

    @Test("A file that is written while it is read goes back and is taken when it is whole")
    func growing() async throws {
        let grow: @Sendable (String) -> Void = { folder in
            let claimed = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/claimed")) ?? []
            for batch in claimed {
                let path = "\(folder)/claimed/\(batch)/a.txt"
                guard let handle = FileHandle(forWritingAtPath: path), (try? handle.seekToEnd()) ?? 0 < 100 else {
                    continue
                }
                try? handle.write(contentsOf: Data("市民：还有垃圾没人清，已经一个星期了。\n".utf8))
            }
        }
        try await DropBench.run(whileReading: grow) { bench in
            try bench.put("a.txt", Self.call)
            #expect(try await bench.scanLater() == Drop.Step(returned: 1))
            #expect(bench.names("incoming") == ["a.txt"])
            #expect(try await bench.scanLater().taken == 1)
            #expect(try await bench.submissions().map(\.text) == ["幸福路的路灯坏了三天了。还有垃圾没人清，已经一个星期了。"])
        }
    }

    @Test("Facts without their file are put before a person, empty markers without theirs are removed")
    func orphans() async throws {
        try await DropBench.run { bench in
            try bench.put("a.txt.meta.json", "{\"caller\": \"13800138000\"}")
            try bench.put("b.txt.done", "")
            #expect(try await bench.scanLater() == Drop.Step())
            bench.clock.advance(.seconds(3600))
            #expect(try await bench.drop.scan(into: bench.inbox) == Drop.Step(quarantined: 1))
            #expect(bench.names("incoming").isEmpty)
            #expect(bench.names("quarantine") == ["a.txt.meta.json", "a.txt.meta.json.reason.txt"])
        }
    }

    @Test("Days of done are removed once they are older than is kept")
    func prune() async throws {
        try await DropBench.run { bench in
            try bench.put("a.txt", Self.call)
            try await bench.scanLater()
            bench.clock.advance(.seconds(29 * 86_400))
            _ = try await bench.drop.scan(into: bench.inbox)
            #expect(bench.doneNames() == ["a.txt"])
            bench.clock.advance(.seconds(3 * 86_400))
            _ = try await bench.drop.scan(into: bench.inbox)
            #expect(bench.names("done").contains("2026-01-05") == false)
        }
    }
}
