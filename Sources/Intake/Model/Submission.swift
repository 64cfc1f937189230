/// What an arrival says, whichever channel it came by. Who says it stands apart in `people`, which is never stored in
/// the same sealed value (rule 8).
package struct Submission: Sendable, Equatable, Codable {
    package var kind: Kind?
    package var subject: String
    package var text: String
    /// A code of the city's own tree, if the sender chose one.
    package var category: String?
    package var place: Place
    package var urgent: Bool
    /// 保密: the citizen asks that their identity be kept from the handling department.
    package var confidential: Bool
    package var attachments: [Attachment]
    /// When the thing was said, if the source tells (start of the call, Date of the mail).
    package var said: Instant?
    /// Call facts and speaker turns of a telephone call.
    package var call: Call?
    /// What an earlier thing this follows up is called by its source: a ticket number, a Message-ID, a reply token.
    package var followsUp: String?
    /// "zh" or "en": the language the receipt is written in.
    package var language: Language
    /// Version of the consent line the citizen agreed to; nil where none was shown.
    package var consent: String?
    /// What the source calls this message, for answering it (a Message-ID).
    package var reference: String?
    /// Code of the department that says it in answer to a work order; nil for what a citizen says.
    package var department: String?
    /// Remarks for the operator made while reading ("the sides of the call are unknown").
    package var remarks: [String]
    /// Not part of the encoded form: see `People`.
    package var people: [Party]

    package init(
        kind: Kind? = nil, subject: String = "", text: String = "", category: String? = nil, place: Place = Place(),
        urgent: Bool = false, confidential: Bool = false, attachments: [Attachment] = [], said: Instant? = nil,
        call: Call? = nil, followsUp: String? = nil, language: Language = .chinese, consent: String? = nil,
        reference: String? = nil, department: String? = nil,
        remarks: [String] = [], people: [Party] = []
    ) {
        self.kind = kind
        self.subject = subject
        self.text = text
        self.category = category
        self.place = place
        self.urgent = urgent
        self.confidential = confidential
        self.attachments = attachments
        self.said = said
        self.call = call
        self.followsUp = followsUp
        self.language = language
        self.consent = consent
        self.reference = reference
        self.department = department
        self.remarks = remarks
        self.people = people
    }

    enum CodingKeys: String, CodingKey {
        case kind, subject, text, category, place, urgent, confidential, attachments, said, call, followsUp, language
        case consent, reference, department, remarks
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            kind: try values.decodeIfPresent(Kind.self, forKey: .kind),
            subject: try values.decodeIfPresent(String.self, forKey: .subject) ?? "",
            text: try values.decodeIfPresent(String.self, forKey: .text) ?? "",
            category: try values.decodeIfPresent(String.self, forKey: .category),
            place: try values.decodeIfPresent(Place.self, forKey: .place) ?? Place(),
            urgent: try values.decodeIfPresent(Bool.self, forKey: .urgent) ?? false,
            confidential: try values.decodeIfPresent(Bool.self, forKey: .confidential) ?? false,
            attachments: try values.decodeIfPresent([Attachment].self, forKey: .attachments) ?? [],
            said: try values.decodeIfPresent(Instant.self, forKey: .said),
            call: try values.decodeIfPresent(Call.self, forKey: .call),
            followsUp: try values.decodeIfPresent(String.self, forKey: .followsUp),
            language: try values.decodeIfPresent(Language.self, forKey: .language) ?? .chinese,
            consent: try values.decodeIfPresent(String.self, forKey: .consent),
            reference: try values.decodeIfPresent(String.self, forKey: .reference),
            department: try values.decodeIfPresent(String.self, forKey: .department),
            remarks: try values.decodeIfPresent([String].self, forKey: .remarks) ?? [])
    }
}

/// 咨询 consultation · 求助 help · 投诉 complaint · 举报 report of wrongdoing · 建议 suggestion · 表扬 praise · 其他 other.
package enum Kind: String, Sendable, Codable, CaseIterable {
    case consultation, help, complaint, report, suggestion, praise, other

    package var chinese: String {
        switch self {
        case .consultation: "咨询"
        case .help: "求助"
        case .complaint: "投诉"
        case .report: "举报"
        case .suggestion: "建议"
        case .praise: "表扬"
        case .other: "其他"
        }
    }
}

package enum Language: String, Sendable, Codable, CaseIterable {
    case chinese = "zh"
    case english = "en"
}

/// Where the problem is. The place of the problem is not identity.
package struct Place: Sendable, Equatable, Codable {
    package var text: String?
    /// Code of an area the sender chose.
    package var area: String?
    package var point: Point?

    package init(text: String? = nil, area: String? = nil, point: Point? = nil) {
        self.text = text
        self.area = area
        self.point = point
    }
}

/// Degrees with the datum they were measured in; converted to WGS-84 for routing, never before storing.
package struct Point: Sendable, Equatable, Codable {
    package enum Datum: String, Sendable, Codable, CaseIterable {
        case wgs84 = "WGS-84"
        /// What Chinese map widgets and WeChat give.
        case gcj02 = "GCJ-02"
    }
    package var latitude: Double
    package var longitude: Double
    package var datum: Datum

    /// Nil unless both are finite and in range (-90...90, -180...180).
    package init?(latitude: Double, longitude: Double, datum: Datum) {
        guard latitude.isFinite, longitude.isFinite, abs(latitude) <= 90, abs(longitude) <= 180 else { return nil }
        self.latitude = latitude
        self.longitude = longitude
        self.datum = datum
    }
}

/// A telephone call, as far as the source tells.
package struct Call: Sendable, Equatable, Codable {
    package var started: Instant?
    package var ended: Instant?
    /// The agent's number or name at work, not a citizen's identity.
    package var agent: String?
    /// Address or file name of the recording.
    package var recording: String?
    package var turns: [Turn]

    package init(
        started: Instant? = nil, ended: Instant? = nil, agent: String? = nil, recording: String? = nil,
        turns: [Turn] = []
    ) {
        self.started = started
        self.ended = ended
        self.agent = agent
        self.recording = recording
        self.turns = turns
    }
}

/// One turn of speech; times are milliseconds from the start of the call, nil where the recogniser gave none.
package struct Turn: Sendable, Equatable, Codable {
    package enum Side: String, Sendable, Codable { case citizen, agent, unknown }
    package var side: Side
    /// The label as it stood in the file ("1", "spk_0", "坐席").
    package var speaker: String?
    package var start: Int64?
    package var end: Int64?
    package var text: String

    package init(side: Side = .unknown, speaker: String? = nil, start: Int64? = nil, end: Int64? = nil, text: String) {
        self.side = side
        self.speaker = speaker
        self.start = start
        self.end = end
        self.text = text
    }
}
