import Foundation
import Intake
import Testing

@Suite("Staging, keys and signs of life, on each database") struct LifeTests {
    private func staged(_ form: UInt8, _ file: String, _ blob: String, at milliseconds: Int64 = 0) -> StagedFile {
        StagedFile(
            form: Data([form]), file: file, sealed: Sealed(Data(blob.utf8)), blob: BlobID(hex: blob),
            at: Samples.at(milliseconds))
    }

    @Test("staged files belong to their form, and the newer of two with one name stays", arguments: Backend.allCases)
    func staging(backend: Backend) async throws {
        try await backend.withStore { store in
            let files = [staged(1, "x", "aa", at: 1), staged(1, "y", "bb", at: 2), staged(2, "x", "cc", at: 3)]
            for file in files { try await store.stage(file) }
            #expect(try await store.staged(Data([1])) == [files[0], files[1]])
            let newer = staged(1, "x", "dd", at: 4)
            try await store.stage(newer)
            #expect(try await store.staged(Data([1])) == [files[1], newer])
            #expect(try await store.staged(Data([2])) == [files[2]])
        }
    }

    @Test("sweeping gives the blobs that nothing else names", arguments: Backend.allCases)
    func sweeping(backend: Backend) async throws {
        try await backend.withStore { store in
            try await store.stage(staged(1, "old", "aa", at: 1))
            try await store.stage(staged(1, "also", "bb", at: 2))
            try await store.stage(staged(2, "young", "bb", at: 10))
            try await store.stage(staged(3, "parcel", "cc", at: 3))
            var parcel = try Samples.parcel(("a", .refused("no")))
            parcel.body = .blob(BlobID(hex: "cc"))
            _ = try await store.accept([parcel])
            // The same picture in a report that was kept, and one fetched later.
            try await store.stage(staged(4, "sent", "dd", at: 4))
            try await store.stage(staged(4, "fetched", "ee", at: 4))
            let picture = Attachment(name: "x.jpg", type: "image/jpeg", content: .kept(BlobID(hex: "dd")))
            let id = try await store.accept([
                Samples.parcel(("b", .submission(Submission(text: "see", attachments: [picture]))))
            ])[0][0].ticket?.id
            var outcome = Outcome(ticket: try #require(id))
            outcome.blobs = [BlobID(hex: "ee"), BlobID(hex: "ee")]
            _ = try await store.apply([outcome, outcome])
            let blobs = ["aa", "bb", "cc", "dd", "ee", "ff"].map(BlobID.init(hex:))
            #expect(try await store.unnamed(blobs) == [BlobID(hex: "ff")])
            #expect(try await store.sweepStaged(before: Samples.at(10)) == [BlobID(hex: "aa")])
            #expect(try await store.unnamed(blobs) == [BlobID(hex: "aa"), BlobID(hex: "ff")])
            #expect(try await store.staged(Data([1])).isEmpty)
            #expect(try await store.staged(Data([2])).count == 1)
            #expect(try await store.sweepStaged(before: Samples.at(11)) == [BlobID(hex: "bb")])
        }
    }

    @Test("jobs move along with the clock, and the last sign of life is remembered", arguments: Backend.allCases)
    func clock(backend: Backend) async throws {
        try await backend.withStore { store in
            #expect(try await store.lastProbe() == nil)
            try await store.probe(at: Samples.at(7))
            #expect(try await store.lastProbe() == Samples.at(7))
            _ = try await store.report("1")
            let due = try #require(try await store.lanes().first?.due)
            try await store.moveJobs(by: .seconds(-3600))
            #expect(try await store.lanes().first?.due == due - .seconds(3600))
            let shared = try await store.sharedTime()
            #expect((shared == nil) == (backend == .sqlite))
            let here = Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
            if let shared { #expect(max(shared - here, here - shared) < .seconds(60)) }
        }
    }

    @Test("keys are found by their hash, listed, and revoked once", arguments: Backend.allCases)
    func keys(backend: Backend) async throws {
        try await backend.withStore { store in
            let key = APIKey(
                id: "k1", name: "热线平台", hash: Data([1, 2]), scopes: ["submit", "read"], created: Samples.start)
            try await store.addKey(key)
            let other = APIKey(id: "k2", name: "b", hash: Data([3]), scopes: [], created: Samples.at(1))
            try await store.addKey(other)
            #expect(try await store.key(hash: Data([1, 2])) == key)
            #expect(try await store.key(hash: Data([9])) == nil)
            #expect(try await store.keys() == [key, other])
            let same = APIKey(id: "k3", name: "c", hash: Data([3]), scopes: [], created: Samples.at(2))
            await #expect(throws: Trouble.self) { try await store.addKey(same) }
            #expect(try await store.revokeKey(id: "k1", at: Samples.at(5)))
            #expect(try await store.revokeKey(id: "k1", at: Samples.at(6)) == false)
            #expect(try await store.revokeKey(id: "none", at: Samples.at(6)) == false)
            #expect(try await store.key(hash: Data([1, 2]))?.revoked == Samples.at(5))
        }
    }

    @Test("the first canary stays", arguments: Backend.allCases)
    func canary(backend: Backend) async throws {
        try await backend.withTwoStores { left, right in
            let first = Sealed(Data("one".utf8))
            let kept = try await left.canary(first)
            let found = try await right.canary(Sealed(Data("two".utf8)))
            #expect(kept == first && found == first)
        }
    }

    @Test("a sound ledger commits a probe and has no complaint", arguments: Backend.allCases)
    func probe(backend: Backend) async throws {
        try await backend.withStore { store in
            try await store.probe(at: Samples.start)
            try await store.probe(at: Samples.at(1))
            let complaints = try await store.integrity()
            #expect(complaints == [])
            #expect(try await store.hasChecksums() == (backend == .sqlite ? nil : false))
        }
    }

    @Test("what was kept is there when the ledger is opened again", arguments: Backend.allCases)
    func reopened(backend: Backend) async throws {
        try await backend.withTwoStores { left, right in
            let id = try await left.report("a")
            await left.close()
            #expect(try await right.chain(of: id).count == 1)
            try await right.settle(id)
            try await right.balance()
        }
    }
}
