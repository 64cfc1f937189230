import Foundation
import Intake
import Servers
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
