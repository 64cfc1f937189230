import Foundation
import Intake
import Testing

@testable import Gateway

@Suite("References to files that were erased") struct ErasedReferenceTests {
    @Test(
        "a file handed in by POST /api/v1/files is erased with its ticket, and its reference is unknown then",
        arguments: Backend.allCases)
    func erased(_ ledger: Backend) async throws {
        try await withGateway(ledger, channels: APICaller.channel) { gateway in
            let caller = try await APICaller(gateway)
            let reference = try #require(try await caller.upload(FormReaderTests.jpeg)["file"])
            let owner = caller.keys.sourceKey(channel: "api", id: "file/id-ik_test/\(reference)")
            let body = #"{"text": "路灯不亮", "files": ["\#(reference)"]}"#
            for key in ["one", "two"] { #expect(try await caller.post(body, key: key).status == 201) }
            let store = try await gateway.openLedger()
            // Pinned after the answer is written down, before it is given.
            let file = try #require(try await store.staged(owner).first)
            #expect(file.at == Staging.pinned)

            #expect(try await gateway.command(["erase", "1", "--reason", "本人要求"]).status == 0)
            #expect(try await store.staged(owner).count == 1, "the second ticket names it")
            #expect(try await caller.post(body, key: "two").status == 201)
            #expect(try await gateway.command(["erase", "2", "--reason", "本人要求"]).status == 0)
            #expect(try await store.staged(owner).isEmpty)
            // It came today: it goes tomorrow.
            #expect(try await store.doomed() == [file.blob])
            for key in ["one", "three"] {
                let answer = try await caller.post(body, key: key)
                #expect(answer.status == 422, "\(key)")
                #expect(String(decoding: answer.body, as: UTF8.self).contains("files[0]"))
            }
            #expect(try await gateway.books().tickets == 2)
            await store.close()
        }
    }
}
