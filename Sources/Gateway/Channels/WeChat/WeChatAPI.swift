import Foundation
import Intake

/// The platform's side that we call: token and media (WeChat: "getStableAccessToken", "getMedia").
struct WeChatAPI: Sendable {
    private let tools: Tools
    private let address: String
    private let egress: Egress
    private let caFile: String?
    private let limit: Int64
    private let token: WeChatToken

    /// `settings`: the table `api` of a channel, if it has one: `address` (a proxy of our own), `networks`, `ca-file`,
    /// `limit` on the bytes of one file.
    init(_ settings: Settings?, appid: String, secret: Secret, _ tools: Tools) {
        self.tools = tools
        address = settings?.string("address", default: Self.platform) ?? Self.platform
        egress = settings?.egress("networks") ?? .publicOnly
        caFile = settings?.optionalString("ca-file").map(tools.place)
        limit = settings?.size("limit", default: 100 << 20, in: 1...(1 << 30)) ?? 100 << 20
        if !address.hasPrefix("https://"), !address.hasPrefix("http://127.0.0.1:") {
            settings?.complain(
                "address",
                expected: Phrase(
                    zh: "https 地址，或 http://127.0.0.1:端口", en: "an https address, or http://127.0.0.1:PORT"),
                found: Phrase(stringLiteral: "\"\(address.prefix(80))\""))
        }
        let (address, egress, caFile) = (address, egress, caFile)
        token = WeChatToken(now: tools.now) { force in
            do throws(Trouble) {
                let body = try JSON.encode(TokenRequest(appid: appid, secret: secret.text, force: force))
                var call = HTTPCall(.post, address + "/cgi-bin/stable_token", body: .bytes(Array(body)))
                call.headers = [HTTPHeader("Content-Type", "application/json")]
                call.egress = egress
                call.caFile = caFile
                call.plainAllowed = address.hasPrefix("http:")
                call.repeatable = !force
                return .success(try Self.grant(try await tools.network.call(call)))
            } catch { return .failure(error) }
        }
    }

    private static let platform = "https://api.weixin.qq.com"

    private struct TokenRequest: Encodable {
        var grant = "client_credential"
        var appid: String
        var secret: String
        var force: Bool
        enum CodingKeys: String, CodingKey {
            case grant = "grant_type"
            case appid, secret
            case force = "force_refresh"
        }
    }

    private static func grant(_ answer: HTTPAnswer) throws(Trouble) -> WeChatToken.Grant {
        let value = try json(answer)
        guard case .string(let text)? = value.member("access_token"), (1...2048).contains(text.utf8.count),
            case .number(let digits)? = value.member("expires_in"), let seconds = Int64(digits), seconds > 0
        else { throw .passing("平台没有给出令牌", "expected a token from the platform, found something else") }
        return WeChatToken.Grant(text: text, life: .seconds(min(seconds, 7200)))
    }

    /// An answer in JSON without an error in it.
    private static func json(_ answer: HTTPAnswer) throws(Trouble) -> JSONValue {
        guard answer.status == 200 else {
            throw .passing(
                "平台答复 \(answer.status)", "the platform answered \(answer.status)", retryAfter: answer.retryAfter)
        }
        guard let value = try? JSONValue.read(answer.body) else {
            throw .passing("平台的应答不是 JSON", "expected JSON from the platform, found something else")
        }
        if let code = Self.code(value) { throw WeChatTrouble(code: code).trouble }
        return value
    }

    /// The error an answer holds; nil for none.
    private static func code(_ value: JSONValue) -> Int? {
        guard case .number(let digits)? = value.member("errcode"), let code = Int(digits), code != 0 else { return nil }
        return code
    }

    /// A picture, voice or video that a citizen sent, kept. Users' media live 3 days; the platform gives a video by a
    /// second address. A refused token is renewed and tried once more.
    func media(_ id: String) async throws(Trouble) -> Attachment {
        let first = try await token.current()
        do throws(WeChatTrouble) { return try await media(id, token: first) } catch {
            guard error.isToken else { throw error.trouble }
        }
        let second = try await token.after(refused: first)
        do throws(WeChatTrouble) { return try await media(id, token: second) } catch { throw error.trouble }
    }

