import Crypto
import Foundation
import Hummingbird
import Intake
import Logging

/// Reports pushed by our own website, app or call-centre system, or by anybody who signs as Standard Webhooks says:
/// `POST /hooks/<channel>` with a `WebhookBody`.
///
/// Answers: 200 with one receipt an item once all are on disk, the same for a repeat, and one of its own for other
/// content under an id that came before; 401 for what cannot be verified
/// (counted by reason, bytes not kept); 413 for a body over the limit; 503 with Retry-After for our own trouble. What is
/// verified and cannot be read is quarantined and answered with 200, because the sender has done its part. What answers
/// say in words is in the language of Accept-Language, Chinese without one.
struct WebhookChannel: Channel {
    static let kind = "webhook"
    static let example = """
        name: city-website
        kind: webhook
        # 至少 16 字节随机数的 base64（whsec_…）或公钥（whpk_…），任一有效即可：先加新的，改发送方，再删旧的。
        # One or more secrets of at least 16 random bytes in base64 (whsec_…), or public keys (whpk_…). Any one is
        # enough, so that a secret is changed without a gap: add the new one, change the sender, remove the old one.
        secrets: [credential:city-website-webhook]
        # webhook-timestamp 与本机时钟的最大差，前后都算。How far webhook-timestamp may be from our clock, both ways.
        tolerance: 5m
        # 请求体的最大长度，超过答 413。The largest body; more is answered with 413.
        limit: 1MiB
        # 来件以网址给出的文件：最大长度；不从公网取的，列出网段 networks: [10.0.0.0/8]。
        # Files that reports name by address: the largest, and (networks: [10.0.0.0/8]) where from, if not public addresses.
        files: { limit: 100MiB }
        # 发送方 POST 到 /hooks/<name> 的内容如下（webhook-id、webhook-timestamp、webhook-signature 三个请求头照 Standard Webhooks）。
        # 只有 text 必填；data 可以是一件，也可以是至多 1000 件的数组。各字段的意思见 Webhook.md。
        # What a sender POSTs to /hooks/<name>, with the headers webhook-id, webhook-timestamp and webhook-signature of Standard
        # Webhooks. Only text must be there; data is one report or an array of 1,000 at most. Every field: Webhook.md.
        \(WebhookBody.commented)
        """

    private let name: String
    private let tools: Tools
    private let webhooks: StandardWebhooks?
    private let limit: Int
    private let files: FileFetcher
    private let guesses: Guesses

    init(name: String, _ settings: Settings, _ tools: Tools) {
        self.name = name
        guesses = Guesses(name)
        self.tools = tools
        let tolerance = settings.duration("tolerance", default: .seconds(300), in: .seconds(1) ... .seconds(3600))
        limit = Int(settings.size("limit", default: 1 << 20, in: 1024...(16 << 20)))
        files = FileFetcher(settings.optionalTable("files"), tools)
        let secrets = settings.secrets("secrets").map(\.text)
        for (position, secret) in secrets.enumerated() {
            do { _ = try WebhookKey(secret) } catch {
                settings.complain(
                    "secrets", item: position,
                    expected: Phrase(zh: "至少 16 字节的 base64 密钥（whsec_…）", en: "a base64 secret of 16 bytes or more"),
                    found: Phrase(zh: "不合格的密钥（不予显示）", en: "another (not shown)"))
            }
        }
        webhooks = try? StandardWebhooks(keys: secrets, tolerance: tolerance)
    }

    func routes(_ routes: Router<GatewayContext>, into inbox: Inbox) {
        routes.post("/hooks/\(name)") { request, context in
            let language = Words(request).language
            return await answer(request, context, language, into: inbox).response(language)
        }
    }

    private func answer(
        _ request: Request, _ context: GatewayContext, _ language: Language, into inbox: Inbox
    ) async -> HookAnswer {
        let now = tools.now()
        guard let webhooks else { return .unverified }
        let claim: StandardWebhooks.Claim
        do throws(StandardWebhooks.Refusal) {
            claim = try webhooks.claim(request.headers.map { ($0.name.canonicalName, $0.value) }, now: now)
        } catch {
            refused(error)
            return .unread
        }
        let hook: Hook
        switch await Hook.read(request, context, limit: limit, channel: name, tools, inbox) {
        case .failure(let answer): return answer
        case .success(let read): hook = read
        }
        let verified: StandardWebhooks.Verified
        do throws(StandardWebhooks.Refusal) { verified = try webhooks.verify(claim, body: hook.body) } catch {
            refused(error)
            return .unverified
        }
        hook.believed(tools)
        tools.metrics.count("intake_webhook_key_total", ["channel": name, "key": String(verified.key)])
        return await keep(hook, id: verified.id, received: now, language, into: inbox)
    }

