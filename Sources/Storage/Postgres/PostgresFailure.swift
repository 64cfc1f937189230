import Intake

/// What PostgreSQL or libpq said went wrong. Holds the primary message and the constraint's name only: the detail line
/// repeats values of rows.
struct PostgresFailure: Error, Sendable {
    /// What may help.
    enum Cure: Sendable {
        /// Connect anew and run the whole transaction again.
        case reconnect
        /// Run the whole transaction again.
        case again
        case none
    }
    /// SQLSTATE, five characters; empty where libpq itself failed.
    var state: String
    var message: Phrase
    var cure: Cure
    var kind: Trouble.Kind

    init(state: String, message: String, lost: Bool) {
        self.state = state
        self.message = Phrase(stringLiteral: message)
        (kind, cure) = Self.meaning(of: state, lost: lost)
        // Another node brought the same arrival first; looked for again, it is known.
        if state == "23505", message.hasSuffix("constraint arrivals_pkey") { (kind, cure) = (.passing, .again) }
    }

    private init(_ kind: Trouble.Kind, _ cure: Cure, _ message: Phrase) {
        state = ""
        self.message = message
        self.kind = kind
        self.cure = cure
    }

    static func lost(_ message: Phrase) -> PostgresFailure { PostgresFailure(.passing, .reconnect, message) }
    static func refused(_ message: Phrase) -> PostgresFailure { PostgresFailure(.needsPerson, .none, message) }

    /// How soon to come back to a database that is away: it may be back any moment, and asking costs it little.
    static let pause = Duration.seconds(10)

    static func passing(_ message: Phrase) -> PostgresFailure { PostgresFailure(.passing, .none, message) }
    static func lasting(_ message: Phrase) -> PostgresFailure { PostgresFailure(.lasting, .none, message) }

    var trouble: Trouble {
        let reason =
            switch kind {
            case .passing, .unclear: Phrase(zh: "数据库此刻不能答复", en: "the database cannot answer right now")
            case .lasting: Phrase(zh: "数据库拒绝保存", en: "the database refuses what was to be kept")
            case .needsPerson: Phrase(zh: "数据库须人处理", en: "the database needs a person")
            }
        let code = state.isEmpty ? "" : " (SQLSTATE \(state))"
        var trouble = Trouble(
            kind, Phrase(zh: "\(reason.zh)：\(message.zh)\(code)", en: "\(reason.en): \(message.en)\(code)"))
        if cure == .reconnect { trouble.retryAfter = Self.pause }
        return trouble
    }

    /// The one table of SQLSTATE classes (PostgreSQL 15, appendix A).
    private static func meaning(of state: String, lost: Bool) -> (Trouble.Kind, Cure) {
        if lost { return (.passing, .reconnect) }
        switch state {
        // Shut down, crashed, starting up; a standby after a change of roles.
        case "57P01", "57P02", "57P03", "57P05", "25006", "25P03": return (.passing, .reconnect)
        // Serialisation failure, deadlock.
        case "40001", "40P01": return (.passing, .again)
        // Lock timeout, statement timeout.
        case "55P03", "57014": return (.passing, .none)
        default: break
        }
        switch state.prefix(2) {
        case "08": return (.passing, .reconnect)
        // Disk full, out of memory, too many connections.
        case "53": return (.passing, .none)
        case "40": return (.passing, .again)
        // Data, constraints, limits: the same rows will never fit.
        case "22", "23", "54": return (.lasting, .none)
        // Log-in, missing database, syntax and privileges, I/O errors, corruption, and what nobody foresaw.
        default: return (.needsPerson, .none)
        }
    }
}
