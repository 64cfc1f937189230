import Foundation
import HTTPTypes
import Hummingbird
import Intake

/// The same intake as the form, for programs: our JSON form over HTTP, described by the OpenAPI file it serves.
struct APIChannel: Channel {
    static let kind = "api"
    static let isAlone = true
    static let example = """
        name: api
        kind: api
        # 供程序提交：POST /api/v1/submissions，密钥由 intake key add 发放。For programs; keys: intake key add.
        # JSON 的最大长度。The largest JSON body.
        limit: 1MiB
        # 经 POST /api/v1/files 上传的文件。Files handed in with POST /api/v1/files.
        uploads:
          size: 200MiB
          video: 1GiB
          # 磁盘剩余少于此数时不再收文件。No file is taken in while less than this is free on the disk.
          keep-free: 2GiB
        # 每个来源地址和每把密钥可以试错多少次查询码。Wrong look-up codes of each address and of each key.
        limits: { failed-look-ups: 30, within: 10m }
        # 附件给出网址的，答复之后再取；取内网文件须列出网段 networks: [10.0.0.0/8]。
        # Files that attachments name by address, fetched after the answer (from inner networks only where networks lists them).
        files:
          limit: 100MiB
        """

    let name: String
    let tools: Tools
    let limit: Int
    let uploads: FormReader.Limits
    let ring: KeyRing
    let guesses: Guesses
    private let files: FileFetcher

    init(name: String, _ settings: Settings, _ tools: Tools) {
        self.name = name
        self.tools = tools
        ring = KeyRing(tools)
        limit = Int(settings.size("limit", default: 1 << 20, in: 1024...(16 << 20)))
        var uploads = FormReader.Limits()
        if let table = settings.optionalTable("uploads") {
            uploads.fileSize = table.size("size", default: uploads.fileSize, in: 1...(1 << 40))
            uploads.videoSize = table.size("video", default: uploads.fileSize, in: 1...(1 << 40))
            uploads.floor = table.size("keep-free", default: uploads.floor)
        }
        self.uploads = uploads
        let each = settings.optionalTable("limits")
        guesses = Guesses(
            name, limit: each?.int("failed-look-ups", default: Guesses.limit, in: 1...1_000_000) ?? Guesses.limit,
            per: each?.duration("within", default: Guesses.span, in: .seconds(1)...(.seconds(86_400))) ?? Guesses.span)
        files = FileFetcher(settings.optionalTable("files"), tools)
    }

    func routes(_ routes: Router<GatewayContext>, into inbox: Inbox) {
        routes.post(RouterPath(Path.submissions.text)) { request, context in
            await answer(request) { () async throws(Problem) in
                try await APISubmission(channel: self, request: request, context: context).answer(into: inbox)
            }
        }
        routes.get("\(Path.submissions.text)/:number") { request, context in
            await answer(request) { () async throws(Problem) in
                try await APIStatus(channel: self, request: request, context: context)
                    .answer(context.parameters.get("number") ?? "")
            }
        }
        routes.post(RouterPath(Path.files.text)) { request, context in
            await answer(request) { () async throws(Problem) in
                try await APIUpload(channel: self, request: request, context: context).answer(inbox)
            }
        }
        routes.get(RouterPath(Path.openAPI.text)) { _, _ in
            Response(
                status: .ok, headers: [.contentType: "application/json; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: OpenAPI.text)))
        }
    }

    func read(_ raw: RawParcel) async throws(Trouble) -> [Item] {
        guard let id = raw.envelope[APISubmission.sourceField], let key = raw.envelope[APISubmission.keyField] else {
            throw .lasting("留存的原件缺来源编号和密钥编号", "expected the source id and the key's id with the kept bytes, found none")
        }
        let bytes = try raw.bytes(upTo: limit)
        let read: APISubmission.Read
        do throws(Problem) { read = try await APISubmission.read(bytes, key: key, channel: self) } catch {
            throw .lasting("留存的原件读不出：\(error.code)", "the kept body cannot be read: \(error.code)")
        }
        return [Item(sourceID: id, content: .submission(read.submission), joining: read.joining)]
    }

    func fetch(_ remote: String) async throws(Trouble) -> Attachment { try await files.fetch(remote) }

    /// Who calls, if their key may do this.
    func caller(_ request: Request, may scope: Scope) async throws(Problem) -> APIKey {
        let key: APIKey?
        do throws(Trouble) { key = try await ring.key(request.headers[.authorization]) } catch { throw .later(error) }
        guard let key else {
            tools.metrics.count("intake_unverified_total", ["channel": name, "reason": "key"])
            throw .unauthorized
        }
        guard key.scopes.contains(scope.rawValue) else { throw .forbidden(scope) }
        return key
    }

    private func answer(
        _ request: Request, _ work: () async throws(Problem) -> Response
    ) async -> Response {
        do throws(Problem) { return try await work() } catch {
            return error.response(Words(request).language)
        }
    }
}