    private func refused(_ refusal: StandardWebhooks.Refusal) {
        tools.metrics.count("intake_unverified_total", ["channel": name, "reason": refusal.rawValue])
    }

    private func keep(
        _ hook: Hook, id: String, received: Instant, _ language: Language, into inbox: Inbox
    ) async -> HookAnswer {
        let items = items(hook.body, id: id).map { looked(at: $0, hook.sender) }
        do throws(Trouble) {
            var receipts = try await hook.keep(items, channel: name, received: received, tools: tools, in: inbox)
            let reused = Set(receipts.indices.filter { receipts[$0].seen == .differs })
            if !reused.isEmpty {
                // All items again, so that each stands where reading the bytes finds it.
                var again = items
                for index in reused { again[index] = try Self.apart(items[index], hook.body) }
                receipts = try await hook.keep(again, channel: name, received: received, tools: tools, in: inbox)
            }
            let told = WebhookReceipts(items, receipts, reused: reused, tools.keys, tools.city(), language)
            return HookAnswer(.ok, type: "application/json; charset=utf-8", body: try JSON.encode(told))
        } catch {
            tools.log.warning("a webhook was not kept", metadata: ["channel": "\(name)", "trouble": "\(error)"])
            return .later(error)
        }
    }

    /// Without the look-up code where too many wrong ones came: the item then stands alone, as with a wrong one, and is kept.
    /// Who pushes what citizens typed cannot tell them to wait.
    private func looked(at item: Item, _ sender: UInt64?) -> Item {
        guard case .claimed(_, let code?) = item.joining, case .submission(let submission) = item.content,
            let named = submission.followsUp
        else { return item }
        let guess = Guess(sender: sender, key: name, ticket: TicketNumber(named), code: code)
        guard case .wait = guesses.look(guess, tools) else { return item }
        var item = item
        item.joining = .claimed()
        return item
    }

    /// An item whose id came before with other content, as a thing of its own: the sender mended it, or gives out ids
    /// twice, and which of the two a person must see. Sent again it has the same id.
    private static func apart(_ item: Item, _ body: [UInt8]) throws(Trouble) -> Item {
        var apart = item
        var said = Data(body)
        if case .submission(var submission) = item.content {
            var bare = submission
            // Remarks may read otherwise tomorrow.
            bare.remarks = []
            said = try JSON.encode(bare)
            said.append(try JSON.encode(submission.people))
            let words = Phrase(
                zh: "来源用同一编号发过另一份内容，两份都已收下", en: "the source sent other content with this id before; both were kept")
            submission.remarks.append(words.kept)
            apart.content = .submission(submission)
        }
        apart.sourceID += "#\(SHA256.hash(data: said).hex)"
        return apart
    }

    /// The items of a body, or one that stands for a body that cannot be read.
    private func items(_ body: [UInt8], id: String) -> [Item] {
        do { return try read(body, id: id) } catch {
            return [Item(sourceID: id, content: .unreadable(error.words.kept))]
        }
    }

    /// The items; what the city does not know in them is remarked, for nobody waits to mend it.
    private func read(_ body: [UInt8], id: String) throws(Trouble) -> [Item] {
        let city = tools.city()
        return try WebhookBody.read(body, id: id).map { item in
            guard case .submission(var submission) = item.content else { return item }
            submission.remarks += UnknownCode.all(in: submission, city).map(\.remark.kept)
            var item = item
            item.content = .submission(submission)
            return item
        }
    }

    func fetch(_ remote: String) async throws(Trouble) -> Attachment { try await files.fetch(remote) }

    func read(_ raw: RawParcel) async throws(Trouble) -> [Item] {
        guard let id = raw.envelope["webhook-id"] else {
            throw .lasting("留存的原件缺 webhook-id", "expected the header webhook-id with the kept bytes, found none")
        }
        return try read(try raw.bytes(upTo: limit), id: id)
    }
}

extension RawParcel {
    /// The kept bytes in memory; lasting trouble if they are more than `limit`.
    func bytes(upTo limit: Int) throws(Trouble) -> [UInt8] {
        switch body {
        case .bytes(let bytes): return Array(bytes)
        case .file(let path):
            guard let bytes = boundedContents(path, limit: limit) else {
                throw .lasting(
                    "应有一个不超过 \(limit) 字节、可读的文件", "expected a readable file of \(limit) bytes at most, found none")
            }
            return bytes
        }
    }
}
