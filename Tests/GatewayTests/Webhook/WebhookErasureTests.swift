import Foundation
import Intake
import Testing

@testable import Gateway

@Suite("Erasing what a webhook brought") struct WebhookErasureTests {
    @Test("the words of an item whose id came with others before go from all bytes that were kept of them")
    func reused() async throws {
        try await WebhookChannelTests.live { gateway in
            let tools = gateway.tools
            func post(_ body: String, id: String) async throws -> [String] {
                let answer = try await WebhookChannelTests.post(gateway, body, id: id)
                let told = try JSONDecoder().decode(WebhookFollowUpTests.Receipts.self, from: Data(answer.body.utf8))
                return told.receipts.compactMap(\.number)
            }
            _ = try await post(#"{"data":[{"id":"x","text":"first"}]}"#, id: "1")
            let numbers = try await post(
                #"{"data":[{"id":"x","text":"planted"},{"id":"b","text":"second"}]}"#, id: "2")
            #expect(numbers.count == 2)
            /// Kept bodies that say it.
            func bodies(_ word: String) async throws -> Int {
                try await tools.store.sealedRows(on: .parcels, after: 0, limit: 9).count { row in
                    guard let sealed = row.sealed, !sealed.bytes.isEmpty else { return false }
                    return String(decoding: try tools.keys.open(sealed, as: "parcel"), as: UTF8.self).contains(word)
                }
            }
            #expect(try await bodies("planted") > 0)
            let ticket = try #require(TicketNumber(numbers[0])).id
            _ = try await Erasing(store: tools.store, blobs: tools.blobs, keys: tools.keys).erase(
                Set(ErasurePart.allCases), of: ticket, at: tools.now(), by: "operator:li", reason: "law")
            #expect(try await bodies("planted") == 0)
            #expect(try await bodies("first") == 1)
        }
    }
}
