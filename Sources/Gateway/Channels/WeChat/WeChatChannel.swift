import Crypto
import Foundation
import Hummingbird
import Intake
import Logging

/// A WeChat official account (公众号, 服务号): `GET /hooks/<channel>` answers the platform's handshake, `POST` takes what
/// citizens write to the account. The receipt goes back in the answer itself, within the platform's 5 seconds; it is
/// sealed in secure mode. Pictures, voices and videos are fetched by a job before the platform drops them after 3 days.
struct WeChatChannel: Channel {
    static let kind = "wechat-oa"
    static let example = """
        name: city-wechat
        kind: wechat-oa
        appid: wx0123456789abcdef
        # 公众平台“服务器配置”中填的令牌；更换期间新旧各一。
        # The token set in the console; while it is being changed, the new and the old one.
        tokens: [credential:city-wechat-token]
        # secure：消息体签名并加密。plaintext-not-verified：消息体没有签名，得到令牌的人就能伪造诉求，仅供试用。
        # secure: every body is signed and encrypted. plaintext-not-verified: bodies carry no signature at all; anybody who
        # learns the token once can forge reports. For trials only.
        mode: secure
        # EncodingAESKey，43 个字符；旧的留作第二个。EncodingAESKey, 43 characters; keep the one before as the second.
        keys: [credential:city-wechat-key]
        # AppSecret，用于取图片、语音和视频。AppSecret, for fetching pictures, voices and videos.
        secret: credential:city-wechat-secret
        # 平台时间与本机时钟的最大差，前后都算。How far the platform's timestamp may be from our clock, both ways.
        tolerance: 10m
        # 同一位市民隔多久之内再发来的仍算同一件事。
        # How long after a message the next one of the same citizen still belongs to the same report.
        conversation: 10m
        # 来件先放多久再派单，好让随后的位置、图片一起派；有紧急词的不等。
        # How long a message rests before it is routed, so that the place or the picture that follows is routed with it.
        # Emergency words are never kept waiting.
        rest: 60s
        """

    private let name: String
    private let tools: Tools
    private let seal: WeChatSeal
    private let window: Duration
    private let rest: Duration
    private let conversations: Conversations
    private let api: WeChatAPI

    init(name: String, _ settings: Settings, _ tools: Tools) {
        self.name = name
        self.tools = tools
        window = settings.duration("conversation", default: .seconds(600), in: .zero ... .seconds(86_400))
        rest = settings.duration("rest", default: .seconds(60), in: .zero ... .seconds(600))
        conversations = Conversations(window: window)
        let appid = settings.string("appid")
        if !appid.isEmpty, appid.wholeMatch(of: /[A-Za-z0-9_-]+/) == nil {
            settings.complain(
                "appid",
                expected: Phrase(zh: "开发者 ID，如 wx0123456789abcdef", en: "the account's id, such as wx0123456789abcdef"),
                found: quoted(appid))
        }
        api = WeChatAPI(
            settings.optionalTable("api"), appid: appid, secret: settings.secret("secret"), tools)
        seal = WeChatSeal(settings, appid: appid)
    }

    func routes(_ routes: Router<GatewayContext>, into inbox: Inbox) {
        routes.get("/hooks/\(name)") { request, _ in
            greet(Query(request.uri.query ?? "")).response(Words(request).language)
        }
        routes.post("/hooks/\(name)") { request, context in
            await answer(request, context, into: inbox).response(Words(request).language)
        }
    }

    private func answer(_ request: Request, _ context: GatewayContext, into inbox: Inbox) async -> HookAnswer {
        do throws(WeChatSeal.Refusal) {
            try seal.look(Query(request.uri.query ?? ""), now: tools.now())
        } catch {
            _ = refused(error)
            return .unread
        }
        switch await Hook.read(request, context, limit: FlatXML.mostBytes, channel: name, tools, inbox) {
        case .failure(let answer): return answer
        case .success(let hook): return await answer(hook, into: inbox)
        }
    }

    private func greet(_ query: Query) -> HookAnswer {
        do throws(WeChatSeal.Refusal) {
            return HookAnswer(.ok, type: "text/plain; charset=utf-8", body: try seal.echo(query, now: tools.now()).utf8)
        } catch { return refused(error) }
    }

    private func answer(_ hook: Hook, into inbox: Inbox) async -> HookAnswer {
        let now = tools.now()
        do throws(WeChatSeal.Refusal) {
            let opened = try seal.open(hook, now: now)
            hook.believed(tools)
            var hook = hook
            // A key may be gone when the bytes are read again: the words are kept with them.
            hook.envelope[Self.openedField] = opened.xml
            return await keep(hook, opened, now: now, into: inbox)
        } catch { return refused(error) }
    }

    private static let openedField = "opened"

    private func refused(_ refusal: WeChatSeal.Refusal) -> HookAnswer {
        tools.metrics.count("intake_unverified_total", ["channel": name, "reason": refusal.word])
        return .unverified
    }

