import Foundation
import Intake
import Storage
import Testing

@testable import Gateway

@Suite("Files that nothing names") struct SweepTests {
    private func run(_ body: (LiveGateway, Inbox) async throws -> Void) async throws {
        try await LiveGateway.run(clock: .init(.wall), channels: { _ in [] }) { gateway in
            let inbox = Inbox(store: gateway.store, keys: gateway.tools.keys, day: { Day($0, offset: .zero) })
            async let running: Void = inbox.run()
            try await body(gateway, inbox)
            inbox.close()
            await running
        }
    }

    @Test("they go after a day; what a parcel, a ticket or a waiting form names stays") func swept() async throws {
        try await run { gateway, inbox in
            let tools = gateway.tools
            func keep(_ text: String) async throws -> BlobID {
                try await tools.blobs.put(Data(text.utf8), keys: tools.keys).id
            }
            // A repeat that was refused, or a death between keeping and naming.
            let nobodys = try await keep("nobody's")
            let (parcels, tickets, forms) = (try await keep("parcel"), try await keep("file"), try await keep("form"))
            let picture = Intake.Attachment(name: "a.jpg", type: "image/jpeg", size: 4, content: .kept(tickets))
            let item = Item(sourceID: "a", content: .submission(Submission(text: "路灯", attachments: [picture])))
            _ = try await inbox.accept(
                Parcel(channel: "x", received: .wall, envelope: [:], body: .blob(parcels, size: 6), items: [item]))
            try await tools.store.stage(
                StagedFile(form: Data([1]), file: "f", sealed: Sealed(Data()), blob: forms, at: .wall))

            let sweep = Sweep(tools: tools)
            try await sweep.unnamed()
            #expect(try await tools.blobs.holds(nobodys))
            try await sweep.unnamed(idle: .zero)
            #expect(try await !tools.blobs.holds(nobodys))
            for named in [parcels, tickets, forms] { #expect(try await tools.blobs.holds(named)) }
        }
    }

    @Test("a file being kept again while the sweep runs, and named only afterwards, stays") func raced() async throws {
        try await run { gateway, inbox in
            let tools = gateway.tools
            for round in 0..<50 {
                let bytes = Data("round \(round)".utf8)
                let id = try await tools.blobs.put(bytes, keys: tools.keys).id
                try FileManager.default.setAttributes(
                    [.modificationDate: Date.now.addingTimeInterval(-100_000)],
                    ofItemAtPath: "\(gateway.folder)/blobs/\(id.hex.prefix(2))/\(id.hex)")
                async let swept: Void = Sweep(tools: tools).unnamed()
                async let again = tools.blobs.put(bytes, keys: tools.keys).id
                #expect(try await again == id)
                try await swept
                #expect(try await tools.blobs.bytes(id, keys: tools.keys) == bytes)
            }
        }
    }
}
