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

    /// Phones keep digits and a leading "+"; mail addresses are trimmed and lower-cased; both lose their full width; the rest
    /// is trimmed.
    package init(kind: Kind, value: String) {
        self.kind = kind
        switch kind {
        case .phone:
            let kept = value.halfWidth.unicodeScalars.filter { ("0"..."9").contains($0) || $0 == "+" }
            self.value = String(String.UnicodeScalarView(kept))
        case .mail: self.value = value.halfWidth.trimmed.lowercased()
        case .wechat, .other: self.value = value.trimmed
        }
    }
}

extension StringProtocol {
    /// Letters, digits and signs as a Chinese keyboard writes them (U+FF01 to U+FF5E) as their plain ones.
    package var halfWidth: String {
        var plain = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            let narrow = (0xFF01...0xFF5E).contains(scalar.value) ? UnicodeScalar(scalar.value - 0xFEE0) : nil
            plain.append(narrow ?? scalar)
        }
        return String(plain)
    }

    /// Without white space and line ends at both ends.
    package var trimmed: String {
        var rest = Substring(self)
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return String(rest)
    }
}
