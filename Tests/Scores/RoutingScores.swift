import Crypto
import Foundation
import Testing

@testable import Intake

/// Classification of routing/zh by the example city. The weights of keywords.yaml were found on the half of the texts
/// whose SHA-256 begins with an even byte; the other half is the measure. "Rules alone" leaves keywords.yaml out; its
/// words were written by hand, from the names of the categories and with some posts of the tuning half in view.
@Suite("Scores of routing") struct RoutingScores {
    struct Row: Decodable {
        var label: String
        var text: String
    }

    static let files = [
        "areas.geojson", "areas.yaml", "calendar.yaml", "cases.yaml", "catalogue.yaml", "categories.yaml", "city.yaml",
        "departments.yaml", "emergency.yaml", "keywords.yaml", "places.yaml",
    ]

    static func city(without: String? = nil) throws -> City {
        var contents: [String: [UInt8]] = [:]
        for name in files where name != without {
            contents[name] = try [UInt8](
                Data(contentsOf: Scoring.root.appendingPathComponent("config/example-city/\(name)")))
        }
        return try City(contents, nil, nil, Complaints())
    }

    @Test("macro-F1 over the seven classes, and the share unknown") func chinese() throws {
        let rows: [Row] = try Scoring.rows("routing/zh/train.jsonl")
        let halves = Dictionary(grouping: rows) { (SHA256.hash(data: Data($0.text.utf8)).first { _ in true } ?? 0) % 2 }
        let (tuned, alone) = (try Self.city(), try Self.city(without: "keywords.yaml"))
        var table = ["routing/zh: category of \(rows.count) posts, by the first level of the tree", ""]
        func row(_ cells: [String]) -> String {
            Scoring.left(cells[0], 32) + cells.dropFirst().map { Scoring.right($0, 10) }.joined()
        }
        table.append(row(["", "posts", "macro-F1", "right", "unknown", "to triage"]))
        for (half, name) in [(UInt8(1), "held out"), (0, "tuned on")] {
            for (city, rules) in [(tuned, "with keywords.yaml"), (alone, "rules alone")] {
                let score = Score(halves[half] ?? [], city)
                let shares = [score.right, score.unknown, score.triage].map { Scoring.percent($0, of: score.count) }
                table.append(
                    row(["\(name), \(rules)", "\(score.count)", Scoring.percent(score.macroF1)] + shares) + "  "
                        + Scoring.bar(score.macroF1))
            }
        }
        table += ["", "held out, with keywords.yaml"]
        table.append(
            Scoring.left("class", 16)
                + zip(["posts", "precision", "recall", "F1"], [8, 10, 10, 10]).map { Scoring.right($0, $1) }.joined())
        table += Score(halves[1] ?? [], tuned).lines
        try Scoring.report("routing", table)
    }
}

/// Counts of one run.
private struct Score {
    var count = 0
    var right = 0
    var unknown = 0
    /// Sent to the hotline's own desk by the last rule.
    var triage = 0
    private var truth: [String: Int] = [:]
    private var said: [String: Int] = [:]
    private var hits: [String: Int] = [:]

    init(_ rows: [RoutingScores.Row], _ city: City) {
        for row in rows {
            let settled = city.settle(Submission(text: row.text), channel: "web", at: Instant(seconds: 1_795_221_000))
            if settled.decision.rule == city.catalogue.rules.last?.name { triage += 1 }
            let code = city.classify(chosen: nil, text: row.text).category
            let label = code.flatMap { city.categories.path(to: $0).first?.name.zh }
            count += 1
            truth[row.label, default: 0] += 1
            if let label { said[label, default: 0] += 1 } else { unknown += 1 }
            if label == row.label {
                right += 1
                hits[row.label, default: 0] += 1
            }
        }
    }

    private func rates(_ label: String) -> (precision: Double, recall: Double, f1: Double) {
        let hit = Double(hits[label] ?? 0)
        let precision = hit / Double(max(1, said[label] ?? 0))
        let recall = hit / Double(max(1, truth[label] ?? 0))
        return (precision, recall, hit == 0 ? 0 : 2 * precision * recall / (precision + recall))
    }

    var macroF1: Double { truth.keys.map { rates($0).f1 }.reduce(0, +) / Double(max(1, truth.count)) }

    var lines: [String] {
        truth.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { label, posts in
            let (precision, recall, f1) = rates(label)
            return Scoring.left(label, 16) + Scoring.right("\(posts)", 8)
                + [precision, recall, f1].map { Scoring.right(Scoring.percent($0), 10) }.joined() + "  "
                + Scoring.bar(f1)
        }
    }
}
