import HTTPTypes
import Hummingbird
import Intake
import Logging

/// The pages behind a ticket number and its look-up code. A wrong number and a wrong code look alike, and trying many
/// is slowed.
struct Tracking {
    private let channel: FormChannel
    private let request: Request
    private let words: Words
    private let sender: UInt64?
    /// As typed.
    private let number: String
    private let code: String

    private var tools: Tools { channel.tools }
    private var page: TrackPage { TrackPage(site: channel.site, words: words) }

    init(_ channel: FormChannel, _ request: Request, _ context: GatewayContext) {
        self.channel = channel
        self.request = request
        words = Words(request)
        sender = channel.tools.sender(request, context)
        let typed = context.parameters.get("number") ?? request.uri.queryParameters["number"].map(String.init) ?? ""
        // A browser writes a blank of a form as "+".
        number = typed.replacing("+", with: " ").halfWidth.trimmed
        code = LookupCode.read(request.uri.queryParameters["code"].map(String.init) ?? "")
    }

    /// `/t`: asks, or leads to the ticket asked for.
    func find() async -> Response {
        if request.uri.queryParameters["number"] == nil { return .page(page.ask(), words) }
        if number.isEmpty { return ask(.number) }
        if code.isEmpty { return ask(.code) }
        return await withTicket { ticket in
            .see(words.link(.ticket("\(ticket.number)"), [("code", code)]))
        }
    }

    /// `/t/{number}?code=`: where it stands.
    func progress() async -> Response {
        if code.isEmpty { return .page(page.ask(number: number), words) }
        return await withTicket { ticket throws(Trouble) in
            let id = ticket.number.id
            let history = History(
                entries: try await tools.store.entries(of: [id]), keys: tools.keys, city: tools.city())
            let assignments = try await tools.store.assignments(of: id).filter {
                $0.round == ticket.round && $0.state != .cancelled
            }
            let city = tools.city()
            let departments = assignments.sorted { $0.role == .lead && $1.role != .lead }.map(\.department)
            return .page(
                page.show(
                    TrackPage.Progress(
                        number: "\(ticket.number)", code: code, state: ticket.state, received: ticket.received,
                        answerBy: ticket.resolveBy, kind: ticket.kind,
                        category: ticket.category.map { city?.categories.pathName(of: $0, in: words.language) ?? $0 },
                        area: ticket.area.map { city?.areas.pathName(of: $0, in: words.language) ?? $0 },
                        departments: words.departments(departments, in: city),
                        events: history.events(words))), words)
        }
    }

    /// `/t/{number}/receipt?code=`: what the citizen takes away.
    func receipt() async -> Response {
        if code.isEmpty { return .page(page.ask(number: number), words) }
        return await withTicket { ticket throws(Trouble) in
            let prospect = try await Prospect(ticket, tools)
            let receipt = ReceiptPage.Receipt(
                number: "\(ticket.number)", code: code, reach: prospect.reach, emergency: prospect.emergency,
                contact: prospect.contact, answer: prospect.answer)
            return .page(ReceiptPage(site: channel.site, words: words, receipt: receipt).html, words)
        }
    }

    /// The ticket, to who knows its code; otherwise the question again.
    private func withTicket(_ show: (Ticket) async throws(Trouble) -> Response) async -> Response {
        let wanted: TicketNumber
        switch channel.guesses.look(Guess(sender: sender, ticket: TicketNumber(number), code: code), tools) {
        case .wait(let wait): return ask(.tooMany, retryAfter: wait)
        case .wrong: return ask(.notFound)
        case .right(let number): wanted = number
        }
        do throws(Trouble) {
            guard let ticket = try await tools.store.tickets([wanted.id]).first(where: { $0.number == wanted }) else {
                return ask(.notFound)
            }
            return try await show(ticket)
        } catch {
            tools.log.error("a ticket could not be shown", metadata: ["ticket": "\(wanted)", "trouble": "\(error)"])
            let page = PlainPage(site: channel.site, words: words, stop: .unavailable)
            return .page(page.html, words, .serviceUnavailable, retryAfter: .seconds(60))
        }
    }

    private func ask(_ miss: TrackPage.Miss, retryAfter: Duration? = nil) -> Response {
        let status: HTTPResponse.Status =
            switch miss {
            case .none: .ok
            case .number, .code: .unprocessableContent
            case .notFound: .notFound
            case .tooMany: .tooManyRequests
            }
        return .page(page.ask(number: number, miss: miss), words, status, retryAfter: retryAfter)
    }
}

/// What of a ticket's entries the citizen may see.
struct History {
    var entries: [Entry]
    var keys: Keys
    var city: City?

    /// Oldest first. What was erased by law or cannot be opened is left out.
    func events(_ words: Words) -> [(at: Instant, event: TrackPage.Event)] {
        var lead: String?
        return entries.compactMap { entry in
            guard let event = event(entry, words) else { return nil }
            if case .assigned(let name) = event {
                // Settled again after more words came: the same department.
                guard name != lead else { return nil }
                lead = name
            }
            return (entry.at, event)
        }
    }

    private func event(_ entry: Entry, _ words: Words) -> TrackPage.Event? {
        switch entry.kind {
        case .received: .received
        // What a department wrote to the hotline is not for the citizen as it stands.
        case .followUp: ((try? keys.payload(Submission.self, of: entry)) ?? nil)?.department == nil ? .followUp : nil
        case .settled:
            (try? keys.payload(Settlement.self, of: entry)).flatMap { settled in
                guard let lead = settled?.found.decision.lead else { return nil }
                return .assigned(words.department(lead, in: city))
            }
        case .revealed: .revealed
        case .alerted: .alerted
        case .delivered, .held, .released, .requeued, .fetched, .moved, .told, .replayed, .erased, .preserved,
            .unpreserved,
            .screened:
            nil
        }
    }
}
