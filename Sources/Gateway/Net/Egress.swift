/// A network in the notation address/bits, for instance `10.20.0.0/16` or `fd00::/8`; an address alone is itself.
package struct NetBlock: Sendable, Hashable {
    let first: NetAddress
    /// Length of the prefix within the 128 bits of `NetAddress` (IPv4: 96 more than written).
    let bits: Int

    /// Nil unless the address is one and the length is in range.
    package init?(_ text: String) {
        let halves = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = halves.first.flatMap({ NetAddress(String($0)) }) else { return nil }
        let width = address.isVersion4 ? 32 : 128
        var length = width
        if halves.count == 2 {
            guard let written = Int(halves[1]), (0...width).contains(written) else { return nil }
            length = written
        }
        first = address
        bits = length + (128 - width)
    }

    /// More than any one organisation has: shorter than /8, or /16 of IPv6.
    var isWide: Bool { bits < (first.isVersion4 ? 104 : 16) }

    func contains(_ address: NetAddress) -> Bool {
        func mask(_ count: Int) -> UInt64 { count <= 0 ? 0 : count >= 64 ? .max : ~(.max >> UInt64(count)) }
        return (address.high ^ first.high) & mask(bits) == 0 && (address.low ^ first.low) & mask(bits - 64) == 0
    }
}

extension NetBlock: CustomStringConvertible {
    package var description: String { "\(first)/\(first.isVersion4 ? bits - 96 : bits)" }
}

/// Where one destination may be connected to. Checked on the address of the socket, before a byte is sent, so that a
/// name that resolves elsewhere, now or later, reaches nothing it should not.
package struct Egress: Sendable, Equatable {
    private enum Rule: Sendable, Equatable { case anywhere, publicOnly, only([NetBlock]) }
    private let rule: Rule

    /// Public addresses only: what a destination gets that lists no networks.
    package static let publicOnly = Egress(rule: .publicOnly)
    /// No check, for hosts that stand in the configuration of this server itself (its mail servers).
    package static let anywhere = Egress(rule: .anywhere)

    private init(rule: Rule) { self.rule = rule }

    /// The networks the destination lists and nothing else; with none listed, public addresses.
    package init(networks: [NetBlock]) { rule = networks.isEmpty ? .publicOnly : .only(networks) }

    package func allows(_ address: NetAddress) -> Bool {
        switch rule {
        case .anywhere: true
        case .publicOnly: address.isPublic
        case .only(let networks): networks.contains { $0.contains(address) }
        }
    }
}

extension NetAddress {
    /// Reachable from everywhere by the IANA special-purpose registries (RFC 6890 and its updates of 2024). Of IPv6 only
    /// 2000::/3 is handed out; tunnels that carry an IPv4 address inside (6to4, Teredo) count as not public.
    var isPublic: Bool {
        if isVersion4 { return !Special.version4.contains { $0.contains(self) } }
        guard high >> 61 == 1 else { return false }
        return !Special.version6.contains { $0.contains(self) }
    }

    private enum Special {
        static let version4 = [
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
            "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        ].compactMap { NetBlock($0) }
        static let version6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"].compactMap { NetBlock($0) }
    }
}
