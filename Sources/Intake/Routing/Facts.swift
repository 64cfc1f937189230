/// What a report is judged by in the catalogue.
package struct Facts: Sendable, Equatable, Codable {
    /// Code of the area, if it is known.
    package var area: String?
    /// Code of the category, if it is known.
    package var category: String?
    package var kind: Kind?
    /// Name of the channel it came by.
    package var channel: String
    /// Subject and text.
    package var text: String
    /// When it was received.
    package var at: Instant
    package var confidential: Bool
    /// Said by the sender; a category that is urgent counts as well.
    package var urgent: Bool

    package init(
        area: String? = nil, category: String? = nil, kind: Kind? = nil, channel: String, text: String, at: Instant,
        confidential: Bool = false, urgent: Bool = false
    ) {
        self.area = area
        self.category = category
        self.kind = kind
        self.channel = channel
        self.text = text
        self.at = at
        self.confidential = confidential
        self.urgent = urgent
    }
}

/// Who works on a report, and by which rule.
package struct Decision: Sendable, Equatable, Codable {
    /// Version of the city's data it was made with.
    package var version: String
    /// Name of the rule.
    package var rule: String
    /// Code of the lead department.
    package var lead: String
    /// Codes of the co-handlers, without the lead.
    package var coHandlers: [String]
    /// The rule's limits, filled from the category's and the city's.
    package var limits: Limits
    package var reason: Phrase
}

/// One rule held against a report.
package struct RuleTrial: Sendable, Equatable, Codable {
    package var rule: String
    /// Line in catalogue.yaml.
    package var line: Int
    package var matched: Bool
    /// The first that matched: the one the decision is made by.
    package var decides: Bool
    /// Every condition and what was found for it.
    package var why: Phrase
}
