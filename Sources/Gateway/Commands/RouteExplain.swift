import ArgumentParser
import Intake

extension RouteCommands {
    /// Every rule tried, and why it did or did not match.
    struct Explain: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: Terminal.both("解释一张工单或一段文字的分派", "Explain where a ticket or a text goes, and why"),
            discussion: Terminal.both(
                "用现在的目录解释；当时存下的决定与现在不同时会说明。",
                "Explained by the catalogue as it is now; where the stored decision differs, that is said."))

        @OptionGroup var place: Where
        @OptionGroup var form: Form
        @Argument(help: "工单号 Number of a ticket") var number: String?
        @Option(help: "诉求文字 Text of a report") var text: String?
        @Option(help: "所选区域代码 Code of the chosen area") var area: String?
        @Option(name: .customLong("place"), help: "地点描述 Where it is, in words") var spot: String?
        @Option(help: "所选类别代码 Code of the chosen category") var category: String?
        @Option(help: "类型 Kind") var kind: Kind?
        @Option(help: "渠道名称 Name of the channel") var channel = "console"
        @Option(help: "收到时间，当地，如 2026-03-02T10:00 When it was received, local time") var at: String?

        func validate() throws {
            guard (number == nil) != (text == nil) else {
                throw ValidationError(
                    Terminal.both("写一个工单号，或 --text 文字", "expected the number of a ticket, or --text TEXT"))
            }
        }

        func run() async throws {
            if let number {
                return try await place.withLedger { ledger in
                    let ticket = try await ledger.ticket(number)
                    let entries = try await ledger.store.entries(of: [ticket.number.id])
                    let dossier = try Dossier.read(ticket, entries, keys: ledger.keys)
                    try show(
                        Explanation(
                            ledger.city, dossier.submission, channel: ticket.channel, at: ticket.received,
                            stored: dossier.settled), ledger.city)
                }
            }
            do {
                let city = try place.configuration().wantedCity()
                let submission = Submission(
                    kind: kind, text: text ?? "", category: category,
                    place: Place(text: spot, area: area))
                let at = try at.map { try LocalTime.read($0, in: city) } ?? Instant.wall
                try show(Explanation(city, submission, channel: channel, at: at, stored: nil), city)
            } catch { throw Exit.with(error) }
        }

        private func show(_ explanation: Explanation, _ city: City) throws(Trouble) {
            if form.json { return try Terminal.say(json: explanation) }
            Terminal.say(explanation.text(city))
        }
    }
}

/// Why a report goes where it goes. Holds no text of the report but the words that were found.
struct Explanation: Encodable {
    var catalogue: String
    var settled: Settled
    var deadlines: Deadlines
    var rules: [RuleTrial]
    /// The decision in the history, where it is another than today's.
    var stored: Decision?

    init(_ city: City, _ submission: Submission, channel: String, at: Instant, stored: Settlement?) {
        catalogue = city.version
        (settled, rules) = city.explain(submission, channel: channel, at: at)
        deadlines = city.deadlines(settled.decision, from: at)
        let (earlier, now) = (stored?.found.decision, settled.decision)
        let same = earlier?.lead == now.lead && earlier?.coHandlers == now.coHandlers && earlier?.rule == now.rule
        self.stored = same ? nil : earlier
    }

    func text(_ city: City) -> String {
        let language = Terminal.language
        func both(_ chinese: String, _ english: String) -> String { Terminal.both(chinese, english) }
        func department(_ code: String) -> String {
            let name = city.name(ofDepartment: code)[language]
            return city.departments[code] == nil ? name : "\(name) (\(code))"
        }
        func time(_ instant: Instant?) -> String { instant.map { LocalTime.text($0, in: city) } ?? "—" }
        let decision = settled.decision
        let area = settled.located.area.map { "\(city.areas.pathName(of: $0, in: language)) (\($0))" }
        let category = settled.classified.category.map { "\(city.categories.pathName(of: $0, in: language)) (\($0))" }
        var lines = [
            both("区域", "area")
                + ": \(area ?? "—") \(settled.located.reason[language])",
            both("类别", "category") + ": \(category ?? "—") \(settled.classified.reason[language])",
        ]
        if let next = settled.classified.runnerUp {
            lines.append(both("其次", "runner-up") + ": \(city.categories.pathName(of: next, in: language)) (\(next))")
        }
        for notice in settled.emergency {
            lines.append("\(both("紧急", "emergency")) \(notice.number): \(notice.words.joined(separator: "、"))")
        }
        lines.append("")
        for rule in rules {
            let mark = rule.decides ? "▶" : rule.matched ? "✓" : "✗"
            lines.append("\(mark) \(rule.line): \(rule.rule) — \(rule.why[language])")
        }
        let helpers = decision.coHandlers.map(department).joined(separator: both("、", ", "))
        lines += [
            "",
            both("决定", "decision") + ": \(decision.rule) → \(both("主办", "lead")) \(department(decision.lead))"
                + (helpers.isEmpty ? "" : both("，协办 ", ", with ") + helpers),
            "\(both("签收限", "sign by")) \(time(deadlines.sign))  \(both("联系限", "contact by")) \(time(deadlines.contact))  "
                + "\(both("办结限", "resolve by")) \(time(deadlines.resolve))",
            both("目录版本", "catalogue") + " \(catalogue)",
        ]
        if let stored {
            lines.append(
                both(
                    "当时（目录 \(stored.version)）：\(stored.rule) → \(department(stored.lead))；要按现在的目录重新分派：intake requeue",
                    "then (catalogue \(stored.version)): \(stored.rule) → \(department(stored.lead)); to route it again: "
                        + "intake requeue"))
        }
        return lines.joined(separator: "\n")
    }
}
