import Foundation
import Intake

/// Hands a delivery over as one signed JSON request (Standard Webhooks 1.0.0): `{type, timestamp, data, files}`, every
/// active secret signs, the delivery's key is `webhook-id` and stays the same over retries.
///
/// 2xx is delivered. 408, 425, 429 and 5xx are passing (Retry-After is honoured), 3xx is a lasting refusal (redirects
/// are never followed), other 4xx are lasting, and 410 says so in its own words. An answer that was lost is unclear.
struct HTTPDispatcher: Dispatcher {
    static let kind = "http"
    static let example = """
        kind: http
        # {department} 换成单位代码。{department} becomes the department's code.
        url: https://orders.example.gov.cn/{department}
        # 全部密钥都会签名，便于轮换。Every one signs, so that keys can be rotated.
        secrets: ["credential:http-signing"]
        # 只连接这些网络；不写则只连公网。Only these networks; none listed: public addresses only.
        networks: [10.20.0.0/16]
        # 附件合计不超过此数时随请求发出。Files go along while they are no more than this together.
        inline: 5MiB
        unclear: retry

        """
    static let repeatable = true

    private let name: String
    private let url: String
    private let signer: StandardWebhooks?
    private let egress: Egress
    private let plain: Bool
    private let caFile: String?
    private let inline: Int64
    private let tools: Tools

    init(name: String, _ settings: Settings, _ tools: Tools) {
        self.name = name
        url = settings.string("url")
        plain = settings.bool("plain-http", default: false)
        caFile = settings.authorities(tools)
        egress = settings.egress("networks")
        settings.check(url: url, "url", plain: plain ? .anywhere : .nowhere, within: egress)
        inline = settings.size("inline", default: 5 << 20, in: 0...(64 << 20))
        let secrets = settings.secrets("secrets")
        do throws(Trouble) {
            let keys = try StandardWebhooks(keys: secrets.map { $0.text.trimmed })
            // Public keys are keys, but none to sign with.
            _ = try keys.sign(id: "check", body: [], now: tools.now())
            signer = keys
        } catch {
            signer = nil
            settings.complain(
                "secrets",
                expected: Phrase(
                    zh: "签名密钥（whsec_…，24 至 64 字节，或 whsk_…）", en: "signing secrets (whsec_…, 24 to 64 bytes, or whsk_…)"),
                found: error.words)
        }
        self.tools = tools
    }

    func deliver(_ outgoing: Outgoing) async throws(Trouble) -> String {
        guard let signer else {
            throw .needsPerson("目的地没有签名密钥；请修正设置", "destination without a signing secret; mend the settings")
        }
        let body = [UInt8](try JSON.encode(try await form(outgoing)))
        let signature = try signer.sign(id: outgoing.key, body: body, now: tools.now())
        var call = HTTPCall(
            .post, url.replacing("{department}", with: outgoing.recipient),
            headers: [HTTPHeader("Content-Type", "application/json")]
                + signature.map { HTTPHeader($0.name, $0.value) }, body: .bytes(body))
        call.egress = egress
        call.plainAllowed = plain
        call.caFile = caFile
        let answer = try await tools.network.call(call)
        return try HTTPDispatcher.read(answer)
    }

    var door: Knock? {
        let departments = tools.city()?.departments
        let code = departments?.codes.first { departments?[$0]?.destination == name } ?? "x"
        var knock = Knock(
            .http(url.replacing("{department}", with: code), plainAllowed: plain, caFile: caFile))
        knock.egress = egress
        return knock
    }

    /// Connects only: a request would be one more work order to whoever counts them.
    func reach() async throws(Trouble) {
        if let door { try await tools.network.knock(door) }
    }

    /// What an answer's status means for a delivery.
    static func read(_ answer: HTTPAnswer) throws(Trouble) -> String {
        switch answer.status {
        case 200..<300: return Phrase(zh: "对方答复 \(answer.status)", en: "answered \(answer.status)").kept
        case 408, 425, 429, 500...599:
            throw .passing(
                "单位的服务器答复 \(answer.status)", "the department's server answered \(answer.status)",
                retryAfter: answer.retryAfter
            ).ofServer
        case 300..<400:
            throw .lasting(
                "单位的服务器以 \(answer.status) 指向别处；请填最终地址",
                "the department's server answered \(answer.status) to elsewhere; set its final address")
        case 410:
            throw .lasting(
                "单位的服务器说该地址已永久停用（410）；请索取新地址",
                "the department's server says this address is gone for good (410); ask for the new one")
        default: throw .lasting("单位的服务器拒收：\(answer.status)", "the department's server refused it with \(answer.status)")
        }
    }

    private func form(_ outgoing: Outgoing) async throws(Trouble) -> HTTPForm {
        var (files, room): ([HTTPForm.File], Int64) = ([], inline)
        for file in outgoing.message.files {
            var content: String?
            if let id = outgoing.blobs[file.number], let size = file.size, size <= room {
                room -= size
                content = try await tools.blobs.bytes(id, keys: tools.keys).base64EncodedString()
            }
            files.append(
                .init(number: file.number, name: file.name, type: file.type, size: file.size, base64: content))
        }
        return HTTPForm(
            type: "intake.\(outgoing.message.type)", timestamp: tools.now(), data: outgoing.message, files: files)
    }
}

/// The body of a request.
private struct HTTPForm: Encodable {
    struct File: Encodable {
        var number: Int
        var name: String
        var type: String
        var size: Int64?
        /// Missing where the file is too large to go along, or is not had yet.
        var base64: String?
    }
    var type: String
    var timestamp: String
    var data: Message
    var files: [File]

    init(type: String, timestamp: Instant, data: Message, files: [File]) {
        self.type = type
        self.timestamp = timestamp.text
        self.data = data
        self.files = files
    }
}
