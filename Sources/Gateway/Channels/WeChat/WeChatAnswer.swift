import Intake

/// What the platform says in JSON when we call it.
enum WeChatAnswer {
    /// The token in an answer to `stable_token`; lives two hours at most. Throws passing trouble for anything else.
    static func grant(_ body: [UInt8]) throws(Trouble) -> WeChatToken.Grant {
        guard let value = try? JSONValue.read(body) else {
            throw .passing("平台的应答不是 JSON", "expected JSON from the platform, found something else")
        }
        if let code = code(value) { throw WeChatTrouble(code: code).trouble }
        guard case .string(let text)? = value.member("access_token"), (1...2048).contains(text.utf8.count),
            case .number(let digits)? = value.member("expires_in"), let seconds = Int64(digits), seconds > 0
        else { throw .passing("平台没有给出令牌", "expected a token from the platform, found something else") }
        return WeChatToken.Grant(text: text, life: .seconds(min(seconds, 7200)))
    }

    /// The error an answer holds; nil for none.
    static func code(_ value: JSONValue) -> Int? {
        guard case .number(let digits)? = value.member("errcode"), let code = Int(digits), code != 0 else { return nil }
        return code
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
