import Foundation
import Intake
import Storage
import Testing

@testable import Gateway

@Suite("Names of files that were put away", .timeLimit(.minutes(5))) struct KeptNameTests {
    private static let key = Data((0..<16).map { UInt8($0) })
    /// As long as a name can be, and one that leaves room for a key and none for a mark.
    private static let long: [[UInt8]] = [
        [UInt8](repeating: 0x78, count: 251) + Array(".txt".utf8),
        [UInt8](repeating: 0x78, count: 250) + Array(".json".utf8),
        Array((String(repeating: "路灯", count: 37) + "x.txt").utf8),
        Array((String(repeating: "灯", count: 83) + "12.txt").utf8),
        // GBK.
        Array(repeating: [0xD6, 0xD0], count: 125).joined() + Array("1.txt".utf8),
    ]

    private func keys(_ byte: UInt8 = 7) throws -> Keys { try Keys(master: Data(repeating: byte, count: 32)) }

    @Test("The key and the name are read back, whatever the name is and however long")
    func readBack() throws {
        let keys = try keys()
        for bytes in Self.long + [Array("a.txt".utf8), Array("~".utf8), [UInt8](repeating: 0xFF, count: 255)] {
            let name = try #require(DropName(bytes))
            let tail = min(4, bytes.count)
            for kept in [KeptName(key: Self.key, name: name), KeptName(key: Self.key, name: name).another] {
                let written = kept.written(keys)
                #expect(KeptName(written, keys) == kept && KeptName.told(written, keys) == KeptName.told(name, keys))
                #expect(written.bytes.count <= KeptName.longest)
                #expect(written.bytes.suffix(tail) == name.bytes.suffix(tail))
                #expect(
                    (String(validating: bytes, as: UTF8.self) == nil)
                        == (String(validating: written.bytes, as: UTF8.self) == nil))
            }
            #expect(name.short.short == name.short && (bytes.count > 190 || name.short == name))
        }
        let two = ["a", "b"].compactMap { DropName($0 + String(repeating: "x", count: 250)) }
        #expect(two.count == 2 && two[0].short != two[1].short)
    }

    @Test("A name that only looks like ours is its sender's")
    func lookalikes() throws {
        let keys = try keys()
        let ours = KeptName(key: Self.key, name: try #require(DropName("a.txt"))).written(keys)
        let text = ours.description
        #expect(KeptName(ours, try self.keys(8)) == nil)
        for other in [
            "\(Self.key.hex)~a.txt", "\(Self.key.hex)-00000000~a.txt", text.uppercased(), "x\(text)",
            String(text.dropLast(5)),
            text.replacing("~", with: "-~"), text.replacing("~", with: "-A~"), text.replacing("~", with: "-12345678~"),
        ] { #expect(KeptName(try #require(DropName(other)), keys) == nil, "\(other)") }
    }

    @Test(
        "Files of one name, as long as it can be, end where they belong, however often they come",
        arguments: KeptNameTests.long, [true, false])
    func longNames(_ bytes: [UInt8], readable: Bool) async throws {
        for hasFacts in [true, false] {
            try await DropBench.run { bench in
                // Room for the ending of the facts, cut between characters.
                let name = try #require(DropName(bytes.dropFirst(hasFacts ? 12 : 0)))
                let words = bytes.suffix(5) == Array(".json".utf8)[...] ? #"{"turns": [{"text": "路灯坏了"}]}"# : "市民：路灯坏了"
                for count in 1...3 {
                    if hasFacts {
                        try bench.drop.incoming.write(try #require(name.adding(DropFile.facts)), #"{"call_id": "7"}"#)
                    }
                    try bench.drop.incoming.write(name, readable ? words : "")
                    let step = try await bench.scanLater()
                    #expect(step == Drop.Step(taken: readable ? 1 : 0, quarantined: readable ? 0 : 1))
                    let names = Set(try bench.all(readable ? bench.day() : bench.drop.quarantine))
                    let files = names.filter { $0.bytes.suffix(4) == name.bytes.suffix(4) && !ends($0) }
                    #expect(
                        files.count == count && names.count == count * (1 + (hasFacts ? 1 : 0) + (readable ? 0 : 1)))
                    #expect(files.allSatisfy { KeptName($0, bench.tools.keys) != nil })
                    #expect(Set(files.map { KeptName($0, bench.tools.keys)?.key }).count == 1)
                    for file in files {
                        #expect(!hasFacts || names.contains(file.cut(adding: DropFile.facts)))
                        #expect(readable || names.contains(file.cut(adding: ".reason.txt")))
                    }
                }
                #expect(try bench.all(bench.drop.claimed).isEmpty && bench.all(bench.drop.incoming).isEmpty)
                let books = try await bench.store.books()
                #expect(books.tickets == (readable ? 1 : 0) && books.quarantined == (readable ? 0 : 1))
            }
        }
    }

    private func ends(_ name: DropName) -> Bool { name.ends(in: DropFile.facts) || name.ends(in: ".reason.txt") }

    @Test("Call facts alone with the longest of names keep their ending")
    func lone() async throws {
        try await DropBench.run { bench in
            let facts = try #require(DropName([UInt8](repeating: 0x78, count: 245) + Array(DropFile.facts.utf8)))
            for count in 1...2 {
                try bench.drop.incoming.write(facts, "{}")
                bench.clock.advance(.seconds(3600))
                #expect(try await bench.scanLater() == Drop.Step(quarantined: 1))
                let names = try bench.all(bench.drop.quarantine)
                #expect(names.count == count * 2 && names.filter { $0.ends(in: DropFile.facts) }.count == count)
            }
        }
    }

    @Test("Where no name is free a person is asked, after a handful")
    func noneFree() async throws {
        try await DropBench.run { bench in
            try bench.put("a.txt", "")
            let name = try #require(DropName("a.txt"))
            var tries = 0
            let trouble = #expect(throws: Trouble.self) {
                try bench.drop.free(name, in: bench.drop.incoming) {
                    tries += 1
                    return name
                }
            }
            #expect(trouble?.kind == .needsPerson && tries < 10)
        }
    }
}
