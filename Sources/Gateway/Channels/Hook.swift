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
    private var sender: UInt64?

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
        } catch { return .failure(HookAnswer(.badRequest, error: "the body broke off; send it again")) }
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
    var status: HTTPResponse.Status
    var type: String
    var body: [UInt8]
    var headers: HTTPFields = [:]

    init(_ status: HTTPResponse.Status, type: String, body: some Sequence<UInt8>) {
        self.status = status
        self.type = type
        self.body = Array(body)
    }

    /// A short refusal as JSON, without anything of what was sent.
    init(_ status: HTTPResponse.Status, error: String) {
        self.init(status, type: "application/json; charset=utf-8", body: #"{"error":"\#(error)"}"#.utf8)
    }

    /// One answer for everything that cannot be verified.
    static let unverified = HookAnswer(.unauthorized, error: "the request could not be verified")

    /// The same before its body was read: the rest of it is not.
    static let unread: HookAnswer = {
        var answer = unverified
        answer.headers[.connection] = "close"
        return answer
    }()

    static func tooMany(_ wait: Duration) -> HookAnswer {
        var answer = HookAnswer(.tooManyRequests, error: "too much came that could not be verified; come back later")
        answer.headers[.retryAfter] = String(max(1, wait.wholeSeconds))
        answer.headers[.connection] = "close"
        return answer
    }

    static let busy: HookAnswer = {
        var answer = later(.busy)
        answer.headers[.connection] = "close"
        return answer
    }()

    static func tooLarge(_ limit: Int) -> HookAnswer {
        var answer = HookAnswer(.contentTooLarge, error: "the body is longer than \(limit) bytes; send less at once")
        answer.headers[.connection] = "close"
        return answer
    }

    /// Our own trouble is never the sender's fault (rule 6): 503, to be tried again.
    static func later(_ trouble: Trouble) -> HookAnswer {
        var answer = HookAnswer(.serviceUnavailable, error: "not kept; send it again later")
        answer.headers[.retryAfter] = String((trouble.retryAfter ?? .seconds(30)).wholeSeconds)
        return answer
    }

    var response: Response {
        var headers = headers
        headers[.contentType] = type
        headers[.cacheControl] = "no-store"
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: body)))
    }
}
