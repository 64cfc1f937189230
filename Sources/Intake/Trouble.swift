/// Why something failed, in the only four ways the rest of the program needs to tell apart.
///
/// Adapters turn their own errors into `Trouble` at one place each. `words` is one sentence: lower case, what was
/// expected, what was found, what to do; it holds no secret, body or address of a person. Whatever can reach a person
/// says it in Chinese and English; what only the log sees may be English alone. `detail` goes to the log only and obeys
/// the same rule.
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
    package var words: Phrase
    package var detail: String?
    /// What the other side asked for (Retry-After), from the moment of the failure.
    package var retryAfter: Duration?
    /// The other side let nobody in: no fault of what was to be handed over, and the same for all that goes there.
    package var isRefusedLogin = false
    /// The other side itself failed, not on account of this one thing: out of reach, overloaded, broken off. The same is to
    /// be expected for whatever goes there next.
    package var isOfServer = false

    /// In English, for logs and programs.
    package var reason: String { words.en }

    package init(_ kind: Kind, _ words: Phrase, detail: String? = nil, retryAfter: Duration? = nil) {
        self.kind = kind
        self.words = words
        self.detail = detail
        self.retryAfter = retryAfter
    }

    /// The same trouble, as one of the other side's own.
    package var ofServer: Trouble {
        var trouble = self
        trouble.isOfServer = true
        return trouble
    }

    package static func passing(
        _ chinese: String, _ english: String, detail: String? = nil, retryAfter: Duration? = nil
    ) -> Trouble {
        Trouble(.passing, Phrase(zh: chinese, en: english), detail: detail, retryAfter: retryAfter)
    }
    package static func lasting(_ chinese: String, _ english: String, detail: String? = nil) -> Trouble {
        Trouble(.lasting, Phrase(zh: chinese, en: english), detail: detail)
    }
    package static func unclear(_ chinese: String, _ english: String, detail: String? = nil) -> Trouble {
        Trouble(.unclear, Phrase(zh: chinese, en: english), detail: detail)
    }
    package static func needsPerson(_ chinese: String, _ english: String, detail: String? = nil) -> Trouble {
        Trouble(.needsPerson, Phrase(zh: chinese, en: english), detail: detail)
    }
}

/// The same words in both languages: for what is in the reader's language already, or for the log alone.
extension Trouble {
    package static func passing(_ reason: String, detail: String? = nil, retryAfter: Duration? = nil) -> Trouble {
        .passing(reason, reason, detail: detail, retryAfter: retryAfter)
    }
    package static func lasting(_ reason: String, detail: String? = nil) -> Trouble {
        .lasting(reason, reason, detail: detail)
    }
    package static func unclear(_ reason: String, detail: String? = nil) -> Trouble {
        .unclear(reason, reason, detail: detail)
    }
    package static func needsPerson(_ reason: String, detail: String? = nil) -> Trouble {
        .needsPerson(reason, reason, detail: detail)
    }
}

extension Trouble: CustomStringConvertible {
    package var description: String { "\(kind.rawValue): \(reason)" }
}
