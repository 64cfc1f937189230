/// Why something failed, in the only four ways the rest of the program needs to tell apart.
///
/// Adapters turn their own errors into `Trouble` at one place each. `reason` is one sentence for the operator: lower
/// case, what was expected, what was found, what to do; it holds no secret, body or address of a person. `detail` goes
/// to the log only and obeys the same rule.
package struct Trouble: Error, Sendable, Equatable, Codable {
    package enum Kind: String, Sendable, Codable, CaseIterable {
        /// Try again later: the same call may succeed.
        case passing
        /// Never will succeed as it stands.
        case lasting
        /// It may or may not have happened (an answer was lost after the request was sent).
        case unclear
        /// A person must decide or mend something.
        case needsPerson
    }

    package var kind: Kind
    package var reason: String
    package var detail: String?
    /// What the other side asked for (Retry-After), from the moment of the failure.
    package var retryAfter: Duration?

    package init(_ kind: Kind, _ reason: String, detail: String? = nil, retryAfter: Duration? = nil) {
        self.kind = kind
        self.reason = reason
        self.detail = detail
        self.retryAfter = retryAfter
    }

    package static func passing(_ reason: String, detail: String? = nil, retryAfter: Duration? = nil) -> Trouble {
        Trouble(.passing, reason, detail: detail, retryAfter: retryAfter)
    }
    package static func lasting(_ reason: String, detail: String? = nil) -> Trouble {
        Trouble(.lasting, reason, detail: detail)
    }
    package static func unclear(_ reason: String, detail: String? = nil) -> Trouble {
        Trouble(.unclear, reason, detail: detail)
    }
    package static func needsPerson(_ reason: String, detail: String? = nil) -> Trouble {
        Trouble(.needsPerson, reason, detail: detail)
    }
}

extension Trouble: CustomStringConvertible {
    package var description: String { "\(kind.rawValue): \(reason)" }
}
