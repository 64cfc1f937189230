import Intake

/// Who sent a request, as far as that can be believed.
struct Client: Sendable, Equatable {
    var address: NetAddress

    /// Nil where every sender looks alike: behind a proxy on this machine that is not configured as one, or on a Unix
    /// socket. `Forwarded` (RFC 7239) is read from its end, and only while whoever wrote the entry is a configured proxy.
    init?(peer: NetAddress?, forwarded: [String], proxies: [NetBlock]) {
        let isKnown = peer.map { peer in !proxies.contains { $0.contains(peer) } && !peer.isLoopback } ?? false
        // The nearest address that is no proxy of ours, or the farthest that is.
        let found = isKnown ? peer : Self.hops(forwarded, peer, proxies).last { $0.address != nil }?.address
        guard let found else { return nil }
        address = found
    }

    /// The hosts that proxies of ours were asked for (`host=`), nearest first, as far as they say.
    static func hosts(peer: NetAddress?, forwarded: [String], proxies: [NetBlock]) -> [String] {
        hops(forwarded, peer, proxies).compactMap(\.host)
    }

    /// What one proxy wrote.
    private struct Hop {
        /// `for=`; nil for "unknown" and hidden names.
        var address: NetAddress?
        var host: String?

        init(_ entry: some Collection<UInt8>) {
            for pair in entry.split(separator: UInt8(ascii: ";")) {
                let text = String(decoding: pair, as: UTF8.self).trimmed
                guard let equals = text.firstIndex(of: "=") else { continue }
                let value = text[text.index(after: equals)...].filter { $0 != "\"" }
                switch text[..<equals].lowercased() {
                case "for":
                    let isVersion6 = value.hasPrefix("[")
                    address = NetAddress(
                        isVersion6 ? "\(value.prefix { $0 != "]" })]" : String(value.prefix { $0 != ":" }))
                case "host": host = value
                default: continue
                }
            }
        }
    }

    /// What proxies of ours wrote, nearest first; of what is too long, the end is read.
    private static func hops(_ fields: [String], _ peer: NetAddress?, _ proxies: [NetBlock]) -> [Hop] {
        func isProxy(_ address: NetAddress) -> Bool { proxies.contains { $0.contains(address) } }
        // The peer of a Unix socket is a proxy of ours, if there is any.
        guard peer.map(isProxy) ?? !proxies.isEmpty else { return [] }
        var hops: [Hop] = []
        let text = fields.joined(separator: ",")
        for entry in text.utf8.suffix(4096).split(separator: UInt8(ascii: ",")).reversed() {
            let hop = Hop(entry)
            hops.append(hop)
            guard let address = hop.address, isProxy(address) else { break }
        }
        return hops
    }

    /// One number for everybody behind this address; an IPv6 sender owns at least the whole /64 (RFC 6177).
    var bucket: UInt64 { address.isVersion4 ? address.low : address.high }
}

extension NetAddress {
    /// Of this machine.
    var isLoopback: Bool { (isVersion4 && low >> 24 & 0xff == 127) || (high == 0 && low == 1) }
}