    private func media(_ id: String, token: String) async throws(WeChatTrouble) -> Attachment {
        let query = "access_token=\(Self.escaped(token))&media_id=\(Self.escaped(id))"
        let path = tools.scratchPath()
        try await download("\(address)/cgi-bin/media/get?\(query)", to: path, plain: address.hasPrefix("http:"))
        guard let answer = Self.answer(at: path) else { return try await kept(path) }
        try? FileManager.default.removeItem(atPath: path)
        if let code = Self.code(answer) { throw WeChatTrouble(code: code) }
        guard case .string(let video)? = answer.member("video_url") else {
            throw WeChatTrouble(
                .lasting("平台的应答里没有文件", "expected a file from the platform, found an answer without one"))
        }
        // The platform hands out plain http addresses for videos; no token goes there.
        let second = tools.scratchPath()
        try await download(video, to: second, plain: true)
        return try await kept(second)
    }

    private func download(_ url: String, to path: String, plain: Bool) async throws(WeChatTrouble) {
        var call = HTTPCall(.get, url)
        call.keep = .file(path, limit: limit)
        call.egress = egress
        call.caFile = caFile
        call.plainAllowed = plain
        call.total = .seconds(300)
        do throws(Trouble) {
            let answer = try await tools.network.call(call)
            if answer.status == 200 { return }
            try? FileManager.default.removeItem(atPath: path)
            throw .passing(
                "平台答复 \(answer.status)", "the platform answered \(answer.status)", retryAfter: answer.retryAfter)
        } catch { throw WeChatTrouble(error) }
    }

    private func kept(_ path: String) async throws(WeChatTrouble) -> Attachment {
        do throws(Trouble) { return try await tools.keep(scratch: path, name: "") } catch { throw WeChatTrouble(error) }
    }

    /// The JSON object in a small file that begins with a brace; nil for a file of another sort.
    private static func answer(at path: String) -> JSONValue? {
        guard let bytes = boundedContents(path, limit: 64 << 10), bytes.first == UInt8(ascii: "{") else { return nil }
        return try? JSONValue.read(bytes)
    }

    private static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics.intersection(.init(charactersIn: "0"..."z")))
            ?? ""
    }
}

/// An error of the platform: its code, or trouble on the way to it.
struct WeChatTrouble: Error, Sendable, Equatable {
    var trouble: Trouble
    /// The token was refused: worth another one, once.
    var isToken = false

    init(_ trouble: Trouble) { self.trouble = trouble }

    /// WeChat: "global return codes".
    init(code: Int) {
        switch code {
        case 40001, 40014, 42001:
            trouble = .passing("平台拒绝令牌（\(code)）", "the platform refused the token (\(code))", retryAfter: .seconds(60))
            isToken = true
        case -1: trouble = .passing("平台繁忙（-1）", "the platform is busy (-1)")
        case 45009:
            trouble = .passing(
                "已达平台每日上限（45009）", "the platform's daily limit is reached (45009)", retryAfter: .seconds(3600))
        case 45011:
            trouble = .passing("调用平台过于频繁（45011）", "the platform is called too often (45011)", retryAfter: .seconds(60))
        case 40007: trouble = .lasting("平台已没有这个文件（40007）", "the platform no longer has the file (40007)")
        case 40013, 40125, 40164, 48001, 50002:
            // For a person to mend; until the media are gone it is worth another try.
            trouble = .passing(
                "平台拒绝该账号（\(code)）：请检查 appid、secret、权限和 IP 白名单",
                "the platform refuses the account (\(code)): check appid, secret, permissions and its list of addresses",
                retryAfter: .seconds(900))
        default: trouble = .lasting("平台答复错误 \(code)", "the platform answered with the error \(code)")
        }
    }
}
