import Foundation
import Intake
import Testing

@testable import Gateway

@Suite("What is kept of a call is shown") struct ShowCallTests {
    private struct Told: Decodable {
        struct Conversation: Decodable {
            var started: Instant?
            var agent: String?
            var recording: String?
            var turns: [Turn]
        }
        struct File: Decodable, Equatable {
            var name: String
            var state: String
            var reason: Phrase?
        }
        var calls: [Conversation]
        var files: [File]
        var similar: [TicketNumber]
        var remarks: [String]
    }

    private static let call = """
        {"call": {"call_id": "1", "start": "2026-01-05T09:24:00+08:00", "agent": "8021", "caller": "13800138000",
                  "recording": "https://rec.example.cn/20260105_13800138000.wav", "confidential": "perhaps"},
         "turns": [{"side": "agent", "start": 0, "text": "您好，请讲。"},
                   {"side": "citizen", "start": 63000, "text": "临河街道路灯不亮，我的电话是138"},
                   {"side": "citizen", "start": 65000, "text": "0013"}, {"side": "citizen", "text": "8000。"}]}
        """

    @Test(
        "Agent, start, recording, turns and possible duplicates are shown masked, and whole to who says why",
        arguments: Backend.allCases)
    func call(_ ledger: Backend) async throws {
        try await withGateway(ledger, channels: CallDrop.channel) { gateway in
            let drop = try CallDrop(gateway)
            func told(_ arguments: String...) async throws -> Told? {
                try await gateway.lines(Told.self, ["ticket"] + arguments).lines.first
            }
            for number in 1...2 {
                try drop.put("\(number).json", Self.call.replacing(#""1""#, with: "\"\(number)\""))
                _ = try await eventually("it is routed") {
                    gateway.handedOver(to: "lighting").count == number ? true : nil as Bool?
                }
            }
            let (masked, plain) = (
                try #require(try await told("2")), try await gateway.command(["ticket", "2"]).output
            )
            #expect(masked.similar.map(\.id) == [1] && plain.contains("可能重复") && plain.contains("-000001"))
            let call = try #require(masked.calls.first)
            #expect(call.agent == "8021" && call.started == Instant(milliseconds: 1_767_576_240_000))
            #expect(call.turns.map(\.side) == [.agent, .citizen] && call.turns[1].text.contains("〔电话〕"))
            #expect(call.recording?.hasPrefix("https://rec.example.cn/") == true)
            #expect(plain.contains("8021") && plain.contains("1:03") && plain.contains("您好，请讲"))
            for output in [plain, try await gateway.command(["ticket", "2", "--json"]).output] {
                for secret in ["13800138000", "0013"] { #expect(!output.contains(secret)) }
            }
            // Remarks in the language of who reads.
            let english = try await gateway.command(["ticket", "2"], english: true).output
            #expect(english.contains("the call facts do not say clearly") && !english.contains("按保密处理"))
            #expect(plain.contains("按保密处理") && plain.contains("保密") && english.contains("recording"))

            let whole = try #require(try await told("2", "--reveal", "回访").flatMap { $0.calls.first })
            #expect(whole.turns.count == 4 && whole.turns[2].text == "0013")
            #expect(whole.recording == "https://rec.example.cn/20260105_13800138000.wav")
        }
    }

    @Test("Files that were fetched, that wait and that will not be had look different")
    func files() async throws {
        try await FilledLedger.run { ledger in
            let missing = Phrase(zh: "平台已删除", en: "the platform has removed it")
            let files = [
                Attachment(name: "a.jpg", type: "image/jpeg", size: 3, content: .kept(BlobID(hex: "00"))),
                Attachment(name: "b.jpg", type: "image/jpeg", content: .remote("media-id")),
                Attachment(name: "c.jpg", type: "image/jpeg", content: .missing(missing.kept)),
            ]
            try await ledger.keep([
                FilledLedger.parcel("a", .submission(Submission(text: "路灯坏了", attachments: files)))
            ])
            let told = try #require(try await ledger.gateway.lines(Told.self, ["ticket", "1"]).lines.first)
            #expect(told.files.map(\.state) == ["kept", "waiting", "missing"])
            #expect(told.files.map(\.reason) == [nil, nil, missing])
            let plain = try await ledger.gateway.command(["ticket", "1"]).output
            #expect(plain.contains("📎 a.jpg") && plain.contains("尚未取到") && plain.contains("取不到：平台已删除"))
            #expect(!plain.contains("media-id"))
            let english = try await ledger.gateway.command(["ticket", "1"], english: true).output
            #expect(english.contains("not fetched yet") && english.contains("the platform has removed it"))
        }
    }
}
