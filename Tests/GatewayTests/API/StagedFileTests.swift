import Foundation
import Intake
import Storage
import Testing

@testable import Gateway

@Suite("Files handed in for a report that is not kept") struct StagedFileTests {
    @Test("they are swept some day; those of a kept report stay good") func staged() async throws {
        try await withGateway(.sqlite, channels: APICaller.channel) { gateway in
            let caller = try await APICaller(gateway)
            let store = try SQLiteStore(path: gateway.state + "/ledger.sqlite")
            let reference = try #require(try await caller.upload(FormReaderTests.jpeg)["file"])
            let owner = caller.keys.sourceKey(channel: "api", id: "file/id-ik_test/\(reference)")
            #expect(try await caller.post(#"{"text": "停水了"}"#, key: "one").status == 201)
            let body = #"{"text": "路灯不亮", "files": ["\#(reference)"]}"#
            #expect(try await caller.post(body, key: "one").status == 422)
            #expect(try #require(try await store.staged(owner).first).at < .wall + .seconds(60))
            #expect(try await caller.post(body, key: "two").status == 201)
            #expect(try #require(try await store.staged(owner).first).at == Staging.pinned)
            // As a kill leaves it that comes after the report was kept: its sender sends it again.
            try await store.restage(owner, at: .wall)
            #expect(try await caller.post(body, key: "two").status == 201)
            #expect(try #require(try await store.staged(owner).first).at == Staging.pinned)
            await store.close()
        }
    }
}
