import Intake

/// What is known of one destination: how many calls it may have at once, and whether it is to be left alone.
///
/// Calls at once grow by one with each round that was answered and are halved by trouble of the destination's own
/// (additive up, multiplicative down, as TCP does it and Postfix after it). The circuit opens when so many tries one after
/// another met such trouble, be they of one order or of many, or when the log-in is refused; then nothing is called but one
/// order after each pause, and the first that is answered closes it. A wait it asks for (Retry-After) holds for all that goes
/// there, up to a quarter of an hour; who asks for more is as good as away: it opens, and is tried after each of these. What is
/// wrong with one order alone changes nothing. Values only: the clock is the caller's, and a start or a
/// reload begins anew.
struct Circuit: Sendable {
    /// What came of one call, as far as the destination is concerned.
    enum Result: Sendable, Equatable {
        /// It answered, be it with a refusal.
        case answered
        /// It was out of reach, broke off or asked to be left alone (for so long).
        case failed(asked: Duration?)
        case refusedLogin
    }
    /// What people are to be told.
    enum News: Sendable, Equatable {
        case opened, closed
    }

    static let most = 16
    /// Calls at once to a destination nothing is known of.
    static let first = 4
    /// Tries in trouble, none answered between them, that open it: at once where many orders wait, after a minute where one
    /// is alone (its own pauses: 5 s, 15 s, 45 s).
    static let strikes = 4
    /// Seconds first, a quarter of an hour at last: servers shut out who guesses often, and nobody waits long for one
    /// that is back.
    private static let pauses = Backoff(first: .seconds(5), longest: longest, factor: 3)
    /// The longest wait that is granted before it is tried again.
    static let longest = Duration.seconds(900)

    private(set) var isOpen = false
    /// Nothing is to be called before.
    private(set) var until: Instant?
    private var width = Double(Circuit.first)
    private var struck = 0
    /// Trouble since it opened.
    private var failures = 0
    /// Calls begun before were made at the old width: their trouble says nothing about the new one.
    private var narrowed: Instant?

    /// Calls it may have at once now; 0 while it is left alone, 1 when it is to be tried.
    func calls(at now: Instant) -> Int {
        if let until, until > now { return 0 }
        return isOpen ? 1 : Int(width)
    }

    /// Takes what came of a call. `chance` draws the pause.
    mutating func take(
        _ result: Result, began: Instant, at now: Instant, chance: Double = .random(in: 0...1)
    ) -> News? {
        switch result {
        case .answered: return answered()
        case .failed(let asked):
            narrow(began, now)
            struck += 1
            let isLong = asked.map { $0 > Circuit.longest } ?? false
            if isOpen || isLong || struck >= Circuit.strikes {
                return open(at: now, asked.map { min($0, Circuit.longest) }, chance)
            }
            if let asked { rest(until: now + asked) }
            return nil
        case .refusedLogin: return open(at: now, nil, chance)
        }
    }

    private mutating func answered() -> News? {
        width = min(Double(Circuit.most), width + 1 / width)
        struck = 0
        // What it asked for still holds: others may have been called before it did.
        guard isOpen else { return nil }
        (isOpen, until, failures, width) = (false, nil, 0, 1)
        return .closed
    }

    private mutating func narrow(_ began: Instant, _ now: Instant) {
        if let narrowed, began < narrowed { return }
        width = max(1, width / 2)
        narrowed = now
    }

    private mutating func open(at now: Instant, _ asked: Duration?, _ chance: Double) -> News? {
        // Calls that were under way when it opened are no new trouble.
        if isOpen, let until, until > now {
            if let asked { rest(until: now + asked) }
            return nil
        }
        rest(until: now + Circuit.pauses.pause(after: failures, asked: asked, chance: chance))
        failures += 1
        struck = 0
        defer { isOpen = true }
        return isOpen ? nil : .opened
    }

    private mutating func rest(until next: Instant) { until = max(until ?? next, next) }
}
