import HTTPTypes
import Hummingbird
import Intake
import Logging

extension Tools {
    /// Who sent this request; nil where that cannot be told.
    func client(_ request: Request, _ context: GatewayContext) -> Client? {
        Client(peer: context.address, forwarded: request.forwarded, proxies: proxies)
    }

    /// The hosts by which this request asked for us: what proxies of ours say, and its own Host.
    func hosts(_ request: Request, _ context: GatewayContext) -> [String] {
        Client.hosts(peer: context.address, forwarded: request.forwarded, proxies: proxies)
            + [request.head.authority].compactMap(\.self)
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

extension Request {
    fileprivate var forwarded: [String] { HTTPField.Name("Forwarded").map { headers[values: $0] } ?? [] }
}

extension GatewayContext {
    fileprivate var address: NetAddress? { peer?.ipAddress.flatMap { NetAddress($0) } }
}
