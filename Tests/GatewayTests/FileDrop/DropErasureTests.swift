import Foundation
import Intake
import Servers
import Storage
import Synchronization
import Testing

@testable import Gateway

/// What a drop has put away lies in the clear: it goes when the ledger erases what it says.
@Suite("A drop forgets what the ledger has erased") struct DropErasureTests {
    private static let call = "坐席：您好，12345热线。\n市民：幸福路的路灯坏了三天了。\n"
    private static let facts = #"{"call_id": "7", "start": "2026-01-05 09:24:00", "caller": "13800138000"}"#

    private func erasing(_ bench: DropBench) -> Erasing {
        Erasing(store: bench.store, blobs: bench.tools.blobs, keys: bench.tools.keys, idle: .zero)
    }
    private func forget(_ bench: DropBench) async throws -> Int {
        try await PutAway(tools: bench.tools, path: bench.folder + "/calls").forget()
    }

    @Test("The file of an erased call goes with its facts, those of others stay, and dropped again it goes again")
    func erased() async throws {
        try await DropBench.run { bench in
            try bench.put("a.txt", Self.call)
            try bench.put("a.txt.meta.json", Self.facts)
            try await bench.scanLater()
            try bench.put("b.txt", Self.call + "市民：我是另一位。\n")
            try await bench.scanLater()
            #expect(try await forget(bench) == 0)
            #expect(bench.doneNames() == ["a.txt", "a.txt.meta.json", "b.txt"])
            _ = try await erasing(bench).erase(
                Set(ErasurePart.allCases), of: 1, at: bench.clock.now, by: "operator:li", reason: "law")
            #expect(try await forget(bench) == 2)
            #expect(bench.doneNames() == ["b.txt"])

            try bench.put("other name.txt", Self.call)
            try bench.put("other name.txt.meta.json", Self.facts)
            try await bench.scanLater()
            #expect(bench.doneNames() == ["b.txt", "other name.txt", "other name.txt.meta.json"])
            #expect(try await bench.store.books().tickets == 2)
            #expect(try await forget(bench) == 2)
        }
    }

    @Test("Facts parted from their file by a crash are put beside it, and go with it")
    func parted() async throws {
        try await DropBench.run { bench in
            try bench.put("a.txt", Self.call)
            try bench.put("a.txt.meta.json", Self.facts)
            try await bench.scanLater()
            try bench.move("done/2026-01-05/a.txt.meta.json", "claimed/1-x/a.txt.meta.json")
            try await bench.scanLater()
            _ = try await erasing(bench).erase(
                [.identity], of: 1, at: bench.clock.now, by: "operator:li", reason: "law")
            #expect(try await forget(bench) == 2)
            #expect(bench.doneNames().isEmpty && bench.names("claimed").isEmpty)
        }
    }

