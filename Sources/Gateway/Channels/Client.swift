import HTTPTypes
import Hummingbird
import Intake
import Logging

/// Who sent a request, as far as that can be believed.
struct Client: Sendable, Equatable {
    var address: NetAddress

    /// Nil where every sender looks alike: behind a proxy on this machine that is not configured as one, or on a Unix
    /// socket. `Forwarded` (RFC 7239) is read from its end, and only while whoever wrote the entry is a configured proxy.
    init?(peer: NetAddress?, forwarded: [String], proxies: [NetBlock]) {
        func isProxy(_ address: NetAddress) -> Bool { proxies.contains { $0.contains(address) } }
        let isKnown = peer.map { !isProxy($0) && !$0.isLoopback } ?? false
        // The peer of a Unix socket is a proxy of ours, if there is any.
        let isOurs = peer.map(isProxy) ?? !proxies.isEmpty
        let found = isKnown ? peer : isOurs ? Self.last(of: forwarded, isProxy) : nil
        guard let found else { return nil }
        address = found
    }

    /// The nearest address that is no proxy of ours, or the farthest that is.
    private static func last(of forwarded: [String], _ isProxy: (NetAddress) -> Bool) -> NetAddress? {
        var last: NetAddress?
        for hop in hops(forwarded).reversed() {
            guard let hop else { break }
            last = hop
            if !isProxy(hop) { break }
        }
        return last
    }

    /// The `for=` of each entry, oldest first; nil for "unknown" and hidden names. Of what is too long, the end is read.
    private static func hops(_ fields: [String]) -> [NetAddress?] {
        let entries = fields.joined(separator: ",").utf8.suffix(4096).split(separator: UInt8(ascii: ","))
        return entries.map { entry in
            for pair in entry.split(separator: UInt8(ascii: ";")) {
                let text = String(decoding: pair, as: UTF8.self).trimmed
                guard text.lowercased().hasPrefix("for=") else { continue }
                let node = text.dropFirst(4).filter { $0 != "\"" }
                if node.hasPrefix("[") { return NetAddress(String(node.prefix { $0 != "]" }) + "]") }
                return NetAddress(String(node.prefix { $0 != ":" }))
            }
            return nil
        }
    }

    /// One number for everybody behind this address; an IPv6 sender owns at least the whole /64 (RFC 6177).
    var bucket: UInt64 { address.isVersion4 ? address.low : address.high }
}

extension NetAddress {
    /// Of this machine.
    var isLoopback: Bool { (isVersion4 && low >> 24 & 0xff == 127) || (high == 0 && low == 1) }
}

extension Tools {
    /// Who sent this request; nil where that cannot be told.
    func client(_ request: Request, _ context: GatewayContext) -> Client? {
        Client(
            peer: context.peer?.ipAddress.flatMap { NetAddress($0) },
            forwarded: HTTPField.Name("Forwarded").map { request.headers[values: $0] } ?? [], proxies: proxies)
    }

    static let unknownSenders = "intake_senders_unknown_total"

    /// The sender's number for a rate limit; nil, counted and said once, where senders cannot be told apart.
    func sender(_ request: Request, _ context: GatewayContext) -> UInt64? {
        if let client = client(request, context) { return client.bucket }
        if metrics.count(Self.unknownSenders) == 1 {
            log.warning(
                """
                senders cannot be told apart and share one limit: let the proxy send Forwarded, and name its network \
                under proxies
                """)
        }
        return nil
    }
}
