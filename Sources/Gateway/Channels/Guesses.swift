import Intake

/// One try at a ticket with a look-up code.
struct Guess: Sendable {
    /// As `Tools.sender` gives it.
    var sender: UInt64?
    /// Id of the API key, or name of the webhook, that it came with; nil for a page.
    var key: String?
    /// Nil where what was given reads as no number.
    var ticket: TicketNumber?
    /// As `LookupCode.read` gives it.
    var code: String
}

/// Wrong look-up codes, counted against the address and the key they come from and against the ticket they are tried at.
/// Whoever has used up what is theirs waits, also with a right code; what is tried at one ticket hinders nobody at another.
struct Guesses: Sendable {
    enum Verdict: Sendable, Equatable {
        case right(TicketNumber)
        case wrong
        /// Not looked at: so long until one may be tried again.
        case wait(Duration)
    }

    /// Of one sender, and of one key, in each `span`.
    static let limit = 30
    static let span = Duration.seconds(600)

    /// For `Tools`: at one ticket, by all who try, whichever way they come. More than one sender has, so that it takes several
    /// to keep a citizen from a ticket for a while.
    static func tickets() -> RateLimit { RateLimit(Double(limit * 10), per: span) }

    private let channel: String
    private let senders: RateLimit
    private let keys: RateLimit

    init(_ channel: String, limit: Int = Guesses.limit, per span: Duration = Guesses.span) {
        self.channel = channel
        senders = RateLimit(Double(limit), per: span)
        keys = RateLimit(Double(limit), per: span)
    }

    /// Compares in constant time; a wrong code counts.
    func look(_ guess: Guess, _ tools: Tools) -> Verdict {
        let now = tools.now()
        if let wait = wait(guess, tools, now) {
            tools.metrics.count("intake_unverified_total", ["channel": channel, "reason": "codes"])
            return .wait(wait)
        }
        if let ticket = guess.ticket, constantTimeEqual(guess.code.utf8, tools.keys.lookupCode(ticket).utf8) {
            return .right(ticket)
        }
        senders.spend(1, of: guess.sender, now: now)
        if let key = guess.key { keys.spend(1, of: Self.bucket(key), now: now) }
        if let ticket = guess.ticket { tools.guessed.spend(1, of: Self.bucket(ticket), now: now) }
        return .wrong
    }

    /// Who has to wait reaches no ticket's bucket: only so many of these are remembered.
    private func wait(_ guess: Guess, _ tools: Tools, _ now: Instant) -> Duration? {
        senders.wait(guess.sender, now: now) ?? guess.key.flatMap { keys.wait(Self.bucket($0), now: now) }
            ?? guess.ticket.flatMap { tools.guessed.wait(Self.bucket($0), now: now) }
    }

    private static func bucket(_ key: String) -> UInt64 { UInt64(bitPattern: Int64(key.hashValue)) }
    private static func bucket(_ ticket: TicketNumber) -> UInt64 { UInt64(bitPattern: ticket.id) }
}
