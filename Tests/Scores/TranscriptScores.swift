import Foundation
import Testing

@testable import Gateway

/// Transcripts of speech recognisers and subtitles: the form, the count, the speakers, the times and the words.
@Suite("Scores of transcripts") struct TranscriptScores {
    /// What a plain script read out of a file; nil is not asked.
    struct Expected: Decodable {
        var file: String
        var format: String
        var segments: Int?
        var timingLines: Int?
        var turns: Int?
        var speakers: [String]?
        /// Seconds.
        var first: Double?
        var last: Double?
        var text: String?
        var textStarts: String?
    }

    /// Our word for a form by the one in the data.
    static let formats: [String: Transcript.Format] = [
        "aws-transcribe": .aws, "google-stt": .google, "dashscope-paraformer": .dashscope, "whisper-json": .whisper,
        "whisper-csv": .csv, "whisper-tsv": .tsv, "whisper-txt": .plain, "srt": .srt, "webvtt": .webvtt, "sbv": .sbv,
        "speaker|text|act lines": .plain,
    ]

    @Test("transcripts are read as expected") func read() throws {
        let rows: [Expected] = try Scoring.rows("transcripts/expected.jsonl")
        var (what, files) = (Tally(), Tally())
        var wrong: [String] = []
        for row in rows {
            let bytes = [UInt8](try Data(contentsOf: try Scoring.data("transcripts/\(row.file)")))
            let found = Result { try TranscriptReader().read(bytes, name: row.file) }
            guard case .success(let transcript) = found else {
                what.add("form", false)
                wrong.append("\(row.file): \(found)")
                continue
            }
            let kind = row.file.split(separator: "/").first.map(String.init) ?? row.file
            for (name, expected, seen) in Self.checks(row, transcript) {
                what.add(name, expected == seen)
                files.add(kind, expected == seen)
                if expected != seen { wrong.append("\(row.file): \(name): expected \(expected), found \(seen)") }
            }
        }
        var table = ["transcripts: \(rows.count) files", ""]
        table += what.lines("asked") + [""] + files.lines("set")
        table += wrong.isEmpty ? [] : [""] + wrong.map { "not as expected: \($0)" }
        try Scoring.report("transcripts", table)
    }

    /// What was expected and what was found, as words.
    private static func checks(_ row: Expected, _ transcript: Transcript) -> [(String, String, String)] {
        var checks = [("form", formats[row.format]?.rawValue ?? row.format, transcript.format.rawValue)]
        let spoken = transcript.utterances
        if let count = row.segments ?? row.timingLines ?? row.turns {
            checks.append(("turns", "\(count)", "\(spoken.count)"))
        }
        if let speakers = row.speakers {
            let found = Set(spoken.compactMap(\.speaker)).sorted()
            checks.append(("speakers", speakers.sorted().joined(separator: " "), found.joined(separator: " ")))
        }
        if let first = row.first { checks.append(("first second", tenths(first), tenths(spoken.first?.start))) }
        if let last = row.last { checks.append(("last second", tenths(last), tenths(spoken.compactMap(\.end).max()))) }
        let words = plain(spoken.map(\.text).joined(separator: " "))
        if let text = row.text { checks.append(("text", plain(text), words)) }
        if let start = row.textStarts.map(plain) {
            checks.append(("start of text", start, String(words.prefix(start.count))))
        }
        return checks
    }

    private static func tenths(_ seconds: Double) -> String { "\((seconds * 10).rounded() / 10)" }

    private static func tenths(_ milliseconds: Int64?) -> String {
        milliseconds.map { tenths(Double($0) / 1000) } ?? "none"
    }

    /// Without white space: recognisers differ in where they put it.
    private static func plain(_ text: String) -> String { text.filter { !$0.isWhitespace } }
}
