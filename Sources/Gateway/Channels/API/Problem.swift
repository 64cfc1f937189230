import Foundation
import HTTPTypes
import Hummingbird
import Intake

/// Why a call was refused, as RFC 9457 writes it (`application/problem+json`). `code` is for programs and never
/// changes; title and details are for people, in the language of Accept-Language.
struct Problem: Error, Sendable {
    /// One field that must be mended.
    struct Field: Encodable, Sendable {
        var field: String
        var code: String
        var detail: String
    }

    var status: HTTPResponse.Status
    var code: String
    var title: Phrase
    var fields: [FieldProblem] = []
    var headers: HTTPFields = [:]

    init(_ status: HTTPResponse.Status, _ code: String, _ title: Phrase) {
        self.status = status
        self.code = code
        self.title = title
    }

    static var unauthorized: Problem {
        var problem = Problem(
            .unauthorized, "unauthorized",
            Phrase(zh: "需要有效的密钥：Authorization: Bearer ik_…", en: "a valid key is needed: Authorization: Bearer ik_…"))
        problem.headers[.wwwAuthenticate] = "Bearer realm=\"intake\""
        return problem
    }

    static func forbidden(_ scope: Scope) -> Problem {
        Problem(
            .forbidden, "forbidden",
            Phrase(
                zh: "这个密钥没有 \(scope) 权限：请管理员另发一把（intake key add --scope \(scope)）",
                en: "this key has not got the scope \(scope): ask for one that has (intake key add --scope \(scope))"
            ))
    }

    static var notFound: Problem {
        Problem(
            .notFound, "not-found",
            Phrase(zh: "没有这样的工单，或查询码不对", en: "there is no such ticket, or the look-up code is another"))
    }

    /// Too many wrong look-up codes came from this address or with this key, or for this ticket.
    static func tooManyCodes(_ wait: Duration) -> Problem {
        let minutes = wait.minutes
        var problem = Problem(
            .tooManyRequests, "too-many-codes",
            Phrase(
                zh: "错误的查询码太多，请过 \(minutes) 分钟再试；提交的内容没有保存",
                en: "too many wrong look-up codes; try again in \(minutes) min; nothing that was sent was kept"))
        problem.headers[.retryAfter] = String(wait.wholeSeconds)
        return problem
    }

    static func tooLarge(_ limit: Int64) -> Problem {
        var problem = Problem(
            .contentTooLarge, "too-large", Phrase(zh: "最多 \(limit) 字节", en: "\(limit) bytes at most"))
        // The rest of the body is not read.
        problem.headers[.connection] = "close"
        return problem
    }

    static func invalid(_ fields: [FieldProblem]) -> Problem {
        var problem = Problem(
            .unprocessableContent, "invalid",
            Phrase(zh: "有字段需要更正，见 errors", en: "some fields need mending, see errors"))
        problem.fields = fields
        return problem
    }

    /// Our own trouble is never the sender's fault (rule 6).
    static func later(_ trouble: Trouble) -> Problem {
        var problem = Problem(
            .serviceUnavailable, "unavailable",
            Phrase(
                zh: "没有保存，请稍后用同一个 id 或 Idempotency-Key 再发",
                en: "not kept; send it again later with the same id or Idempotency-Key"
            )
        )
        problem.headers[.retryAfter] = String((trouble.retryAfter ?? .seconds(30)).wholeSeconds)
        return problem
    }

    private struct Body: Encodable {
        var type = "about:blank"
        var status: Int
        var code: String
        var title: String
        var errors: [Field]?
    }

    func response(_ language: Language) -> Response {
        let errors = fields.prefix(100).map { Field(field: $0.field, code: $0.code, detail: $0.phrase[language]) }
        let body = Body(
            status: status.code, code: code, title: title[language], errors: errors.isEmpty ? nil : Array(errors))
        return .json(status, body, type: "application/problem+json", headers: headers)
    }
}

extension Response {
    /// JSON that nobody stores; a value that has no JSON form is an empty object.
    static func json(
        _ status: HTTPResponse.Status, _ value: some Encodable, type: String = "application/json",
        headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = "\(type); charset=utf-8"
        headers[.cacheControl] = "no-store"
        headers[.xContentTypeOptions] = "nosniff"
        let json = (try? JSON.encode(value)) ?? Data("{}".utf8)
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: json)))
    }
}
