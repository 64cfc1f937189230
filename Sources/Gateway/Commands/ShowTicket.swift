import ArgumentParser
import Intake

/// Everything about one ticket.
struct ShowTicket: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ticket", abstract: Terminal.both("一张工单的全部情况（已脱敏）", "Everything about one ticket, masked"),
        discussion: Terminal.both(
            "--reveal 显示身份、原文与查询码；先在工单历史里记下是谁、为什么看。",
            "--reveal shows identity, unmasked text and look-up code; who looked and why is first written into the history."
        ))

    @OptionGroup var place: Where
    @OptionGroup var form: Form
    @Argument(help: "工单号，如 20261121-000042 或 42 Number of the ticket") var number: String
    @Option(help: "查看身份的理由（记入历史） Why the identity is looked at; written into the history")
    var reveal: String?

    func validate() throws {
        guard reveal?.trimmed.isEmpty != true else {
            throw ValidationError(Terminal.both("--reveal 后须写理由", "expected a reason after --reveal"))
        }
    }

    func run() async throws {
        try await place.withLedger { ledger in
            var ticket = try await ledger.ticket(number)
            if let reveal {
                try await ledger.noteAccess(to: "identity", of: ticket.number.id, reason: reveal)
                var outcome = Outcome(ticket: ticket.number.id)
                outcome.entries = [
                    try ledger.keys.entry(
                        .revealed, at: ledger.now, actor: ledger.actor,
                        Revealed(reason: Masker.mask(reveal.trimmed), shown: "identity"))
                ]
                guard try await ledger.store.apply([outcome]) == [true] else {
                    throw Trouble.passing("查看身份未能记入历史，因此不予显示", "the reveal could not be recorded; nothing is shown")
                }
                ticket = try await ledger.ticket(number)
            }
            let report = try await TicketReport(ticket, ledger, revealed: reveal != nil)
            if form.json { return try Terminal.say(json: report) }
            Terminal.say(report.text(ledger))
        }
    }
}

/// What `intake ticket` tells, gathered; `contacts`, unmasked text and the look-up code only where it was recorded.
struct TicketReport: Encodable {
    struct Line: Encodable {
        var sequence: Int
        var at: Instant
        var kind: EntryKind
        var actor: String
        var words: Phrase
    }
    struct Work: Encodable {
        var department: String
        var role: Assignment.Role
        var state: Assignment.State
        var round: Int
        var sent: Instant
        var signBy: Instant?
        var contactBy: Instant?
        var resolveBy: Instant?
    }
    struct Sent: Encodable {
        struct Try: Encodable {
            var at: Instant
            var result: Attempt.Result
            var reason: String
        }
        var id: Int64
        var destination: String
        var recipient: String
        var state: Delivery.State
        var created: Instant
        var attempts: [Try]
    }
    struct Person: Encodable {
        var role: Party.Role
        var kind: Contact.Kind
        var name: String?
        var value: String
    }
    var facts: TicketFacts
    var body: String?
    var place: Place?
    var remarks: [String]
    var files: [File]
    var calls: [Conversation]
    /// Tickets that may be about the same, by the last decision.
    var similar: [TicketNumber]
    var history: [Line]
    var assignments: [Work]
    var deliveries: [Sent]
    var contacts: [Person]?
    var lookupCode: String?

    init(_ ticket: Ticket, _ ledger: OpenLedger, revealed: Bool) async throws {
        let id = ticket.number.id
        let entries = try await ledger.store.entries(of: [id])
        let dossier = try? Dossier.read(ticket, entries, keys: ledger.keys)
        let rows = try await ledger.store.assignments(of: id)
        facts = TicketFacts(ticket, dossier, rows)
        func shown(_ text: String) -> String { revealed ? text : Masker.mask(text) }
        body = dossier.map { shown($0.submission.text) }
        var place = dossier?.submission.place
        if let text = place?.text { place?.text = shown(text) }
        self.place = place
        (calls, remarks) = TicketReport.calls(entries, keys: ledger.keys, revealed: revealed)
        files = (dossier?.submission.attachments ?? []).map { File($0, revealed: revealed) }
        similar = dossier?.settled?.similar ?? []
        let words = EntryWords(ledger: ledger)
        history = entries.map {
            Line(sequence: $0.sequence, at: $0.at, kind: $0.kind, actor: $0.actor, words: words.words($0))
        }
        assignments = rows.map {
            Work(
                department: $0.department, role: $0.role, state: $0.state, round: $0.round, sent: $0.sent,
                signBy: $0.signBy, contactBy: $0.contactBy, resolveBy: $0.resolveBy)
        }
        deliveries = []
        for delivery in try await ledger.store.deliveries(of: id) {
            let tries = try await ledger.store.attempts(of: delivery.id)
            deliveries.append(
                Sent(
                    id: delivery.id, destination: delivery.destination, recipient: delivery.recipient,
                    state: delivery.state, created: delivery.created,
                    attempts: tries.map { Sent.Try(at: $0.at, result: $0.result, reason: $0.reason) }))
        }
        guard revealed else { return }
        lookupCode = ledger.keys.lookupCode(ticket.number)
        contacts = []
        for contact in try await ledger.store.contacts(of: id) {
            let kept = try ledger.keys.open(contact, of: entries)
            contacts?.append(Person(role: contact.role, kind: contact.kind, name: kept.name, value: kept.value))
        }
    }
}
