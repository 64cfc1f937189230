import Foundation
import Intake
import Testing

@testable import Gateway

@Suite("What erasing does not reach, and what is kept too long") struct ElsewhereTests {
    private static let mailbox = """
        - name: mail
          kind: imap
          host: imap.example.cn
          user: hotline@example.cn
          password: credential:hook-secret
          folder: 已受理
        """

    @Test("the folder where a mail still lies is named to whoever erases it, and in the history")
    func mailbox() async throws {
        try await FilledLedger.run(channels: Self.mailbox) { ledger in
            let submission = Submission(text: "路灯不亮", reference: "<7@example.cn>")
            try await ledger.keep([
                Parcel(
                    channel: "mail", received: .wall, body: .bytes(Data("x".utf8)),
                    items: [Item(sourceID: "a", content: .submission(submission))])
            ])
            struct Line: Decodable {
                var elsewhere: [Phrase]
                var mails: [String]
            }
            let dry = try await ledger.gateway.lines(Line.self, ["erase", "1", "--dry-run"])
            #expect(dry.lines.first?.mails == ["<7@example.cn>"], "\(dry.output)")
            #expect(dry.lines.first?.elsewhere.first?.zh.contains("已受理") == true)
            let gone = try await ledger.gateway.command(["erase", "1", "--reason", "本人要求"]).output
            #expect(gone.contains("须由人删除") && gone.contains("“已受理”") && gone.contains("7@example.cn"), "\(gone)")
            let after = try await ledger.gateway.command(["ticket", "1"], english: true).output
            #expect(after.contains("not reached: the mails in the folder 已受理"), "\(after)")
            #expect(after.contains("lies flagged in INBOX"), "\(after)")
        }
    }

    @Test("files in the clear kept longer than the originals, and an access log of under six months, are refused")
    func tooLong() async throws {
        try await withFolder { folder in
            let gateway = try RunningGateway(
                folder: folder, ledger: .sqlite, connection: nil,
                channels: "- { name: calls, kind: transcripts, path: calls, keep: 31d }")
            let file = folder + "/intake.yaml"
            let text = try String(contentsOfFile: file, encoding: .utf8)
            func check(_ retention: String) async throws -> (status: Int32, output: String) {
                try (text + "\nretention: { \(retention) }\n").write(toFile: file, atomically: true, encoding: .utf8)
                return try await gateway.command(["check"])
            }
            let refused = try await check("originals: 30d, access-log: 183d")
            #expect(refused.status == 78)
            #expect(refused.output.contains("retention.originals") && refused.output.contains("184d"), "\(refused)")
            let taken = try await check("originals: 31d, access-log: 184d")
            #expect(taken.status == 0, "\(taken)")
        }
    }
}
