import Foundation
import Intake
import Servers

@testable import Gateway

/// An integrator with a key.
struct APICaller {
    static let channel = """
        - name: api
          kind: api
          limit: 64KiB
          uploads: { size: 8KiB, video: 2MiB, keep-free: 0B }
        """

    let gateway: RunningGateway
    let keys: Keys
    var secret = "ik_test"
    /// Where a proxy of ours says it is.
    var address: String?

    /// Adds its key to the ledger of a running gateway.
    init(
        _ gateway: RunningGateway, secret: String = "ik_test", scopes: Set<String> = ["submit", "read"]
    ) async throws {
        self.gateway = gateway
        self.secret = secret
        keys = try Keys(master: Data(repeating: 7, count: 32))
        let store = try await gateway.openLedger()
        try await store.addKey(
            APIKey(
                id: "id-" + secret, name: secret, hash: keys.secretHash(secret), scopes: scopes, created: .wall))
        await store.close()
    }

    func post(
        _ body: String, key: String? = nil, type: String = "application/json", language: String = "en"
    ) async throws -> HTTPAnswer {
        try await post(bytes: Array(body.utf8), key: key, type: type, language: language)
    }

    func post(
        bytes: [UInt8], key: String? = nil, type: String = "application/json", language: String = "en"
    ) async throws -> HTTPAnswer {
        try await gateway.call(call(bytes: bytes, key: key, type: type, language: language))
    }

    /// A report, not yet sent.
    func call(_ body: String, key: String? = nil) -> HTTPCall {
        call(bytes: Array(body.utf8), key: key, type: "application/json", language: "en")
    }

    private func call(bytes: [UInt8], key: String?, type: String, language: String) -> HTTPCall {
        var headers = [HTTPHeader("content-type", type), HTTPHeader("accept-language", language)] + authorization
        if let key { headers.append(HTTPHeader("idempotency-key", key)) }
        return HTTPCall(.post, gateway.publicURL + Path.submissions.text, headers: headers, body: .bytes(bytes))
    }

    func upload(_ bytes: [UInt8], name: String = "a.jpg") async throws -> HTTPAnswer {
        try await gateway.call(
            HTTPCall(
                .post, gateway.publicURL + Path.files.link([("name", name)]), headers: authorization,
                body: .bytes(bytes)))
    }

    func get(_ path: String) async throws -> HTTPAnswer {
        try await gateway.call(
            HTTPCall(
                .get, gateway.publicURL + path, headers: authorization + [HTTPHeader("accept-language", "en")]))
    }

    private var authorization: [HTTPHeader] {
        [HTTPHeader("authorization", "Bearer \(secret)")]
            + (address.map { [HTTPHeader("forwarded", "for=\($0)")] } ?? [])
    }
}

extension HTTPAnswer {
    var json: JSONValue { (try? JSONValue.read(body)) ?? .null }

    /// A text member of the answer.
    subscript(_ name: String) -> String? {
        if case .string(let text)? = json.member(name) { text } else { nil }
    }
}
