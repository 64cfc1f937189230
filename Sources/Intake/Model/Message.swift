/// What one delivery carries, frozen when it was decided (template version and all).
package enum Message: Sendable, Equatable, Codable {
    case workOrder(WorkOrder)
    case recall(Recall)
    case receipt(CitizenReceipt)
    case alert(Alert)

    /// "work-order", "recall", "receipt" or "alert".
    package var type: String {
        switch self {
        case .workOrder: "work-order"
        case .recall: "recall"
        case .receipt: "receipt"
        case .alert: "alert"
        }
    }

    enum CodingKeys: String, CodingKey {
        case type, workOrder, recall, receipt, alert
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(type, forKey: .type)
        switch self {
        case .workOrder(let order):
            try values.encode(order, forKey: .workOrder)
        case .recall(let recall):
            try values.encode(recall, forKey: .recall)
        case .receipt(let receipt):
            try values.encode(receipt, forKey: .receipt)
        case .alert(let alert):
            try values.encode(alert, forKey: .alert)
        }
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        switch try values.decode(String.self, forKey: .type) {
        case "work-order": self = .workOrder(try values.decode(WorkOrder.self, forKey: .workOrder))
        case "recall": self = .recall(try values.decode(Recall.self, forKey: .recall))
        case "receipt": self = .receipt(try values.decode(CitizenReceipt.self, forKey: .receipt))
        case "alert": self = .alert(try values.decode(Alert.self, forKey: .alert))
        case let other:
            throw DecodingError.dataCorruptedError(
                forKey: .type, in: values, debugDescription: "no message is of type \(other)")
        }
    }
}

/// 撤单: a work order sent to this department is not its any more. Sent also where the order had not arrived yet, because
/// a call on its way cannot be stopped.
package struct Recall: Sendable, Equatable, Codable {
    package var number: TicketNumber
    package var department: WorkOrder.Unit
    package var role: Assignment.Role
    /// Who leads now.
    package var lead: WorkOrder.Unit
    package var reason: Phrase
    package var at: Instant

    package init(
        number: TicketNumber, department: WorkOrder.Unit, role: Assignment.Role, lead: WorkOrder.Unit, reason: Phrase,
        at: Instant
    ) {
        self.number = number
        self.department = department
        self.role = role
        self.lead = lead
        self.reason = reason
        self.at = at
    }
}

/// Something a person at the hotline should look at now.
package struct Alert: Sendable, Equatable, Codable {
    package var number: TicketNumber
    package var title: String
    /// Masked.
    package var text: String

    package init(number: TicketNumber, title: String, text: String) {
        self.number = number
        self.title = title
        self.text = text
    }
}

/// A work order 工单 for one department, masked: no identity leaves in mail, folder or webhook bodies (rule 8).
package struct WorkOrder: Sendable, Equatable, Codable {
    /// Version of this form, for those who read it by machine.
    package static let version = 1

    package struct Unit: Sendable, Equatable, Codable {
        package var code: String
        package var name: String
        package var english: String
        package init(code: String, name: String, english: String) {
            self.code = code
            self.name = name
            self.english = english
        }
    }

    package var version: Int
    package var number: TicketNumber
    /// 1 at first; words or files that came later make the next.
    package var revision: Int
    package var role: Assignment.Role
    package var department: Unit
    package var lead: Unit
    package var coHandlers: [Unit]
    package var channel: String
    package var kind: Kind?
    package var category: Unit?
    package var area: Unit?
    /// Masked.
    package var subject: String
    /// Masked.
    package var text: String
    package var place: Place
    package var urgent: Bool
    package var confidential: Bool
    package var received: Instant
    package var signBy: Instant?
    package var contactBy: Instant?
    package var resolveBy: Instant?
    package var attachments: [OrderFile]
    /// Numbers of tickets that may be about the same problem.
    package var similar: [TicketNumber]
    /// Why it is revised or moved, where there is more to say than that words came; for triage also what was remarked
    /// while the report was read. Masked.
    package var news: Phrase?
    /// What a reply must carry to be taken for this ticket's answer.
    package var replyToken: String

    package init(
        version: Int = WorkOrder.version, number: TicketNumber, revision: Int, role: Assignment.Role, department: Unit,
        lead: Unit,
        coHandlers: [Unit], channel: String, kind: Kind?, category: Unit?, area: Unit?, subject: String, text: String,
        place: Place, urgent: Bool, confidential: Bool, received: Instant, signBy: Instant?, contactBy: Instant?,
        resolveBy: Instant?, attachments: [OrderFile], similar: [TicketNumber], news: Phrase? = nil,
        replyToken: String
    ) {
        self.version = version
        self.number = number
        self.revision = revision
        self.role = role
        self.department = department
        self.lead = lead
        self.coHandlers = coHandlers
        self.channel = channel
        self.kind = kind
        self.category = category
        self.area = area
        self.subject = subject
        self.text = text
        self.place = place
        self.urgent = urgent
        self.confidential = confidential
        self.received = received
        self.signBy = signBy
        self.contactBy = contactBy
        self.resolveBy = resolveBy
        self.attachments = attachments
        self.similar = similar
        self.news = news
        self.replyToken = replyToken
    }
}

/// A file of a work order as the department is told of it: never the address it came from, nor why it was not had.
package struct OrderFile: Sendable, Equatable, Codable {
    package enum State: String, Sendable, Codable, CaseIterable {
        /// We have it.
        case kept
        /// Still with its platform; it comes with the next revision.
        case awaited
        /// Will not be had.
        case missing
    }
    /// 1 is the first file of the order.
    package var number: Int
    /// Masked.
    package var name: String
    package var type: String
    package var size: Int64?
    package var state: State
    /// Where its bytes are. In our ledger only: `Message.parted` takes it out of what leaves.
    package var blob: BlobID?

    package init(number: Int, name: String, _ file: Attachment) {
        self.number = number
        self.name = name
        type = file.type
        size = file.size
        switch file.content {
        case .kept(let id): (state, blob) = (.kept, id)
        case .remote: state = .awaited
        case .missing: state = .missing
        }
    }
}

extension Message {
    /// What leaves, without a word of where its files are kept; and where they are, by their number.
    package var parted: (message: Message, blobs: [Int: BlobID]) {
        guard case .workOrder(var order) = self else { return (self, [:]) }
        var blobs: [Int: BlobID] = [:]
        for index in order.attachments.indices {
            blobs[order.attachments[index].number] = order.attachments[index].blob
            order.attachments[index].blob = nil
        }
        return (.workOrder(order), blobs)
    }

    /// The files of a work order; other messages have none.
    package var files: [OrderFile] {
        if case .workOrder(let order) = self { order.attachments } else { [] }
    }
}

/// What a citizen is told once their report is kept and settled: number, what happens next, by when.
package struct CitizenReceipt: Sendable, Equatable, Codable {
    package var number: TicketNumber
    package var lookupCode: String
    package var language: Language
    /// The first words of what they wrote, masked, so that they know which report is meant.
    package var subject: String
    /// Name of the leading department in the citizen's language.
    package var lead: String
    package var resolveBy: Instant?
    /// What the source called the message this answers (Message-ID), for threading.
    package var inReplyTo: String?

    package init(
        number: TicketNumber, lookupCode: String, language: Language, subject: String, lead: String,
        resolveBy: Instant?, inReplyTo: String? = nil
    ) {
        self.number = number
        self.lookupCode = lookupCode
        self.language = language
        self.subject = subject
        self.lead = lead
        self.resolveBy = resolveBy
        self.inReplyTo = inReplyTo
    }
}