    private func keep(_ hook: Hook, _ opened: WeChatSeal.Opened, now: Instant, into inbox: Inbox) async -> HookAnswer {
        do throws(Trouble) {
            let xml: String?
            switch Self.message(opened.xml) {
            case .success(let message):
                let reply = try await keep(message, hook, now: now, into: inbox)
                xml = reply.xml(
                    to: message.sender, from: message.account, language: message.language,
                    emergency: emergency(in: message), now: now)
            case .failure(let trouble):
                xml = try await quarantine(opened.xml, trouble.words.kept, hook, now: now, into: inbox)
            }
            guard let xml else { return HookAnswer(.ok, type: "text/plain; charset=utf-8", body: "success".utf8) }
            let answer = try seal.close(xml, like: opened, now: now)
            return HookAnswer(.ok, type: "application/xml; charset=utf-8", body: answer.utf8)
        } catch {
            tools.log.warning("a message was not kept", metadata: ["channel": "\(name)", "trouble": "\(error)"])
            return .later(error)
        }
    }

    /// Keeps a message that cannot be read and gives the plain answer, if there is somebody to answer. It is known by its
    /// digest, so that the platform's repeats are one.
    private func quarantine(
        _ xml: String, _ reason: String, _ hook: Hook, now: Instant, into inbox: Inbox
    ) async throws(Trouble) -> String? {
        let item = Item(sourceID: SHA256.hash(data: Array(xml.utf8)).hex, content: .unreadable(reason))
        _ = try await hook.keep([item], channel: name, received: now, tools: tools, in: inbox)
        guard let fields = try? FlatXML.read(Array(xml.utf8)), let citizen = fields["FromUserName"],
            let account = fields["ToUserName"]
        else { return nil }
        return WeChatReply.unread.xml(to: citizen, from: account, language: .chinese, now: now)
    }

    /// Keeps one message with what it belongs to, and gives what its citizen is told.
    private func keep(
        _ message: WeChatMessage, _ hook: Hook, now: Instant, into inbox: Inbox
    ) async throws(Trouble) -> WeChatReply {
        await conversations.enter(message.sender)
        let result: Result<WeChatReply, Trouble>
        do throws(Trouble) {
            result = .success(try await keepAlone(message, hook, now: now, into: inbox))
        } catch { result = .failure(error) }
        await conversations.leave(message.sender)
        return try result.get()
    }

    private func keepAlone(
        _ message: WeChatMessage, _ hook: Hook, now: Instant, into inbox: Inbox
    ) async throws(Trouble) -> WeChatReply {
        guard case .said(var submission) = message.content else {
            _ = try await hook.keep([message.item], channel: name, received: now, tools: tools, in: inbox)
            if message.content == .another { await conversations.end(message.sender, now: now) }
            return switch message.content {
            case .another: .another
            case .event("subscribe"): .welcome
            default: .none
            }
        }
        let followsUp = message.begins ? nil : try await ticket(of: message, now: now)
        submission.followsUp = followsUp?.description
        let item = Item(
            sourceID: message.sourceID, content: .submission(submission),
            rest: emergency(in: message).isEmpty ? rest : .zero, joining: .found)
        let receipt = try await hook.keep([item], channel: name, received: now, tools: tools, in: inbox).first
        guard let receipt, let number = receipt.ticket else { return .unread }
        await conversations.kept(message.sourceID, from: message.sender, followsUp: followsUp, as: number, now: now)
        guard let prospect = try await Prospect.told(with: receipt, of: submission, channel: name, at: now, tools)
        else {
            return .added(number)
        }
        let words = Words(message.language)
        let zone = tools.city()?.calendar.zone ?? .utc
        let by = prospect.answer.map { words.by(words.deadline($0, in: zone)) }
        return .received(number, code: tools.keys.lookupCode(number), by: by ?? "")
    }

    /// The numbers the words call for, usually none.
    private func emergency(in message: WeChatMessage) -> [EmergencyNotice] {
        guard case .said(let submission) = message.content else { return [] }
        return tools.city()?.emergency(in: submission.text) ?? []
    }

    /// The open ticket a message belongs to; nil for the first of a report.
    private func ticket(of message: WeChatMessage, now: Instant) async throws(Trouble) -> TicketNumber? {
        switch await conversations.belonging(of: message.sourceID, from: message.sender, now: now) {
        case .known(let ticket): return ticket
        case .unknown:
            let hash = tools.keys.contactHash(Contact(kind: .wechat, value: message.sender))
            return try await tools.store.open(contactHash: hash, since: now - window)?.number
        }
    }

    var door: Knock? { api.door }

    func fetch(_ remote: String) async throws(Trouble) -> Attachment { try await api.media(remote) }

    private static func message(_ xml: String) -> Result<WeChatMessage, Trouble> {
        do throws(Trouble) {
            return .success(try WeChatMessage.read(try FlatXML.read(Array(xml.utf8))))
        } catch { return .failure(error) }
    }

    func read(_ raw: RawParcel) async throws(Trouble) -> [Item] {
        if let opened = raw.envelope[Self.openedField] { return [try Self.message(opened).get().item] }
        let xml = String(decoding: try raw.bytes(upTo: FlatXML.mostBytes), as: UTF8.self)
        return [try Self.message(xml).get().item]
    }
}
