import Intake

/// Which messages of one citizen belong to one report. People report by messenger in pieces: words, then a picture, then
/// the place. Each piece that comes within the window after the one before follows up the same ticket while it is open;
/// the citizen says "新问题" or "new" to begin another.
///
/// Pieces of one citizen are kept one after the other, so that the second finds the ticket of the first. What is
/// remembered here is a hint: after a restart, or on another node, the ledger is asked for the open ticket.
actor Conversations {
    private struct Talk {
        var ticket: TicketNumber?
        var last: Instant
        /// What the latest messages were taken to follow up, by source id: a repeat is read as it was the first time.
        var decided: [(id: String, followsUp: TicketNumber?)] = []
    }
    private var talks: [String: Talk] = [:]
    private var inside: Set<String> = []
    private var queues: [String: [CheckedContinuation<Void, Never>]] = [:]

    private let window: Duration
    static let mostTalks = 50_000
    static let mostDecided = 20

    /// `window`: how long after a message the next one still belongs to it.
    init(window: Duration) { self.window = window }

    /// Waits until no other message of this citizen is being kept.
    func enter(_ who: String) async {
        if inside.insert(who).inserted { return }
        await withCheckedContinuation { queues[who, default: []].append($0) }
    }

    /// Lets the next message of this citizen in.
    func leave(_ who: String) {
        guard var queue = queues[who], !queue.isEmpty else {
            inside.remove(who)
            return
        }
        let next = queue.removeFirst()
        queues[who] = queue.isEmpty ? nil : queue
        next.resume()
    }

    enum Belonging: Sendable, Equatable {
        /// Decided: a follow-up of this ticket, or of none.
        case known(TicketNumber?)
        /// Nothing is remembered: the ledger is to be asked.
        case unknown
    }

    /// What a message belongs to.
    func belonging(of id: String, from who: String, now: Instant) -> Belonging {
        guard let talk = talks[who] else { return .unknown }
        if let decided = talk.decided.first(where: { $0.id == id }) { return .known(decided.followsUp) }
        guard now - talk.last <= window else { return .known(nil) }
        return .known(talk.ticket)
    }

    /// Remembers what a message was taken for and what became of it.
    func kept(_ id: String, from who: String, followsUp: TicketNumber?, as ticket: TicketNumber?, now: Instant) {
        var talk = talks[who] ?? Talk(last: now)
        if !talk.decided.contains(where: { $0.id == id }) {
            talk.decided = talk.decided.suffix(Self.mostDecided - 1) + [(id, followsUp)]
            talk.ticket = ticket ?? talk.ticket
            talk.last = now
        }
        talks[who] = talk
        if talks.count > Self.mostTalks { talks = talks.filter { now - $0.value.last <= window } }
    }

    /// The next message of this citizen begins another report.
    func end(_ who: String, now: Instant) { talks[who] = Talk(ticket: nil, last: now) }
}
