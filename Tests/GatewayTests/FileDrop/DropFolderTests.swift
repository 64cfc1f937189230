import Foundation
import Glibc
import Intake
import Storage
import Testing

@testable import Gateway

struct DropFolderTests {
    private static let call = "坐席：您好，12345热线。\n市民：幸福路的路灯坏了。\n"

    @Test("Names no sane person gives are taken and shown on one line")
    func hostile() async throws {
        try await DropBench.run { bench in
            let folder = try #require(bench.drop.incoming as DropFolder?)
            let names: [[UInt8]] = [
                Array("new\nline.txt".utf8), Array("a..%2f..%2fetc%2fpasswd".utf8), Array("-rf *;$(x).txt".utf8),
                [0xD6, 0xD0, 0xCE, 0xC4, 0x2E, 0x74, 0x78, 0x74],
                [UInt8](repeating: 0x78, count: 251) + Array(".txt".utf8),
                Array("\u{202E}txt.exe".utf8), [0xFF, 0xFE],
            ]
            for (number, bytes) in names.enumerated() {
                let name = try #require(DropName(bytes))
                try folder.write(name, Self.call + "市民：第\(number)个")
                #expect(!name.description.contains("\n"))
                #expect(name.description.unicodeScalars.allSatisfy { $0.value < 0x202A || $0.value > 0x202E })
            }
            #expect(try await bench.scanLater() == Drop.Step(taken: names.count))
            #expect(try await bench.submissions().count == names.count)
            var left = 0
            try folder.list { _ throws(Trouble) in
                left += 1
                return true
            }
            #expect(left == 0)
        }
    }

    @Test("An unreadable file with the longest of names gets its reason too")
    func longest() async throws {
        try await DropBench.run { bench in
            let name = try #require(DropName([UInt8](repeating: 0x78, count: 255)))
            try bench.drop.incoming.write(name, "")
            #expect(try await bench.scanLater() == Drop.Step(quarantined: 1))
            #expect(bench.names("quarantine").count == 2)
        }
    }

    @Test("What cannot name a file is no name")
    func noName() {
        for text in ["", ".", "..", "a/b", "/", "a\u{0}b", String(repeating: "x", count: 256)] {
            #expect(DropName(text) == nil)
        }
    }

    @Test("Links, folders, pipes, hidden and unfinished files stay where they are")
    func passedOver() async throws {
        try await DropBench.run { bench in
            try Self.call.write(toFile: bench.folder + "/secret.txt", atomically: false, encoding: .utf8)
            try FileManager.default.createSymbolicLink(
                atPath: bench.path("incoming", "link.txt"), withDestinationPath: bench.folder + "/secret.txt")
            try FileManager.default.createDirectory(
                atPath: bench.path("incoming", "folder.txt"), withIntermediateDirectories: false)
            #expect(unsafe mkfifo(bench.path("incoming", "pipe.txt"), 0o600) == 0)
            for name in [".hidden.txt", "a.tmp", "b.json.part", "c.filepart", "d.txt~"] {
                try bench.put(name, Self.call)
            }
            let before = bench.names("incoming")
            #expect(try await bench.scanLater() == Drop.Step())
            let hints = FolderWatch.Hints(renamed: Set(before.compactMap { DropName($0) }))
            #expect(try await bench.drop.take(hints, into: bench.inbox) == Drop.Step())
            #expect(bench.names("incoming") == before)
        }
    }

    @Test("A backlog is taken the oldest first, whatever order the folder gives it in")
    func backlog() async throws {
        try await DropBench.run { bench in
            let count = Drop.batch * 2 + 50
            for number in 0..<count {
                let age = number * 7919 % count
                try bench.put("\(number).txt", "市民：\(age)")
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSince1970: Double(1_000_000 + age))],
                    ofItemAtPath: bench.path("incoming", "\(number).txt"))
            }
            bench.clock.advance(DropBench.still)
            let (ready, more) = try bench.drop.look()
            #expect(ready.map(\.facts.modified) == (0..<count).map { Instant(seconds: Int64(1_000_000 + $0)) })
            #expect(!more)
            #expect(try await bench.drop.scan(into: bench.inbox) == Drop.Step(taken: count))
            // Tickets are numbered in the order of the groups.
            let texts = try await bench.submissions().map { Int($0.text) ?? -1 }
            #expect(Set(texts.prefix(Drop.batch)) == Set(0..<Drop.batch))
            #expect(bench.doneNames().count == count)
        }
    }

    @Test("Files of one name on one day lie side by side")
    func sameName() async throws {
        try await DropBench.run { bench in
            for number in 0..<3 {
                try bench.put("latest.txt", "市民：第\(number)通电话")
                try bench.put("latest.txt.meta.json", "{\"call_id\": \"\(number)\"}")
                #expect(try await bench.scanLater().taken == 1)
            }
            let names = bench.doneNames()
            #expect(names.count == 6)
            #expect(names.filter { $0.hasSuffix("latest.txt") }.allSatisfy { names.contains($0 + ".meta.json") })
        }
    }

    @Test("The watch tells what is renamed in and what is marked, and ticks")
    func watch() async throws {
        try await DropBench.run { bench in
            let watch = try FolderWatch(path: bench.path("incoming"), every: .seconds(3600))
            var signals = watch.signals.makeAsyncIterator()
            _ = await signals.next()
            #expect(watch.take().due)
            try bench.put("plain.txt", Self.call)
            try bench.put("marked.txt.done", "")
            try Self.call.write(toFile: bench.folder + "/outside.txt", atomically: false, encoding: .utf8)
            try FileManager.default.moveItem(
                atPath: bench.folder + "/outside.txt", toPath: bench.path("incoming", "inside.txt"))
            var seen = FolderWatch.Hints()
            while seen.renamed.isEmpty || seen.markers.isEmpty {
                _ = await signals.next()
                let hints = watch.take()
                seen.renamed.formUnion(hints.renamed)
                seen.markers.formUnion(hints.markers)
                seen.due = seen.due || hints.due
            }
            #expect(seen.renamed == [try #require(DropName("inside.txt"))])
            #expect(seen.markers == [try #require(DropName("marked.txt.done"))])
            #expect(!seen.due)
        }
    }
}
