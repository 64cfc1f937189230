import Foundation
import Glibc
import Intake
import Storage
import Testing

@testable import Gateway

/// A drop that was killed between two of its moves, and folders that are not as they should be.
@Suite("A drop after a crash") struct DropCrashTests {
    private static let call = "坐席：您好，12345热线。\n市民：幸福路的路灯坏了三天了。\n"
    private static let facts =
        "{\"call_id\": \"7\", \"start\": \"2026-01-05 09:24:00\", \"caller\": \"13800138000\"}"

    @Test("Killed after the file was moved and before its facts were: the facts follow, and nothing is set aside")
    func betweenFileAndFacts() async throws {
        try await DropBench.run { bench in
            try bench.put("a.txt", Self.call)
            try bench.put("a.txt.meta.json", Self.facts)
            try await bench.scanLater()
            try bench.move("done/2026-01-05/a.txt.meta.json", "claimed/1-x/a.txt.meta.json")
            #expect(try await bench.scanLater() == Drop.Step())
            #expect(bench.doneNames() == ["a.txt", "a.txt.meta.json"])
            #expect(bench.names("claimed").isEmpty && bench.names("quarantine").isEmpty)
        }
    }

    @Test("Killed before either was moved: read again with its facts it is the same call")
    func beforeBoth() async throws {
        try await DropBench.run { bench in
            try bench.put("a.txt", Self.call)
            try bench.put("a.txt.meta.json", Self.facts)
            try await bench.scanLater()
            for name in ["a.txt", "a.txt.meta.json"] {
                try bench.move("done/2026-01-05/\(name)", "claimed/1-x/\(name)")
            }
            #expect(try await bench.scanLater().taken == 1)
            #expect(bench.doneNames() == ["a.txt", "a.txt.meta.json"])
            #expect(try await bench.submissions().count == 1)
        }
    }

    @Test("Killed after the facts were claimed and before their file was: they go back to it")
    func betweenFactsAndFile() async throws {
        try await DropBench.run { bench in
            try bench.put("a.txt", Self.call)
            try bench.put("a.txt.meta.json", Self.facts)
            try bench.move("incoming/a.txt.meta.json", "claimed/1-x/a.txt.meta.json")
            #expect(try await bench.scanLater().taken == 1)
            let ticket = try #require(try await bench.store.latest(before: nil, limit: 1).first)
            #expect(try await bench.store.contacts(of: ticket.number.id).count == 1)
        }
    }

    @Test("Killed while it tried its folders: the next start clears that away, and leaves a sender's files alone")
    func whileProbing() async throws {
        try await DropBench.run { bench in
            for place in ["incoming", "done"] {
                for (name, text) in [(".probe-1", ""), (".probe-22.tmp", ""), (".probe-3", "x"), (".probe-a", "")] {
                    try Data(text.utf8).write(to: URL(filePath: bench.path(place) + "/" + name))
                }
            }
            _ = try Drop.probe([bench.drop.incoming, bench.drop.claimed, bench.drop.done], bench.tools)
            #expect(bench.names("incoming") == [".probe-3", ".probe-a"])
            #expect(bench.names("done") == [".probe-3", ".probe-a"])
            #expect(bench.names("claimed").isEmpty)
        }
    }

