import Intake

/// What makes a request to the account's address believable: in secure mode the platform's envelope around the body; in
/// plaintext mode only a signature over token, time and nonce, which says nothing about the body.
struct WeChatSeal: Sendable {
    enum Mode: String, CaseIterable {
        case secure
        case plaintext = "plaintext-not-verified"
    }

    /// Why a request is not believed, for the counter.
    enum Refusal: Error {
        case missing
        /// A body in the clear, though the account is set to secure mode.
        case plaintext
        case envelope(TencentEnvelope.Refusal)

        var word: String {
            switch self {
            case .missing: "missing-field"
            case .plaintext: "plaintext"
            case .envelope(let refusal): refusal.rawValue
            }
        }
    }

    /// A verified body.
    struct Opened {
        /// The plain XML.
        var xml: String
        /// What opened it and is to seal the answer; nil in plaintext mode.
        var secrets: (token: Int, key: Int)?
    }

    private let mode: Mode
    private let envelope: TencentEnvelope?
    private let tolerance: Duration

    /// Reads `mode`, `tokens`, `keys`, `receiver` and `tolerance`.
    init(_ settings: Settings, appid: String) {
        mode = settings.choice("mode", default: Mode.secure)
        tolerance = settings.duration("tolerance", default: .seconds(600), in: .seconds(10) ... .seconds(3600))
        let receiver = settings.string("receiver", default: appid)
        let tokens = settings.secrets("tokens").map(\.text)
        // In plaintext mode nothing is ever opened: a key of zeros stands where none is.
        let keys = mode == .secure || settings.has("keys") ? settings.secrets("keys").map(\.text) : [Self.noKey]
        do { envelope = try TencentEnvelope(tokens: tokens, keys: keys, receiver: receiver) } catch {
            if !tokens.isEmpty, !keys.isEmpty {
                settings.complain(
                    "keys", expected: Phrase(zh: "43 个字符的 EncodingAESKey", en: "an EncodingAESKey of 43 characters"),
                    found: Phrase(zh: "其他内容（不予显示）", en: "something else (not shown)"))
            }
            envelope = nil
        }
    }

    private static let noKey = String(repeating: "A", count: 43)

    /// The handshake: echostr comes back as it is. The same plain check even when secure mode is on.
    func echo(_ query: Query, now: Instant) throws(Refusal) -> String {
        try checkPlain(query, now: now)
        guard let echo = query["echostr"], echo.utf8.count <= 512 else { throw .missing }
        return echo
    }

    /// Looks at what stands in the address, before the body is read: what fails here fails whatever the body says.
    func look(_ query: Query, now: Instant) throws(Refusal) {
        if mode == .plaintext { return try checkPlain(query, now: now) }
        guard query["msg_signature"] != nil, query["encrypt_type"] == "aes" else { throw .plaintext }
        guard let timestamp = query["timestamp"], query["nonce"] != nil else { throw .missing }
        try checkTime(timestamp, now: now)
    }

    /// Verifies and opens one push.
    func open(_ hook: Hook, now: Instant) throws(Refusal) -> Opened {
        switch mode {
        case .secure: return try openSealed(hook, now: now)
        case .plaintext:
            try checkPlain(hook.query, now: now)
            return Opened(xml: String(decoding: hook.body, as: UTF8.self), secrets: nil)
        }
    }

    private func openSealed(_ hook: Hook, now: Instant) throws(Refusal) -> Opened {
        guard let envelope, let signature = hook.query["msg_signature"], hook.query["encrypt_type"] == "aes",
            let encrypted = (try? FlatXML.read(hook.body))?["Encrypt"]
        else { throw .plaintext }
        guard let timestamp = hook.query["timestamp"], let nonce = hook.query["nonce"] else { throw .missing }
        do {
            let opened = try envelope.open(
                encrypted, signature: signature, timestamp: timestamp, nonce: nonce, sent: Self.instant(timestamp),
                now: now, tolerance: tolerance)
            return Opened(xml: opened.text, secrets: (opened.token, opened.key))
        } catch { throw .envelope(error) }
    }

    private func checkPlain(_ query: Query, now: Instant) throws(Refusal) {
        guard let envelope, let signature = query["signature"], let timestamp = query["timestamp"],
            let nonce = query["nonce"]
        else { throw .missing }
        guard envelope.token(signing: [timestamp, nonce], as: signature) != nil else { throw .envelope(.badSignature) }
        try checkTime(timestamp, now: now)
    }

    private func checkTime(_ timestamp: String, now: Instant) throws(Refusal) {
        guard let sent = Self.instant(timestamp), sent - now <= tolerance, now - sent <= tolerance else {
            throw .envelope(.stale)
        }
    }

    /// Whole seconds since 1970.
    private static func instant(_ text: String) -> Instant? {
        text.utf8.count <= 12 ? Int64(text).map { Instant(seconds: $0) } : nil
    }

    /// The answer as the platform wants it: sealed with what opened the question, or in the clear.
    func close(_ xml: String, like opened: Opened, now: Instant) throws(Trouble) -> String {
        guard let secrets = opened.secrets, let envelope else { return xml }
        let parts = try envelope.seal(
            xml, token: secrets.token, key: secrets.key, timestamp: String(now.milliseconds / 1000),
            nonce: String(UInt32.random(in: 0...UInt32.max)))
        return WeChatReply.xml(parts)
    }
}
