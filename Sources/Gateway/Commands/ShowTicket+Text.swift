import Intake

extension TicketReport {
    /// The report for a person.
    func text(_ ledger: OpenLedger) -> String {
        func both(_ chinese: String, _ english: String) -> String { Terminal.both(chinese, english) }
        let language = Terminal.language
        var lines: [String] = []
        func line(_ label: String, _ value: String) {
            let pad = String(repeating: " ", count: max(0, 10 - Table.width(label)))
            lines.append("\(label)\(pad) \(value)")
        }
        func title(_ text: String) { lines += ["", "── \(text)"] }

        var marks: [String] = []
        if facts.urgent { marks.append(both("紧急", "urgent")) }
        if facts.confidential { marks.append(both("保密", "confidential")) }
        let name = Words(language).name(facts.state)
        line(
            both("工单", "ticket"),
            ([facts.number.description, "\(name) (\(facts.state.rawValue))"] + marks).joined(separator: "  "))
        line(both("收到", "received"), "\(ledger.time(facts.received))  \(both("渠道", "by")) \(facts.channel)")
        line(both("类型", "kind"), facts.kind?.name[language] ?? "—")
        line(both("类别", "category"), ledger.category(facts.category))
        line(both("区域", "area"), ledger.area(facts.area))
        line(both("办结期限", "resolve by"), ledger.time(facts.resolveBy))
        if let place {
            let point = place.point.map { "\($0.latitude), \($0.longitude) (\($0.datum.rawValue))" }
            let spot = [place.text, point].compactMap(\.self).joined(separator: "  ")
            if !spot.isEmpty { line(both("地点", "place"), spot) }
        }
        if !similar.isEmpty {
            line(both("可能重复", "similar"), similar.map(\.description).joined(separator: ", "))
        }
        for remark in remarks { line(both("备注", "remark"), Phrase(kept: remark)[language]) }
        for person in contacts ?? [] {
            line(
                both("联系人", "person"),
                "\(person.name ?? "—")  \(person.kind.name[language]) \(person.value) (\(person.role.name[language]))")
        }
        if let lookupCode { line(both("查询码", "look-up"), lookupCode) }

        title(facts.subject ?? both("打不开：内容已删除或历史受损", "cannot be opened: erased, or the history is damaged"))
        if let body { lines.append(body) }
        lines += files.map(\.text)
        for call in calls { lines += call.text(ledger) }

        title(both("承办", "assignments"))
        for work in assignments {
            let role = work.role == .lead ? both("主办", "lead") : both("协办", "co-handler")
            lines.append(
                "\(role)  \(ledger.department(work.department))  \(work.state.name[language])  "
                    + "\(both("派出", "sent")) \(ledger.time(work.sent))  "
                    + "\(both("签收限", "sign by")) \(ledger.time(work.signBy))  "
                    + "\(both("办结限", "resolve by")) \(ledger.time(work.resolveBy))")
        }
        title(both("派发", "deliveries"))
        for sent in deliveries {
            lines.append("#\(sent.id)  \(sent.destination) → \(sent.recipient)  \(sent.state.name[language])")
            for attempt in sent.attempts {
                lines.append(
                    "    \(ledger.time(attempt.at))  \(attempt.result.name[language])  "
                        + Phrase(kept: attempt.reason)[language])
            }
        }
        title(both("历史", "history"))
        for entry in history {
            lines.append(
                "\(entry.sequence). \(ledger.time(entry.at))  \(ledger.actor(entry.actor))  \(entry.words[language])")
        }
        return lines.joined(separator: "\n")
    }
}