    @Test(
        "Killed while a file that cannot be put away and its facts got another name: it is still one call",
        arguments: [true, false])
    func betweenNames(fileFirst: Bool) async throws {
        try await DropBench.run { bench in
            try bench.put("a.txt", Self.call)
            try bench.put("a.txt.meta.json", Self.facts)
            try await bench.scanLater()
            let kept = try #require(
                bench.all(bench.day()).first { KeptName($0, bench.tools.keys)?.name.description == "a.txt" })
            try bench.move("done/2026-01-05/a.txt", "claimed/1-x/\(fileFirst ? kept.description : "a.txt")")
            try bench.move(
                "done/2026-01-05/a.txt.meta.json",
                "claimed/1-x/\(fileFirst ? "a.txt" : kept.description).meta.json")
            #expect(try await bench.scanLater().taken == 1)
            #expect(try await bench.submissions().count == 1)
            #expect(bench.doneNames() == ["a.txt", "a.txt.meta.json"] && bench.names("claimed").isEmpty)
            #expect(try bench.all(bench.day()).allSatisfy { KeptName($0, bench.tools.keys) != nil })
        }
    }

    @Test("Killed in quarantine, a file gets its reason and is one arrival")
    func quarantined() async throws {
        try await DropBench.run { bench in
            try bench.put("cut.json", "{\"turns\": [")
            try await bench.scanLater()
            try bench.move("quarantine/cut.json", "claimed/1-x/cut.json")
            #expect(try await bench.scanLater() == Drop.Step(quarantined: 1))
            #expect(bench.names("quarantine") == ["cut.json", "cut.json.reason.txt"])
            #expect(try await bench.store.books().quarantined == 1)
        }
    }

    @Test("What somebody puts into claimed stops nothing: files are taken, links and pipes are left")
    func strays() async throws {
        try await DropBench.run { bench in
            try Self.call.write(toFile: bench.path("claimed", "a.txt"), atomically: false, encoding: .utf8)
            try FileManager.default.createSymbolicLink(
                atPath: bench.path("claimed", "link"), withDestinationPath: bench.folder)
            #expect(unsafe mkfifo(bench.path("claimed", "pipe"), 0o600) == 0)
            try bench.put("b.txt", Self.call)
            #expect(try await bench.scanLater().taken == 2)
            #expect(bench.names("claimed") == ["link", "pipe"])
        }
    }

    @Test("A folder that vanished, or was replaced, is told and opened anew", arguments: [true, false])
    func vanished(replaced: Bool) async throws {
        try await DropBench.run { bench in
            try FileManager.default.moveItem(atPath: bench.folder + "/calls", toPath: bench.folder + "/old")
            if replaced {
                try FileManager.default.createDirectory(
                    atPath: bench.path("incoming"), withIntermediateDirectories: true)
                try bench.put("a.txt", Self.call)
            }
            let trouble = await #expect(throws: Trouble.self) { try await bench.scanLater() }
            #expect(trouble?.kind == .passing)
            let again = try Drop(
                channel: "calls", path: bench.folder + "/calls", rules: Drop.Rules(), tools: bench.tools,
                reading: bench.drop.reading)
            bench.clock.advance(DropBench.still)
            #expect(try await again.scan(into: bench.inbox).taken == (replaced ? 1 : 0))
        }
    }

    @Test("A second gateway on the same folder waits for the first")
    func second() async throws {
        try await DropBench.run { bench in
            let trouble = #expect(throws: Trouble.self) {
                try Drop(
                    channel: "calls", path: bench.folder + "/calls", rules: Drop.Rules(), tools: bench.tools,
                    reading: bench.drop.reading)
            }
            #expect(trouble?.kind == .passing && trouble?.reason.contains("another daemon") == true)
        }
    }

    @Test("A folder of the drop that leads to another disk is refused at the start, in words")
    func otherDisk() async throws {
        try await DropBench.run { bench in
            let path = bench.folder + "/other"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(atPath: path + "/done", withDestinationPath: "/dev/shm")
            let trouble = #expect(throws: Trouble.self) {
                try Drop(
                    channel: "calls", path: path, rules: Drop.Rules(), tools: bench.tools, reading: bench.drop.reading)
            }
            #expect(trouble?.kind == .needsPerson && trouble?.reason.contains("on one disk") == true)
        }
    }

    @Test("Call facts that come after their call was taken are put before a person, and the call is one ticket")
    func lateFacts() async throws {
        try await DropBench.run { bench in
            try bench.put("a.txt", Self.call)
            try await bench.scanLater()
            try bench.put("a.txt.meta.json", Self.facts)
            #expect(try await bench.scanLater() == Drop.Step())
            bench.clock.advance(.seconds(3600))
            #expect(try await bench.drop.scan(into: bench.inbox) == Drop.Step(quarantined: 1))
            let note = try String(
                contentsOfFile: bench.path("quarantine", "a.txt.meta.json.reason.txt"), encoding: .utf8)
            #expect(note.contains("call facts without their transcript"))
            #expect(try await bench.submissions().count == 1)
        }
    }

    @Test("Where the kernel, or the watch, has no room for more events, the scan is asked for")
    func overflow() throws {
        func event(_ mask: Int32, _ name: String) -> [UInt8] {
            let room = name.isEmpty ? 0 : (name.utf8.count / 16 + 1) * 16
            let words = [UInt32(1), UInt32(bitPattern: mask), 0, UInt32(room)]
            return words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
                + Array(name.utf8) + [UInt8](repeating: 0, count: room - name.utf8.count)
        }
        var hints = FolderWatch.Hints()
        hints.note((event(Int32(IN_MOVED_TO), "a.txt") + event(Int32(IN_CLOSE_WRITE), "b.txt.done"))[...])
        #expect(hints.renamed.map(\.description) == ["a.txt"] && hints.markers.map(\.description) == ["b.txt.done"])
        #expect(!hints.due)
        hints.note(event(Int32(IN_Q_OVERFLOW), "")[...])
        #expect(hints.due)

        var many = FolderWatch.Hints()
        for number in 0...FolderWatch.most { many.note(event(Int32(IN_MOVED_TO), "\(number)")[...]) }
        #expect(many.due && many.renamed.count == FolderWatch.most)
    }
}
