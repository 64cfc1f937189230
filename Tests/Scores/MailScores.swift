import Foundation
import Testing

@testable import Gateway

/// Mail: Chinese in every charset, what a machine sent, and that no file of the sets hurts the reader.
@Suite("Scores of mail") struct MailScores {
    struct Expected: Decodable {
        var file: String
        var charset: String
        var variant: String
        var subject: String
        var text: String
        var fromDisplayName: String
    }

    struct Label: Decodable {
        var file: String
        var label: String
        var kind: String
    }

    /// One mail file; its attachments are written to a folder that is gone afterwards.
    private static func read(_ file: URL) throws -> Mail {
        let folder = FileManager.default.temporaryDirectory.appending(path: "intake-score-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try MailReader(folder: folder.path).read(file.path)
    }

    /// Equal after Unicode NFC, white space at the ends left aside; a line end is one character, however it is written.
    private static func same(_ one: String, _ other: String?) -> Bool {
        func plain(_ text: String) -> String {
            text.replacingOccurrences(of: "\r\n", with: "\n").precomposedStringWithCanonicalMapping
                .trimmingCharacters(in: .whitespacesAndNewlines)
        }
        return plain(one) == plain(other ?? "")
    }

    @Test("Chinese mail: subject, text and sender") func chinese() throws {
        let rows: [Expected] = try Scoring.rows("email/chinese/expected.jsonl")
        var (charsets, variants) = (Tally(), Tally())
        var wrong: [String] = []
        for row in rows {
            let mail = try Self.read(try Scoring.data("email/chinese/\(row.file)"))
            let right =
                Self.same(row.subject, mail.subject) && Self.same(row.text, mail.text)
                && Self.same(row.fromDisplayName, mail.from?.name)
            charsets.add(row.charset, right)
            variants.add(row.variant, right)
            if !right { wrong.append(row.file) }
        }
        var table = ["email/chinese: subject, text and sender's name as expected", ""]
        table += charsets.lines("charset") + [""] + variants.lines("variant")
        if !wrong.isEmpty { table += ["", "not as expected: " + wrong.joined(separator: ", ")] }
        try Scoring.report("mail-1-chinese", table)
    }

    @Test("automatic mail is known, and people's is not taken for it") func automatic() throws {
        let rows: [Label] = try Scoring.rows("auto/labels.jsonl")
        var (known, spared) = (Tally(), Tally())
        var (bounces, named) = (0, 0)
        var wrong: [String] = []
        for row in rows {
            let mail = try Self.read(try Scoring.data("auto/\(row.file)"))
            let automatic = Automatic.of(mail)
            let right = (automatic != nil) == (row.label == "auto")
            if row.label == "auto" { known.add(row.kind, right) } else { spared.add(row.kind, right) }
            if automatic == .bounce {
                bounces += 1
                if mail.report?.original != nil { named += 1 }
            }
            if !right { wrong.append("\(row.label): \(row.file)") }
        }
        var table = ["auto: no acknowledgement goes to a machine (a miss can start a loop)", ""]
        table += known.lines("automatic, known as such") + [""]
        table += spared.lines("by people, known as such")
        table += [
            "", "bounces that name the mail they are about: \(Scoring.percent(named, of: bounces)) of \(bounces)",
        ]
        if !wrong.isEmpty { table += ["", "wrong: " + wrong.joined(separator: ", ")] }
        try Scoring.report("mail-2-automatic", table)
    }

    @Test("no mail hurts the reader") func all() throws {
        var sets = Tally()
        var slowest = Duration.zero
        var refused: [String] = []
        for set in ["email", "auto"] {
            for file in try Scoring.files(set, ending: ["eml", "raw"]) {
                let clock = ContinuousClock()
                var read = true
                let time = clock.measure {
                    do { _ = try Self.read(file) } catch {
                        read = false
                        refused.append("\(file.lastPathComponent): \(error)")
                    }
                }
                sets.add(set, read)
                slowest = max(slowest, time)
            }
        }
        var table = ["every mail of the sets: read, or refused with a reason; none crashes", ""]
        table += sets.lines("set") + ["", "slowest: \(slowest.components.attoseconds / 1_000_000_000_000_000) ms"]
        table += refused.map { "refused: \($0)" }
        try Scoring.report("mail-3-all", table)
    }
}
