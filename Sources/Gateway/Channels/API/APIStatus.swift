import Foundation
import HTTPTypes
import Hummingbird
import Intake

/// `GET /api/v1/submissions/{number}?code=`: where a report stands, for who knows its look-up code. What is shown is
/// what the citizen sees.
struct APIStatus {
    let channel: APIChannel
    let request: Request
    let context: GatewayContext

    private struct Answer: Encodable {
        struct Event: Encodable {
            var at: String
            var text: String
        }
        struct Named: Encodable {
            var code: String
            var name: String
        }
        var number: String
        var state: String
        var stateName: String
        var kind: String?
        var category: Named?
        var area: Named?
        var received: String
        var answerBy: String?
        var departments: [Named]
        var history: [Event]

        enum CodingKeys: String, CodingKey {
            case number, state, kind, category, area, received, departments, history
            case stateName = "state_name"
            case answerBy = "answer_by"
        }
    }

    func answer(_ number: String) async throws(Problem) -> Response {
        let key = try await channel.caller(request, may: .read)
        let tools = channel.tools
        let code = LookupCode.read(Query(request.uri.query ?? "")["code"] ?? "")
        let guess = Guess(
            sender: tools.sender(request, context), key: key.id, ticket: TicketNumber(number), code: code)
        let wanted: TicketNumber
        switch channel.guesses.look(guess, tools) {
        case .wait(let wait): throw .tooManyCodes(wait)
        case .wrong: throw .notFound
        case .right(let number): wanted = number
        }
        do throws(Trouble) {
            guard let ticket = try await tools.store.tickets([wanted.id]).first(where: { $0.number == wanted }) else {
                throw .lasting("no such ticket")
            }
            return .json(.ok, try await answer(ticket, tools))
        } catch {
            throw error.kind == .lasting ? .notFound : .later(error)
        }
    }

    private func answer(_ ticket: Ticket, _ tools: Tools) async throws(Trouble) -> Answer {
        let (words, city) = (Words(request), tools.city())
        func named(_ code: String, _ name: Phrase?) -> Answer.Named {
            Answer.Named(code: code, name: name.map(words.say) ?? code)
        }
        let assignments = try await tools.store.assignments(of: ticket.number.id)
            .filter { $0.round == ticket.round && $0.state != .cancelled }.sorted {
                $0.role == .lead && $1.role != .lead
            }
        let history = History(
            entries: try await tools.store.entries(of: [ticket.number.id]), keys: tools.keys, city: city)
        return Answer(
            number: "\(ticket.number)", state: ticket.state.rawValue, stateName: words.name(ticket.state),
            kind: ticket.kind?.rawValue, category: ticket.category.map { named($0, city?.categories[$0]?.name) },
            area: ticket.area.map { named($0, city?.areas[$0]?.name) }, received: ticket.received.text,
            answerBy: ticket.resolveBy?.text,
            departments: assignments.map {
                Answer.Named(code: $0.department, name: words.department($0.department, in: city))
            },
            history: history.events(words).map { Answer.Event(at: $0.at.text, text: words.text($0.event)) })
    }
}
