import Foundation
import Intake
import Testing

@Suite("Blobs, on each database") struct BlobsTests {
    private static func plain(_ count: Int, _ seed: UInt8) -> Data {
        Data((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) ^ seed })
    }

    @Test("bytes come back as they were, whatever their size", arguments: Backend.allCases)
    func roundTrip(backend: Backend) async throws {
        try await backend.withBlobs { blobs in
            for count in [0, 1, BlobWriter.chunk - 1, BlobWriter.chunk, BlobWriter.chunk + 1, 3 * BlobWriter.chunk] {
                let plain = Self.plain(count, 3)
                let kept = try await blobs.put(plain, keys: Samples.keys)
                #expect(kept.size == Int64(count))
                #expect(try await blobs.holds(kept.id))
                #expect(try await blobs.bytes(kept.id, keys: Samples.keys) == plain)
            }
        }
    }

    @Test("nothing is visible before it is finished, nor after it is discarded", arguments: Backend.allCases)
    func unfinished(backend: Backend) async throws {
        try await backend.withBlobs { blobs in
            let id = BlobID(hex: String(repeating: "ab", count: 32))
            let room = try await blobs.room()
            try await room.append(Data("chunk".utf8))
            #expect(try await blobs.holds(id) == false)
            await room.discard()
            let trouble = await #expect(throws: Trouble.self) { try await blobs.read(id) { _ in } }
            #expect(trouble?.kind == .lasting)
        }
    }

    @Test(
        "the same bytes twice, also at once, are kept once and both writers are told the name",
        arguments: Backend.allCases)
    func same(backend: Backend) async throws {
        try await backend.withBlobs { blobs in
            let plain = Self.plain(400_000, 5)
            try await withThrowingTaskGroup(of: BlobID.self) { group in
                for _ in 0..<6 { group.addTask { try await blobs.put(plain, keys: Samples.keys).id } }
                var names: Set<BlobID> = []
                for try await name in group { names.insert(name) }
                #expect(names.count == 1)
            }
            let kept = try await blobs.put(plain, keys: Samples.keys)
            #expect(try await blobs.bytes(kept.id, keys: Samples.keys) == plain)
        }
    }

    @Test("a removed blob is gone, and removing it again is no trouble", arguments: Backend.allCases)
    func removed(backend: Backend) async throws {
        try await backend.withBlobs { blobs in
            let kept = try await blobs.put(Self.plain(10, 1), keys: Samples.keys)
            try await blobs.remove(kept.id)
            #expect(try await blobs.holds(kept.id) == false)
            try await blobs.remove(kept.id)
            let again = try await blobs.put(Self.plain(10, 1), keys: Samples.keys)
            #expect(try await blobs.bytes(again.id, keys: Samples.keys) == Self.plain(10, 1))
        }
    }

    @Test("of two with one name, which say the same, one stays whole", arguments: Backend.allCases)
    func twice(backend: Backend) async throws {
        try await backend.withBlobs { blobs in
            let id = BlobID(hex: String(repeating: "cd", count: 32))
            for text in ["one", "two"] {
                let room = try await blobs.room()
                try await room.append(Data(text.utf8))
                try await room.finish(as: id)
            }
            var found = Data()
            try await blobs.read(id) { found.append($0) }
            #expect([Data("one".utf8), Data("two".utf8)].contains(found))
        }
    }

    @Test(
        "a sweep is told names page by page, and takes nothing that was kept or touched lately",
        arguments: Backend.allCases)
    func untouched(backend: Backend) async throws {
        try await backend.withBlobs { blobs in
            var names: [BlobID] = []
            for seed in 0..<5 { names.append(try await blobs.put(Self.plain(10, UInt8(seed)), keys: Samples.keys).id) }
            names.sort { $0.hex < $1.hex }
            let unfinished = try await blobs.room()
            try await unfinished.append(Data("chunk".utf8))
            let first = try await blobs.untouched(for: .zero, after: nil, limit: 3)
            #expect(first == Array(names.prefix(3)))
            #expect(try await blobs.untouched(for: .zero, after: first.last, limit: 3) == Array(names.suffix(2)))
            #expect(try await blobs.untouched(for: .zero, after: names.last, limit: 3).isEmpty)
            #expect(try await blobs.untouched(for: .seconds(60), after: nil, limit: 3).isEmpty)
            #expect(try await blobs.touch(names[0]))
            try await blobs.remove(names[0], untouchedFor: .seconds(60))
            #expect(try await blobs.holds(names[0]))
            try await blobs.remove(names[0], untouchedFor: .zero)
            #expect(try await !blobs.holds(names[0]))
            #expect(try await !blobs.touch(names[0]))
            try await blobs.remove(names[0], untouchedFor: .zero)
            await unfinished.discard()
        }
    }

    @Test("trouble of the reader ends the reading and is passed on", arguments: Backend.allCases)
    func stopped(backend: Backend) async throws {
        try await backend.withBlobs { blobs in
            let kept = try await blobs.put(Self.plain(3 * BlobWriter.chunk, 9), keys: Samples.keys)
            var chunks = 0
            let trouble = await #expect(throws: Trouble.self) {
                try await blobs.read(kept.id) { _ throws(Trouble) in
                    chunks += 1
                    throw .lasting("enough")
                }
            }
            #expect(chunks == 1 && trouble?.reason == "enough")
        }
    }
}
