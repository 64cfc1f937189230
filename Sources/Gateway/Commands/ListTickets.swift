import ArgumentParser
import Intake

extension Ticket.State: ExpressibleByArgument {}
extension Kind: ExpressibleByArgument {}

/// The newest tickets that fit.
struct ListTickets: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tickets", abstract: Terminal.both("最新工单（标题已脱敏）", "The newest tickets, subjects masked"))

    @OptionGroup var place: Where
    @OptionGroup var form: Form
    @Option(help: "状态 State") var inState: Ticket.State?
    @Option(help: "单位代码（主办或协办） Code of a department, lead or co-handler") var department: String?
    @Option(help: "渠道名称 Name of a channel") var channel: String?
    @Option(help: "区域代码，含下级 Code of an area, with those below it") var area: String?
    @Option(help: "最多几张 At most so many") var limit = 20
    @Option(help: "只看此编号以前的 Only tickets before this number") var before: String?

    /// How many tickets are looked at for a filter before it is said and ended.
    private static let reach = 20_000

    func run() async throws {
        try await place.withLedger { ledger in
            if let channel { try await ledger.expect(channel: channel) }
            let found = try await search(ledger, before: try before.map(Self.number))
            if found.isEmpty {
                // What left the city's data may stand in old tickets, so it is asked about only now.
                if let department { try ledger.expect(department: department) }
                if let area { try ledger.expect(area: area) }
            }
            let dossiers = try await ledger.dossiers(of: found)
            var rows: [TicketFacts] = []
            for ticket in found {
                let assignments = try await ledger.store.assignments(of: ticket.number.id)
                rows.append(TicketFacts(ticket, dossiers[ticket.number.id], assignments))
            }
            if form.json { return try rows.forEach { try Terminal.say(json: $0) } }
            Terminal.say(table(rows, ledger).text)
        }
    }

    /// The number that a whole one (20261121-000042) or its last part (42) stands for.
    private static func number(_ text: String) throws -> Int64 {
        if let id = TicketNumber(text)?.id ?? Int64(text) { return id }
        try OpenLedger.refuse(
            "--before", Phrase(zh: "工单号，如 20261121-000042 或 42", en: "a ticket's number such as 20261121-000042 or 42"),
            found: text)
    }

    private func search(_ ledger: OpenLedger, before: Int64?) async throws -> [Ticket] {
        var (found, looked, before): ([Ticket], Int, Int64?) = ([], 0, before)
        while found.count < limit {
            let page =
                if let department {
                    try await ledger.store.latest(of: department, before: before, limit: 500)
                } else { try await ledger.store.latest(before: before, limit: 500) }
            guard let last = page.last else { break }
            for ticket in page where found.count < limit {
                if fits(ticket, ledger) { found.append(ticket) }
            }
            (before, looked) = (last.number.id, looked + page.count)
            if looked >= ListTickets.reach, found.count < limit {
                Terminal.complain(
                    Terminal.both(
                        "只看了最新 \(looked) 张；接着看：--before \(last.number)",
                        "only the newest \(looked) were looked at; go on with --before \(last.number)"))
                break
            }
        }
        return found
    }

    private func fits(_ ticket: Ticket, _ ledger: OpenLedger) -> Bool {
        guard inState == nil || ticket.state == inState, channel == nil || ticket.channel == channel else {
            return false
        }
        guard let area else { return true }
        return ticket.area == area || ledger.city.areas.isWithin(ticket.area ?? "", area)
    }

    private func table(_ rows: [TicketFacts], _ ledger: OpenLedger) -> Table {
        var table = Table(heads: [
            Terminal.both("工单", "ticket"), Terminal.both("状态", "state"), Terminal.both("收到", "received"),
            Terminal.both("渠道", "channel"), Terminal.both("区域", "area"), Terminal.both("类别", "category"),
            Terminal.both("主办", "lead"), Terminal.both("标题", "subject"),
        ])
        for row in rows {
            table.rows.append([
                row.number.description + (row.urgent ? " !" : ""), Words(Terminal.language).name(row.state),
                ledger.time(row.received), row.channel, ledger.area(row.area), ledger.category(row.category),
                row.lead.map(ledger.department) ?? "—", row.subject ?? Terminal.both("（打不开）", "(cannot be opened)"),
            ])
        }
        return table
    }
}

/// What a list tells of one ticket. Holds no identity.
struct TicketFacts: Encodable {
    var number: TicketNumber
    var state: Ticket.State
    var round: Int
    var kind: Kind?
    var category: String?
    var area: String?
    var urgent: Bool
    var confidential: Bool
    var language: Language
    var channel: String
    var received: Instant
    var resolveBy: Instant?
    /// Code of the leading department.
    var lead: String?
    /// Masked; nil where the ticket cannot be opened.
    var subject: String?

    init(_ ticket: Ticket, _ dossier: Dossier?, _ assignments: [Assignment]) {
        number = ticket.number
        state = ticket.state
        round = ticket.round
        kind = ticket.kind
        category = ticket.category
        area = ticket.area
        urgent = ticket.urgent
        confidential = ticket.confidential
        language = ticket.language
        channel = ticket.channel
        received = ticket.received
        resolveBy = ticket.resolveBy
        lead = assignments.last { $0.role == .lead && $0.state != .cancelled && $0.state != .returned }?.department
        subject = dossier?.headline
    }
}
