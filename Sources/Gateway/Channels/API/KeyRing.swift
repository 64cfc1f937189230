import Intake
import Synchronization

/// The keys in use, remembered for a few seconds, so that a busy integrator costs no look-up a call. A revoked key works
/// no longer than that. Only keys that are good are remembered, so nobody outside can fill it.
final class KeyRing: Sendable {
    private struct Known {
        var key: APIKey
        var until: Instant
    }

    static let memory = Duration.seconds(5)
    /// How often the use of a key is noted in the ledger.
    static let stamp = Duration.seconds(3600)
    /// Keys remembered.
    static let limit = 1000

    private let tools: Tools
    private let known = Mutex<[String: Known]>([:])

    init(_ tools: Tools) { self.tools = tools }

    /// The key behind `Authorization: Bearer …` (RFC 6750, 2.1); nil if it is none of ours or was revoked.
    func key(_ authorization: String?) async throws(Trouble) -> APIKey? {
        guard let authorization, authorization.utf8.count <= 300, authorization.lowercased().hasPrefix("bearer ") else {
            return nil
        }
        let secret = authorization.dropFirst("bearer ".count).trimmed
        let now = tools.now()
        if let known = known.withLock({ $0[secret] }), known.until > now { return known.key }
        guard let key = try await tools.store.key(hash: tools.keys.secretHash(secret)), key.revoked == nil else {
            known.withLock { $0[secret] = nil }
            return nil
        }
        if key.used.map({ now - $0 >= Self.stamp }) ?? true {
            // Who looks at the list sees a key nobody uses; that this could not be noted harms no report.
            try? await tools.store.usedKey(id: key.id, at: now)
        }
        known.withLock { known in
            if known.count >= Self.limit { known = [:] }
            known[secret] = Known(key: key, until: now + Self.memory)
        }
        return key
    }
}
