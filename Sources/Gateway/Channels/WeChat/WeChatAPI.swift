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
        caFile = settings?.authorities(tools)
        limit = settings?.size("limit", default: 100 << 20, in: 1...(1 << 30)) ?? 100 << 20
        settings?.check(url: address, "address", plain: .thisMachine, within: egress)
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
                return .success(try WeChatAnswer.grant(try Self.body(try await tools.network.call(call))))
            } catch { return .failure(error) }
        }
    }

    private static let platform = "https://api.weixin.qq.com"

    /// The platform itself, or the proxy before it.
    var door: Knock {
        var knock = Knock(.http(address, plainAllowed: address.hasPrefix("http:"), caFile: caFile))
        knock.egress = egress
        return knock
    }

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

    /// The body of an answer that is one.
    private static func body(_ answer: HTTPAnswer) throws(Trouble) -> [UInt8] {
        guard answer.status == 200 else {
            throw .passing(
                "平台答复 \(answer.status)", "the platform answered \(answer.status)", retryAfter: answer.retryAfter)
        }
        return answer.body
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
        if let code = WeChatAnswer.code(answer) { throw WeChatTrouble(code: code) }
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
