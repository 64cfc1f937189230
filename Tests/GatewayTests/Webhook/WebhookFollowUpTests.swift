import Foundation
import Intake
import Storage
import Testing

@testable import Gateway

@Suite("What a webhook says of other tickets and of the city's codes")
struct WebhookFollowUpTests {
    struct Receipts: Decodable {
        struct One: Decodable {
            struct Call: Decodable {
                var number: String
                var zh: String
                var en: String
            }
            var `class`: String
            var number: String?
            var reason: String?
            var remarks: [String]?
            var emergency: [Call]?
        }
        var receipts: [One]
    }

    private func post(_ gateway: LiveGateway, _ body: String, id: String) async throws -> Receipts.One {
        let answer = try await WebhookChannelTests.post(gateway, body, id: id)
        return try #require(try JSONDecoder().decode(Receipts.self, from: Data(answer.body.utf8)).receipts.first)
    }

    /// A ticket of another channel.
    private func fromTheWeb(_ gateway: LiveGateway) async throws -> TicketNumber {
        let item = Item(sourceID: "a", content: .submission(Submission(text: "路灯不亮")))
        let parcel = Parcel(channel: "web", received: .wall, body: .bytes(Data()), items: [item])
        let sealed = try gateway.tools.keys.seal(parcel, day: { Day($0, offset: .zero) })
        return try #require(try await gateway.store.accept([sealed])[0][0].ticket)
    }

    @Test("Another channel's ticket is joined with its look-up code only; without, the report stands alone and says so")
    func guessed() async throws {
        try await WebhookChannelTests.live { gateway in
            let keys = gateway.tools.keys
            let number = try await fromTheWeb(gateway)
            func body(_ extra: String = "") -> String {
                #"{"data":{"text":"楼下着火了","follows_up":"\#(number)"\#(extra)}}"#
            }
            let guessed = try await post(gateway, body(), id: "1")
            #expect(guessed.class == "ticket" && guessed.number != "\(number)")
            #expect(guessed.remarks?.count == 1 && guessed.remarks?[0].contains("\(number)") == true)
            #expect(guessed.emergency?.map(\.number) == ["119"])
            #expect(guessed.emergency?[0].zh.contains("119") == true)
            let shown = try await post(
                gateway, body(#","follows_up_code":"\#(LookupCode.shown(keys.lookupCode(number)))""#), id: "2")
            #expect(shown.class == "follow-up" && shown.number == "\(number)" && shown.remarks == nil)
            #expect(try await gateway.books().arrivals == ["ticket": 2, "follow-up": 1])
        }
    }

    @Test("After many wrong codes a right one joins nothing any more, and what comes with it is kept all the same")
    func manyCodes() async throws {
        try await WebhookChannelTests.live { gateway in
            let keys = gateway.tools.keys
            let number = try await fromTheWeb(gateway)
            func follow(_ code: String) -> String {
                #"{"text":"还是不亮","follows_up":"\#(number)","follows_up_code":"\#(code)"}"#
            }
            let wrong = (0..<Guesses.limit).map { follow("0000000000\($0 + 10)") }.joined(separator: ",")
            #expect(try await WebhookChannelTests.post(gateway, #"{"data":[\#(wrong)]}"#, id: "1").status == 200)
            let right = try await post(gateway, #"{"data":\#(follow(keys.lookupCode(number)))}"#, id: "2")
            #expect(right.class == "ticket" && right.remarks?[0].contains("\(number)") == true)
            #expect(try await gateway.books().arrivals == ["ticket": Guesses.limit + 2])
        }
    }

    @Test("A category, area or language that nobody knows is taken for none and remarked") func unknown() async throws {
        try await WebhookChannelTests.live { gateway in
            let body =
                #"{"data":{"text":"路灯不亮","category":"13800138000","place":{"area":"nowhere"},"language":"tlh"}}"#
            let receipt = try await post(gateway, body, id: "1")
            #expect(receipt.class == "ticket" && receipt.remarks?.count == 3)
            let entry = try #require(try await gateway.store.entries(of: [1]).first)
            let kept = try #require(try gateway.tools.keys.payload(Submission.self, of: entry))
            #expect(kept.remarks.count == 3 && kept.language == .chinese)
            let remarks = kept.remarks.joined()
            #expect(remarks.contains("tlh") && remarks.contains("nowhere") && remarks.contains("类别代码"))
            #expect(!remarks.contains("13800138000"))
            #expect(try await post(gateway, body, id: "1").number == receipt.number)
            #expect(try await gateway.books().arrivals == ["ticket": 1])
        }
    }

    @Test("The body that `intake example webhook` and the guide show is taken, with every field it has") func example()
        async throws
    {
        try await WebhookChannelTests.live { gateway in
            let shown = WebhookChannel.example.split(separator: "\n", omittingEmptySubsequences: false)
                .filter { $0.hasPrefix("#     ") }.map { $0.dropFirst(6) }.joined(separator: "\n")
            #expect(shown == WebhookBody.example)
            let guide = try String(
                contentsOfFile: Program.path("Sources/Intake/Intake.docc/Webhook.md"), encoding: .utf8)
            let block = WebhookBody.example.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
            #expect(guide.contains(block))
            let receipt = try await post(gateway, shown, id: "1")
            // The city of the tests has other codes, and no such ticket.
            #expect(receipt.class == "ticket" && receipt.remarks?.count == 3, "\(receipt)")
            let entry = try #require(try await gateway.store.entries(of: [1]).first)
            let kept = try #require(try gateway.tools.keys.payload(Submission.self, of: entry))
            #expect(kept.kind != nil && kept.attachments.count == 1 && kept.said != nil && kept.place.point != nil)
            #expect(try await gateway.store.contacts(of: 1).count == 3)
            let fields = try Set(JSONValue.read(Array(shown.utf8)).member("data").map(Self.names) ?? [])
            let wanted = OpenAPI.text.firstRange(of: #""Submission": {"#).map { OpenAPI.text[$0.upperBound...] }
            for field in fields { #expect(wanted?.contains("\"\(field)\"") == true && guide.contains("`\(field)`")) }
        }
    }

    private static func names(_ value: JSONValue) -> [String] {
        guard case .object(let members) = value else { return [] }
        return members.map(\.name)
    }
}