    @Test("A file in quarantine goes with its reason when the ledger's quarantine gives it up")
    func quarantined() async throws {
        try await DropBench.run { bench in
            try bench.put("cut.json", #"{"turns": [{"text": "电话13800138000"#)
            try await bench.scanLater()
            #expect(bench.names("quarantine").count == 2)
            #expect(try await forget(bench) == 0)
            let round = Retaining(erasing(bench), Retention())
            #expect(try await round.run(at: bench.clock.now + .days(366)).quarantined == 1)
            #expect(try await forget(bench) == 2)
            #expect(bench.names("quarantine").isEmpty)
        }
    }

    @Test(
        "A mended file that a person put back under the name of an erased one is not taken for that one while it is read"
    )
    func putBack() async throws {
        let seen = Mutex<Set<String>>([])
        let look: @Sendable (String) -> Void = { folder in
            let names = FileManager.default.enumerator(atPath: folder + "/claimed")?.compactMap { $0 as? String } ?? []
            seen.withLock { $0.formUnion(names.map { URL(filePath: $0).lastPathComponent }) }
        }
        try await DropBench.run(whileReading: look) { bench in
            try bench.put("a.txt", Self.call)
            try bench.put("a.txt.meta.json", Self.facts)
            try await bench.scanLater()
            let kept = try bench.all(bench.day()).map(\.description)
            _ = try await erasing(bench).erase(
                Set(ErasurePart.allCases), of: 1, at: bench.clock.now, by: "operator:li", reason: "law")
            seen.withLock { $0 = [] }
            for name in kept {
                try bench.move("done/2026-01-05/\(name)", "incoming/\(name)")
                if !name.hasSuffix(".json") { try bench.put(name, Self.call + "市民：还有一件事。\n") }
            }
            // Another of the same name waits its turn.
            try (Self.call + "市民：我是另一位，说的是别的。\n").write(
                toFile: bench.folder + "/calls/incoming/a.txt", atomically: false, encoding: .utf8)
            #expect(try await bench.scanLater().taken == 1)
            #expect(try await bench.scanLater().taken == 1)
            #expect(seen.withLock { $0.contains("a.txt") && $0.isDisjoint(with: kept) })
            #expect(bench.doneNames().count == 3 && bench.names("incoming").isEmpty)
            #expect(try await bench.store.books().tickets == 3)
        }
    }

    @Test("A drop that was never opened is not made")
    func never() async throws {
        try await DropBench.run { bench in
            let path = bench.folder + "/other"
            let count = try await PutAway(tools: bench.tools, path: path).forget()
            #expect(count == 0)
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test(
        "What only has the name of an erased file is left and keeps nothing else, nor does a folder that cannot be opened"
    )
    func inTheWay() async throws {
        try await DropBench.run { bench in
            try bench.put("a.txt", Self.call)
            try bench.put("a.txt.meta.json", Self.facts)
            try await bench.scanLater()
            let kept = try #require(bench.all(try bench.day()).compactMap { KeptName($0, bench.tools.keys) }.first)
            let (folder, link) = (kept.another, kept.another)
            for place in ["quarantine", "done/2026-01-05"] {
                let path = "\(bench.folder)/calls/\(place)/"
                try FileManager.default.createDirectory(
                    atPath: path + folder.written(bench.tools.keys).description, withIntermediateDirectories: false)
                try FileManager.default.createSymbolicLink(
                    atPath: path + link.written(bench.tools.keys).description, withDestinationPath: "/etc/hostname")
            }
            _ = try await erasing(bench).erase(
                Set(ErasurePart.allCases), of: 1, at: bench.clock.now, by: "operator:li", reason: "law")
            #expect(try await forget(bench) == 2)
            #expect(try bench.all(bench.drop.quarantine).count == 2 && bench.all(bench.day()).count == 2)

            try bench.put("a.txt", Self.call)
            try bench.put("a.txt.meta.json", Self.facts)
            try await bench.scanLater()
            #expect(try bench.all(bench.day()).count == 4)
            try FileManager.default.moveItem(
                atPath: bench.folder + "/calls/quarantine", toPath: bench.folder + "/calls/away")
            try Data().write(to: URL(filePath: bench.folder + "/calls/quarantine"))
            let trouble = await #expect(throws: Trouble.self) { try await forget(bench) }
            #expect(trouble?.kind == .needsPerson)
            #expect(try bench.all(bench.day()).count == 2)
        }
    }

    @Test("A file that is in the ledger and cannot be moved out of claimed goes from there", arguments: [true, false])
    func claimed(erased: Bool) async throws {
        // In the place of the day's folder there is something else by the time the call has been read.
        let close: @Sendable (String) -> Void = { folder in
            try? Data().write(to: URL(filePath: folder + "/done/2026-01-05"), options: .withoutOverwriting)
        }
        try await DropBench.run(whileReading: close) { bench in
            try bench.put("a.txt", Self.call)
            try bench.put("a.txt.meta.json", Self.facts)
            for _ in 0..<2 {
                let trouble = await #expect(throws: Trouble.self) { try await bench.scanLater() }
                #expect(trouble?.kind == .needsPerson)
                #expect(try await bench.store.books().tickets == 1)
            }
            let batch = try #require(bench.names("claimed").first)
            #expect(bench.names("claimed/\(batch)") == ["a.txt", "a.txt.meta.json"])
            if erased {
                _ = try await erasing(bench).erase(
                    Set(ErasurePart.allCases), of: 1, at: bench.clock.now, by: "operator:li", reason: "law")
            }
            #expect(try await forget(bench) == (erased ? 2 : 0))
            #expect(bench.names("claimed/\(batch)").count == (erased ? 0 : 2))
        }
    }

    @Test(
        "After an erasure no word of the caller's stands anywhere in the gateway's folders", arguments: Backend.allCases
    )
    func wholeWay(_ ledger: Backend) async throws {
        try await withGateway(ledger, channels: CallDrop.channel) { gateway in
            let drop = try CallDrop(gateway)
            try drop.put(
                "13800138000.txt", "坐席：您好，12345热线。\n市民：我的电话是13800138000，路灯不亮。\n",
                facts: #"{"call_id": "9", "start": "2026-01-05 09:24:00", "caller": "13800138000"}"#)
            _ = try await eventually("it is put away") {
                drop.done == 1 && drop.names("claimed").isEmpty ? true : nil as Bool?
            }
            #expect(try !Planted.found(at: [drop.folder]).isEmpty)
            let gone = try await gateway.command(["erase", "1", "--reason", "本人要求"])
            #expect(gone.status == 0, "\(gone.output)")
            #expect(try Planted.found(at: [drop.folder]).isEmpty)
            let names = FileManager.default.enumerator(atPath: drop.folder)?.compactMap { $0 as? String } ?? []
            #expect(try names.allSatisfy { try Planted.found(in: $0).isEmpty }, "\(names)")
        }
    }
}
