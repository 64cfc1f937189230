import Foundation
import Intake
import Logging
import Storage
import Testing

@testable import Gateway

struct FileDropChannelTests {
    private func channel(_ bench: DropBench, _ yaml: String = FileDropChannel.example) throws -> FileDropChannel {
        let settings = Settings.read(text: yaml, file: "intake.yaml")
        _ = settings.string("name")
        _ = settings.string("kind")
        let channel = FileDropChannel(name: "calls", settings, bench.tools)
        try settings.conclude()
        return channel
    }

    @Test("The running channel takes what is renamed in, and ends when it is cancelled")
    func runs() async throws {
        try await DropBench.run { bench in
            let channel = try channel(bench, "name: calls\nkind: transcripts\npath: running")
            let incoming = bench.folder + "/running/incoming"
            try FileManager.default.createDirectory(atPath: incoming, withIntermediateDirectories: true)
            try "市民：路灯坏了".write(toFile: bench.folder + "/a.txt", atomically: false, encoding: .utf8)
            try "市民：井盖丢了".write(toFile: incoming + "/b.txt", atomically: false, encoding: .utf8)
            try "".write(toFile: incoming + "/b.txt.done", atomically: false, encoding: .utf8)
            let inbox = bench.inbox
            let running = Task { try await channel.run(into: inbox) }
            // The first scan finds the marked one; after it the watch is on.
            while try await bench.store.books().tickets < 1 { await Task.yield() }
            try FileManager.default.moveItem(atPath: bench.folder + "/a.txt", toPath: incoming + "/a.txt")
            while try await bench.store.books().tickets < 2 { await Task.yield() }
            running.cancel()
            _ = await running.result
            #expect(Set(try await bench.submissions().map(\.text)) == ["路灯坏了", "井盖丢了"])
            let due = bench.clock.now.milliseconds / 1000 + 10
            #expect(bench.tools.metrics.text.contains("intake_drop_scan_due_seconds{channel=\"calls\"} \(due)\n"))
        }
    }

    @Test("The doctor is told of files that lie claimed for long, and not of what is being settled")
    func leftClaimed() async throws {
        try await DropBench.run { bench in
            let channel = try channel(bench, "name: calls\nkind: transcripts\npath: calls")
            try bench.put("a.txt", "市民：路灯坏了")
            try bench.move("incoming/a.txt", "claimed/\(bench.clock.now.milliseconds)-x/a.txt")
            try await channel.reach()
            bench.clock.advance(.seconds(660))
            let trouble = await #expect(throws: Trouble.self) { try await channel.reach() }
            #expect(trouble?.kind == .needsPerson && trouble?.reason.hasPrefix("1 files in ") == true)
            #expect(trouble?.reason.contains("for up to 11 minutes; see why: journalctl") == true)
            try await bench.scanLater()
            try await channel.reach()
        }
    }

    @Test("The doctor says of a folder that is not looked through any more since when")
    func overdue() {
        let gauges = Gauges(text: "intake_drop_scan_due_seconds{channel=\"calls\"} 1000\n")
        #expect(Checkup.overdue(gauges, ["calls"], Instant(seconds: 1600)).isEmpty)
        #expect(Checkup.overdue(gauges, ["other"], Instant(seconds: 9000)).isEmpty)
        let pressed = Gauges(text: "intake_stress 1\nintake_drop_scan_due_seconds{channel=\"calls\"} 1000\n")
        #expect(Checkup.overdue(pressed, ["calls"], Instant(seconds: 9000)).isEmpty, "others come first")
        let found = Checkup.overdue(gauges, ["calls"], Instant(seconds: 1660))
        #expect(found.count == 1 && found.first?.level == .serious)
        #expect(
            found.first?.words.en.contains("channel calls ought to have been looked through 11 minutes ago") == true)
    }

    @Test("Kept bytes are read again with the facts that came with them")
    func readAgain() async throws {
        try await DropBench.run { bench in
            let raw = RawParcel(
                received: bench.clock.now,
                envelope: ["file": "a.txt", "facts": "{\"caller\": \"13800138000\"}"],
                body: .bytes(Data("市民：路灯坏了".utf8)))
            let items = try await channel(bench).read(raw)
            guard case .submission(let submission) = items.first?.content else {
                Issue.record("expected a submission")
                return
            }
            #expect(submission.text == "路灯坏了")
            #expect(submission.people.first?.contacts.first?.value == "13800138000")
        }
    }

    @Test("Greetings and labels of the settings take the place of the built-in ones")
    func greetings() async throws {
        try await DropBench.run { bench in
            let channel = try channel(
                bench,
                "name: calls\nkind: transcripts\npath: calls\ngreetings: [市长公开电话]\nagent-labels: [甲]\ncitizen-labels: [乙]"
            )
            let raw = RawParcel(
                received: bench.clock.now, envelope: ["file": "a.txt"], body: .bytes(Data("甲：请讲\n乙：路灯坏了".utf8)))
            guard case .submission(let submission) = try await channel.read(raw).first?.content else {
                Issue.record("expected a submission")
                return
            }
            #expect(submission.text == "路灯坏了")
        }
    }

    @Test(
        "Settings out of bounds are complained about",
        arguments: ["still: 0s", "largest: 1B", "keep: 1h", "colour: red"])
    func complaints(_ line: String) async throws {
        try await DropBench.run { bench in
            #expect(throws: ConfigurationError.self) {
                try channel(bench, "name: calls\nkind: transcripts\npath: calls\n\(line)")
            }
        }
    }
}
