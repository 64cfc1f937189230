import Foundation
import Intake
import Testing

@testable import Storage

@Suite("Erasure of what forms and references still name, on each database") struct StagedErasureTests {
    private let keys = Samples.keys
    private static let forever = Instant(milliseconds: .max)

    private func stage(_ file: BlobID, for form: UInt8, at: Instant, in store: any Store) async throws {
        try await store.stage(
            StagedFile(
                form: Data([form]), file: "reference", sealed: try keys.seal(Data("name".utf8), as: "staged"),
                blob: file, at: at))
    }

    private func report(_ id: String, _ file: BlobID, _ store: any Store) async throws -> Int64 {
        let picture = Attachment(name: "照片.jpg", type: "image/jpeg", size: 5, content: .kept(file))
        let receipts = try await store.accept([
            Samples.parcel((id, .submission(Submission(text: "text of \(id)", attachments: [picture]))))
        ])
        let ticket = try #require(receipts[0][0].ticket).id
        try await store.settle(ticket)
        return ticket
    }

    @Test(
        "a file that only references name besides the erased ticket goes with them, one of another ticket stays",
        arguments: Backend.allCases)
    func references(backend: Backend) async throws {
        try await backend.withLedger { store, blobs in
            let file = try await blobs.put(Data("a photograph".utf8), keys: keys).id
            let other = try await blobs.put(Data("another".utf8), keys: keys).id
            try await stage(file, for: 1, at: Self.forever, in: store)
            try await stage(file, for: 2, at: Samples.at(0), in: store)
            try await stage(other, for: 3, at: Samples.at(0), in: store)
            let tickets = [try await report("a", file, store), try await report("b", file, store)]
            let erasing = Erasing(store: store, blobs: blobs, keys: keys, idle: .zero)
            func erase(_ parts: Set<ErasurePart>, _ ticket: Int64) async throws {
                _ = try await erasing.erase(parts, of: ticket, at: Samples.at(3), by: "operator:li", reason: "law")
            }
            try await erase(Set(ErasurePart.allCases), tickets[0])
            #expect(try await store.staged(Data([1])).count == 1)
            #expect(try await store.doomed().isEmpty)

            try await erase([.attachments], tickets[1])
            for form: UInt8 in [1, 2] { #expect(try await store.staged(Data([form])).isEmpty) }
            #expect(try await store.staged(Data([3])).map(\.blob) == [other])
            #expect(try await store.doomed() == [file])
            // Whoever names it just now cannot bring it back.
            try await store.restage(Data([1]), at: Self.forever)
            #expect(try await store.staged(Data([1])).isEmpty)
            #expect(try await erasing.clear() == 1)
            #expect(try await !blobs.holds(file))
            #expect(try await blobs.holds(other))
            try await store.balance()
        }
    }

    @Test("attachments kept long enough go although a reference names them", arguments: Backend.allCases)
    func retention(backend: Backend) async throws {
        try await backend.withLedger { store, blobs in
            let file = try await blobs.put(Data("a photograph".utf8), keys: keys).id
            try await stage(file, for: 1, at: Samples.at(0), in: store)
            _ = try await report("a", file, store)
            try await store.restage(Data([1]), at: Self.forever)
            #expect(try await store.staged(Data([1])).map(\.at) == [Self.forever])
            let round = Retaining(Erasing(store: store, blobs: blobs, keys: keys, idle: .zero), Retention())
            let sum = try await round.run(at: Samples.start + .days(731))
            #expect(sum.tickets[.attachments] == 1 && sum.files == 1)
            #expect(try await !blobs.holds(file))
        }
    }
}
