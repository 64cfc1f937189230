import Foundation
import Intake
import Testing

@testable import Gateway

@Suite("Erasing beside settings that are wrong") struct LeavingsTests {
    private struct Line: Decodable { var erased: Bool }

    private func erase(channels: String) async throws -> (status: Int32, lines: [Line], output: String) {
        var result: (status: Int32, lines: [Line], output: String)?
        try await FilledLedger.run(channels: channels) { ledger in
            try await ledger.keep([FilledLedger.parcel("a", FilledLedger.report("路灯不亮"))])
            #expect(try await ledger.gateway.command(["check"]).status == 78)
            result = try await ledger.gateway.lines(Line.self, ["erase", "1", "--reason", "本人要求"])
        }
        return try #require(result)
    }

    @Test("a channel without its secret does not keep a ticket from being erased")
    func secret() async throws {
        let gone = try await erase(
            channels: #"- { name: cti, kind: webhook, secrets: ["credential:not-there"] }"#)
        #expect(gone.status == 0 && gone.lines.map(\.erased) == [true], "\(gone.output)")
    }

    @Test("a folder that could not be looked through is named, whatever else was erased")
    func folder() async throws {
        let gone = try await erase(
            channels: """
                - { name: calls, kind: transcripts, path: calls, scan: often }
                - { name: others, kind: transcripts, path: others }
                """)
        #expect(gone.status == 1 && gone.lines.map(\.erased) == [true], "\(gone.output)")
        #expect(gone.output.contains("没有查看：calls。"), "\(gone.output)")
    }
}
