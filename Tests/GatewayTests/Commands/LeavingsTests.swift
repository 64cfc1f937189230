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

    @Test("files in the clear of what was erased go although a ticket after it was bent and stops the rest")
    func stopped() async throws {
        let channel = #"- { name: calls, kind: transcripts, path: "{folder}/calls" }"#
        try await FilledLedger.run(channels: "\(HookSender.channel)\n\(channel)") { ledger in
            try await ledger.keep(["a", "b"].map { FilledLedger.parcel($0, FilledLedger.report($0)) })
            let name = KeptName(
                key: ledger.keys.sourceKey(channel: "cti", id: "a"), name: try #require(DropName("a.txt")))
            let day = ledger.gateway.folder + "/calls/done/2026-01-05"
            let file = "\(day)/\(name.written(ledger.keys))"
            try FileManager.default.createDirectory(atPath: day, withIntermediateDirectories: true)
            try "words".write(toFile: file, atomically: false, encoding: .utf8)
            try ledger.tamper("UPDATE entries SET parcel = NULL WHERE ticket = 2")
            let gone = try await ledger.gateway.lines(Line.self, ["erase", "1", "2", "--reason", "本人要求"])
            #expect(gone.status != 0 && gone.lines.map(\.erased) == [true], "\(gone.output)")
            #expect(!FileManager.default.fileExists(atPath: file))
        }
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
