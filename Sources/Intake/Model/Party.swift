/// Somebody named by a submission, with the ways to reach them. Lives only in memory and in sealed columns.
package struct Party: Sendable, Equatable, Codable {
    package enum Role: String, Sendable, Codable, CaseIterable {
        case reporter
        case onBehalfOf = "on-behalf-of"
        case follower
    }
    package var role: Role
    package var name: String?
    package var contacts: [Contact]

    package init(role: Role = .reporter, name: String? = nil, contacts: [Contact]) {
        self.role = role
        self.name = name
        self.contacts = contacts
    }
}

/// One way to reach a person. `value` is normalised by `init`, so that equal contacts have equal keyed hashes.
package struct Contact: Sendable, Equatable, Codable {
    package enum Kind: String, Sendable, Codable, CaseIterable {
        case phone, mail, wechat, other
    }
    package var kind: Kind
    package var value: String

    /// Phones keep digits and a leading "+"; mail addresses are trimmed and lower-cased; the rest is trimmed.
    package init(kind: Kind, value: String) {
        self.kind = kind
        switch kind {
        case .phone:
            let kept = value.unicodeScalars.filter { ("0"..."9").contains($0) || $0 == "+" }
            self.value = String(String.UnicodeScalarView(kept))
        case .mail: self.value = value.trimmed.lowercased()
        case .wechat, .other: self.value = value.trimmed
        }
    }
}

extension StringProtocol {
    /// Without white space and line ends at both ends.
    package var trimmed: String {
        var rest = Substring(self)
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return String(rest)
    }
}
