import Intake

/// What a citizen may count on, told with the number of a ticket: whom to call at once, who gets in touch, and by when.
struct Prospect: Sendable {
    var reach: ReceiptPage.Reach
    var emergency: [EmergencyNotice] = []
    var contact: Instant?
    var answer: Instant?

    /// Of a report just kept, as the catalogue stands: the clerk decides a moment later, by the same.
    init(_ submission: Submission, channel: String, at: Instant, city: City?) {
        let reachable = submission.people.contains { !$0.contacts.isEmpty }
        reach = !reachable ? .lookup : submission.confidential ? .hotline : .department
        decide(submission, channel, at, city)
    }

    /// Of a ticket, as it was decided; until then as the catalogue stands.
    init(_ ticket: Ticket, _ tools: Tools) async throws(Trouble) {
        let id = ticket.number.id
        let dossier = try Dossier.read(ticket, try await tools.store.entries(of: [id]), keys: tools.keys)
        reach =
            try await tools.store.contacts(of: id).isEmpty ? .lookup : ticket.confidential ? .hotline : .department
        if let settled = dossier.settled {
            emergency = settled.found.emergency
            (contact, answer) = (settled.deadlines.contact, settled.deadlines.resolve)
        } else {
            decide(dossier.submission, ticket.channel, ticket.received, tools.city())
        }
        answer = ticket.resolveBy ?? answer
    }

    /// What the sender of an item is told with its receipt, the same for a repeat; nil for anything but a ticket of its own,
    /// since a follow-up's ticket may be somebody else's.
    static func told(
        with receipt: Receipt, of submission: Submission, channel: String, at: Instant, _ tools: Tools
    ) async throws(Trouble) -> Prospect? {
        guard receipt.arrival == .ticket, let number = receipt.ticket else { return nil }
        if receipt.seen == .again, let ticket = try await tools.store.tickets([number.id]).first {
            return try await Prospect(ticket, tools)
        }
        return Prospect(submission, channel: channel, at: at, city: tools.city())
    }

    private mutating func decide(_ submission: Submission, _ channel: String, _ at: Instant, _ city: City?) {
        guard let city else { return }
        let found = city.settle(submission, channel: channel, at: at)
        let deadlines = city.deadlines(found.decision, from: at)
        emergency = found.emergency
        (contact, answer) = (deadlines.contact, deadlines.resolve)
    }
}
