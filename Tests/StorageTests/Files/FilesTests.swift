import Foundation
import Intake
import Servers
import Synchronization
import Testing

@testable import Storage

@Suite("Folders of the ledger") struct FilesTests {
    @Test("opening the ledger a second time takes nothing away from an upload under way")
    func openedAgain() async throws {
        try await withFolder { folder in
            let blobs = try FileBlobs(folder: folder)
            var writer = try await BlobWriter(to: blobs, keys: Samples.keys)
            try await writer.append(Data(repeating: 1, count: BlobWriter.chunk * 2))
            let beside = try FileBlobs(folder: folder)
            let kept = try await writer.finish()
            #expect(try await beside.holds(kept.id))
        }
    }

    @Test("what a crash left half-written goes once nobody has written to it for a day")
    func swept() async throws {
        try await withFolder { folder in
            let blobs = try FileBlobs(folder: folder)
            let room = try await blobs.room()
            try await room.append(Data("chunk".utf8))
            let unfinished = folder + "/unfinished"
            blobs.sweep(idle: .seconds(86400))
            #expect(try FileManager.default.contentsOfDirectory(atPath: unfinished).count == 1)
            for name in try FileManager.default.contentsOfDirectory(atPath: unfinished) {
                try FileManager.default.setAttributes(
                    [.modificationDate: Date.now.addingTimeInterval(-86_401)], ofItemAtPath: "\(unfinished)/\(name)")
            }
            _ = try FileBlobs(folder: folder)
            #expect(try FileManager.default.contentsOfDirectory(atPath: unfinished).isEmpty)
        }
    }

    @Test("a folder in which no file can be made is told at once, by whoever keeps one or looks whether it could")
    func shut() async throws {
        try await withFolder { folder in
            let told = Mutex(0)
            let blobs = try FileBlobs(folder: folder) { _ in told.withLock { $0 += 1 } }
            try await blobs.probe()
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/unfinished").isEmpty)
            try FileManager.default.removeItem(atPath: folder + "/unfinished")
            try Data().write(to: URL(filePath: folder + "/unfinished"))
            await #expect(throws: Trouble.self) { try await blobs.probe() }
            await #expect(throws: Trouble.self) { _ = try await blobs.room() }
            #expect(told.withLock { $0 } == 2)
        }
    }

    @Test("a file kept again is written and synced anew: what the first sync came to nobody knows any more")
    func again() async throws {
        try await withFolder { folder in
            let blobs = try FileBlobs(folder: folder)
            func keep() async throws -> (path: String, inode: UInt64) {
                let id = try await blobs.put(Data("the same".utf8), keys: Samples.keys).id
                let path = "\(folder)/\(id.hex.prefix(2))/\(id.hex)"
                let facts = try FileManager.default.attributesOfItem(atPath: path)
                return (path, try #require(facts[.systemFileNumber] as? NSNumber).uint64Value)
            }
            let first = try await keep()
            // Held open, so that its number is not given out again.
            let old = try #require(FileHandle(forReadingAtPath: first.path))
            #expect(try await keep().inode != first.inode)
            try old.close()
        }
    }

    @Test("a file touched while a sweep looks at it stays, and one that is swept is not said to be there")
    func raced() async throws {
        try await withFolder { folder in
            let blobs = try FileBlobs(folder: folder)
            for round in 0..<200 {
                let id = try await blobs.put(Data("file \(round)".utf8), keys: Samples.keys).id
                try FileManager.default.setAttributes(
                    [.modificationDate: Date.now.addingTimeInterval(-100_000)],
                    ofItemAtPath: "\(folder)/\(id.hex.prefix(2))/\(id.hex)")
                async let swept: Void = blobs.remove(id, untouchedFor: .seconds(86_400))
                async let touched = blobs.touch(id)
                let isThere = try await touched
                try await swept
                #expect(try await blobs.holds(id) == isThere)
            }
        }
    }

    @Test("a folder is held by one at a time, and is free once the holder is gone")
    func held() async throws {
        try await withFolder { folder in
            do {
                let first = try FolderLock(folder: folder)
                let trouble = #expect(throws: Trouble.self) { _ = try FolderLock(folder: folder) }
                #expect(trouble?.kind == .passing)
                withExtendedLifetime(first) {}
            }
            _ = try FolderLock(folder: folder)
        }
    }
}
