import Foundation
import Intake
import Servers
import Storage
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

    @Test("A drop that was never opened is not made")
    func never() async throws {
        try await DropBench.run { bench in
            let path = bench.folder + "/other"
            let count = try await PutAway(tools: bench.tools, path: path).forget()
            #expect(count == 0)
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test("A key in a name is read back, whatever the name is and however long")
    func names() throws {
        let key = Data((0..<16).map { UInt8($0) })
        for bytes in [Array("a.txt".utf8), [UInt8](repeating: 0xFF, count: 255), Array("~".utf8)] {
            let name = try #require(DropName(bytes))
            let keyed = name.keyed(key)
            #expect(keyed.key == key && keyed.bytes.count <= DropName.longest && name.key == nil)
            #expect(keyed.bytes.suffix(min(4, bytes.count)) == name.bytes.suffix(4))
            #expect(bytes.count > 200 || keyed.unkeyed == name)
            #expect(keyed.keyed(Data(repeating: 1, count: 16)).unkeyed == keyed.unkeyed)
        }
        #expect(try #require(DropName(String(repeating: "z", count: 32) + "~a")).key == nil)
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
