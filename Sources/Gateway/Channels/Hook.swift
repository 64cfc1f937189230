import Foundation
import HTTPTypes
import Hummingbird
import Intake
import NIOCore

/// One request to `/hooks/<channel>`, read whole: what push channels verify and keep.
struct Hook: Sendable {
    /// As they came, in order.
    var headers: [(name: String, value: String)]
    var query: Query
    /// The exact bytes of the body (rule 10).
    var body: [UInt8]
    /// For the parcel: headers in lower case (without cookies and authorization), `query` and the `peer`.
    var envelope: [String: String]

    /// What the body holds of the memory that requests share.
    private var share: Share
    /// As `Tools.sender` gives it.
    let sender: UInt64?

    /// Reads a request with a body of `limit` bytes at most. Gives the answer instead where that cannot be: 413 for a body
    /// that is longer, 400 for one that breaks off, 503 while requests hold as much memory as they may, 429 for a sender
    /// whose bodies turned out to be forged too often. Until `believed` is called the bytes count as such, unless the
    /// sender is proven before.
    static func read(
        _ request: Request, _ context: GatewayContext, limit: Int, channel: String, isProven: Bool = false,
        _ tools: Tools, _ inbox: Inbox
    ) async -> Result<Hook, HookAnswer> {
        let announced = request.headers[.contentLength].flatMap { Int($0) } ?? 0
        guard announced <= limit else { return .failure(.tooLarge(limit)) }
        let sender = tools.sender(request, context)
        if !isProven, let wait = tools.bodies.unverified.wait(sender, now: tools.now()) {
            tools.metrics.count("intake_unverified_total", ["channel": channel, "reason": "too-many"])
            return .failure(.tooMany(wait))
        }
        let share = Share(tools.bodies, of: sender)
        var body: [UInt8] = []
        defer { if !isProven { tools.bodies.unverified.spend(Hook.cost(body), of: sender, now: tools.now()) } }
        do {
            for try await piece in request.body {
                guard body.count + piece.readableBytes <= limit else { return .failure(.tooLarge(limit)) }
                guard share.grow(by: piece.readableBytes) else {
                    inbox.refused(.bodies, channel: channel)
                    return .failure(.busy)
                }
                body.append(contentsOf: piece.readableBytesView)
            }
        } catch { return .failure(.cutOff) }
        let headers = request.headers.map { (name: $0.name.canonicalName, value: $0.value) }
        var envelope: [String: String] = [:]
        for header in headers where !["authorization", "cookie", "proxy-authorization"].contains(header.name) {
            envelope[header.name] = envelope[header.name].map { "\($0), \(header.value)" } ?? header.value
        }
        envelope["query"] = request.uri.query
        envelope["peer"] = context.peer?.ipAddress
        return .success(
            Hook(
                headers: headers, query: Query(request.uri.query ?? ""), body: body, envelope: envelope, share: share,
                sender: sender))
    }

    /// The sender is who it says: its bytes are not held against it.
    func believed(_ tools: Tools) { tools.bodies.unverified.spend(-Hook.cost(body), of: sender, now: tools.now()) }

    /// In MiB.
    private static func cost(_ body: [UInt8]) -> Double { Double(body.count) / Double(1 << 20) }

    /// Keeps the request as a parcel of these items, in `Blobs` if it is large, and gives one receipt an item.
    func keep(
        _ items: [Item], channel: String, received: Instant, tools: Tools, in inbox: Inbox
    ) async throws(Trouble) -> [Receipt] {
        let kept: Parcel.Body
        if body.count > Parcel.inlineLimit {
            let blob = try await tools.blobs.put(Data(body), keys: tools.keys)
            kept = .blob(blob.id, size: blob.size)
        } else {
            kept = .bytes(Data(body))
        }
        return try await inbox.accept(
            Parcel(channel: channel, received: received, envelope: envelope, body: kept, items: items))
    }
}

/// What a push channel answers.
struct HookAnswer: Error, Sendable {
    private enum Body: Sendable {
        case bytes([UInt8], type: String)
        /// Why not, without anything of what was sent.
        case refusal(Phrase)
    }

    var status: HTTPResponse.Status
    private var body: Body
    private(set) var headers: HTTPFields = [:]

    init(_ status: HTTPResponse.Status, type: String, body: some Sequence<UInt8>) {
        self.status = status
        self.body = .bytes(Array(body), type: type)
    }

    /// - Parameter isLast: the connection ends with it: the rest of the body is not read.
    private init(
        _ status: HTTPResponse.Status, _ chinese: String, _ english: String, isLast: Bool = false,
        retryAfter: Duration? = nil
    ) {
        self.status = status
        body = .refusal(Phrase(zh: chinese, en: english))
        if isLast { headers[.connection] = "close" }
        if let retryAfter { headers[.retryAfter] = String(retryAfter.wholeSeconds) }
    }

    /// One answer for everything that cannot be verified.
    static let unverified = unverified(isLast: false)

    /// The same before its body was read.
    static let unread = unverified(isLast: true)

    private static func unverified(isLast: Bool) -> HookAnswer {
        HookAnswer(.unauthorized, "请求未通过验证", "the request could not be verified", isLast: isLast)
    }

    static let cutOff = HookAnswer(.badRequest, "内容没有传完，请重发", "the body broke off; send it again")

    static func tooMany(_ wait: Duration) -> HookAnswer {
        HookAnswer(
            .tooManyRequests, "未通过验证的请求太多，请稍后再来", "too much came that could not be verified; come back later",
            isLast: true, retryAfter: wait)
    }

    static let busy = later(.busy, isLast: true)

    static func tooLarge(_ limit: Int) -> HookAnswer {
        HookAnswer(
            .contentTooLarge, "内容超过 \(limit) 字节，请分批发送", "the body is longer than \(limit) bytes; send less at once",
            isLast: true)
    }

    /// Our own trouble is never the sender's fault (rule 6): 503, to be tried again.
    static func later(_ trouble: Trouble, isLast: Bool = false) -> HookAnswer {
        HookAnswer(
            .serviceUnavailable, "没有保存，请稍后再发", "not kept; send it again later", isLast: isLast,
            retryAfter: trouble.retryAfter ?? .seconds(30))
    }

    /// - Parameter language: of a refusal.
    func response(_ language: Language) -> Response {
        switch body {
        case .refusal(let words): return .json(status, ["error": words[language]], headers: headers)
        case .bytes(let bytes, let type):
            var headers = headers
            headers[.contentType] = type
            headers[.cacheControl] = "no-store"
            return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
        }
    }
}
