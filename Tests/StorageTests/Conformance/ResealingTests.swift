import Foundation
import Intake
import Servers
import Testing

@testable import Storage

@Suite("Changing the master key") struct ResealingTests {
    private let first = Data(repeating: 7, count: 32)
    private let second = Data(repeating: 8, count: 32)

    /// A ledger with something on every shelf, and blobs of one and of several chunks.
    private func fill(_ store: any Store, _ blobs: any Blobs, _ keys: Keys) async throws -> (Int64, [BlobID]) {
        _ = try await store.canary(try keys.canary())
        let ticket = try await store.report("a", people: [Samples.reporter("13800138000")])
        try await store.settle(ticket)
        for number in 0..<20 { _ = try await store.report("more \(number)") }
        let small = try await blobs.put(Data("small".utf8), keys: keys).id
        let large = try await blobs.put(Data(repeating: 5, count: 600_000), keys: keys).id
        try await store.stage(
            StagedFile(
                form: Data([1]), file: "f", sealed: try keys.seal(Data("staged".utf8), as: "staged"), blob: small,
                at: Samples.start))
        return (ticket, [small, large])
    }

    @Test(
        "everything is sealed anew, also after a run was cut short, and then the old key is needed no more",
        arguments: Backend.allCases)
    func whole(backend: Backend) async throws {
        try await backend.withLedger { store, blobs in
            let old = try Keys(master: first)
            let (ticket, files) = try await fill(store, blobs, old)
            let code = old.lookupCode(try #require(TicketNumber("20261121-000042")))
            _ = try await store.checkpoint(at: Samples.start, keys: old)

            let both = try Keys(master: second, older: [first])
                .fitting(canary: try await store.canary(try old.canary()), root: try await store.root())
            // A run that ends in the middle; what it had done stays done.
            var before = 0
            await #expect(throws: Trouble.self) {
                try await Resealing.run(store, blobs, keys: both) { so throws(Trouble) in
                    before = so.done
                    if so.done > 40 { throw .passing("killed") }
                }
            }
            _ = try await store.report("meanwhile")
            let done = try await Resealing.run(store, blobs, keys: both)
            #expect(done.done > 0 && done.done < done.all + before && done.files == 2)
            #expect(Set(try await Resealing.count(store).keys) == [both.id])

            let canary = try await store.canary(try old.canary())
            let alone = try Keys(master: second).fitting(canary: canary, root: try await store.root())
            #expect(alone.lookupCode(try #require(TicketNumber("20261121-000042"))) == code)
            for file in files { #expect(try await blobs.bytes(file, keys: alone).isEmpty == false) }
            let contact = try #require(try await store.contacts(of: ticket).first)
            #expect(try alone.open(KeptContact.self, contact.sealed, as: "contact").value == "13800138000")
            let report = try await Audit.run(store, keys: alone)
            #expect(report.findings.isEmpty && report.entries > 20)
            #expect(try await Resealing.run(store, blobs, keys: alone).done == 0)
            #expect(throws: Trouble.self) { try Keys(master: first).fitting(canary: canary, root: nil) }
        }
    }

    @Test("a second change keeps the first root", arguments: Backend.allCases)
    func twice(backend: Backend) async throws {
        try await backend.withLedger { store, blobs in
            let third = Data(repeating: 9, count: 32)
            let old = try Keys(master: first)
            _ = try await fill(store, blobs, old)
            var masters = [first]
            for next in [second, third] {
                let keys = try Keys(master: next, older: masters)
                    .fitting(canary: try await store.canary(try old.canary()), root: try await store.root())
                _ = try await Resealing.run(store, blobs, keys: keys)
                masters = [next]
            }
            let keys = try Keys(master: third)
                .fitting(canary: try await store.canary(try old.canary()), root: try await store.root())
            #expect(
                keys.contactHash(Contact(kind: .phone, value: "1"))
                    == old.contactHash(Contact(kind: .phone, value: "1")))
            #expect(try await Audit.run(store, keys: keys).findings.isEmpty)
        }
    }

    @Test("the words the schema allows are the words the program knows")
    func words() {
        func list<Word: CaseIterable & RawRepresentable>(_ type: Word.Type) -> Set<String>
        where Word.RawValue == String {
            Set(type.allCases.map(\.rawValue))
        }
        let known = [
            list(Ticket.State.self), list(Party.Role.self), list(Assignment.Role.self), list(Assignment.State.self),
            list(Delivery.State.self), list(Attempt.Result.self), list(ArrivalClass.self), list(Notice.self),
            list(ErasurePart.self), list(Contact.Kind.self),
        ]
        for schema in [SQLiteSchema.steps.map(\.sql).joined(), PostgresSchema.steps.joined()] {
            let found = schema.matches(of: /CHECK \((?:state|role|result|class|notice|part|kind) IN \(([^)]+)\)\)/)
                .map { Set($0.1.split(separator: ",").map { $0.trimmed.replacing("'", with: "") }) }
            #expect(found.count >= 8)
            for words in found { #expect(known.contains(words), "\(words)") }
        }
    }
}
