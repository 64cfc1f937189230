/// What the city's data says about one report: where, what, who, and whether it is an emergency.
package struct Settled: Sendable, Equatable, Codable {
    package var located: Located
    package var classified: Classified
    package var decision: Decision
    package var emergency: [EmergencyNotice]
}

extension City {
    /// Locates, classifies and routes a submission received at `at` by the named channel. `earlier` is what was found
    /// before more words came: what was known then and cannot be told now (two streets are named, say) stays known.
    package func settle(_ submission: Submission, channel: String, at: Instant, after earlier: Settled? = nil)
        -> Settled
    {
        judge(submission, channel, at, earlier).settled
    }

    /// The same, with every rule tried.
    package func explain(
        _ submission: Submission, channel: String, at: Instant
    ) -> (settled: Settled, rules: [RuleTrial]) {
        let (settled, facts) = judge(submission, channel, at, nil)
        return (settled, explain(facts))
    }

    private func judge(
        _ submission: Submission, _ channel: String, _ at: Instant, _ earlier: Settled?
    ) -> (settled: Settled, facts: Facts) {
        let text = submission.subject.isEmpty ? submission.text : "\(submission.subject)\n\(submission.text)"
        var located = locate(submission.place, text: text)
        if located.area == nil, let earlier, earlier.located.area != nil { located = earlier.located }
        var classified = classify(chosen: submission.category, text: text)
        if classified.category == nil, let earlier, earlier.classified.category != nil {
            classified = earlier.classified
        }
        let facts = Facts(
            area: located.area, category: classified.category, kind: submission.kind, channel: channel, text: text,
            at: at, confidential: submission.confidential, urgent: submission.urgent)
        let settled = Settled(
            located: located, classified: classified, decision: route(facts), emergency: emergency(in: text))
        return (settled, facts)
    }

    /// Runs every case of cases.yaml.
    package func checkCases() -> [CaseResult] {
        cases.map { one in
            let settled = settle(one.submission, channel: one.channel, at: one.at)
            let differences = one.expected.compactMap { key, expected -> CaseResult.Difference? in
                let found = settled.value(of: key)
                return found == expected
                    ? nil : CaseResult.Difference(what: key.rawValue, expected: expected, found: found)
            }
            return CaseResult(name: one.name, line: one.line, differences: differences, settled: settled)
        }
    }
}

extension Settled {
    fileprivate func value(of key: RoutingCase.Expectation) -> String {
        switch key {
        case .area: located.area ?? ""
        case .category: classified.category ?? ""
        case .rule: decision.rule
        case .lead: decision.lead
        case .with: decision.coHandlers.joined(separator: " ")
        case .emergency: emergency.map(\.number).joined(separator: " ")
        }
    }
}
