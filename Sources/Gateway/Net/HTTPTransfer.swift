import CCurl
import Glibc
import Intake

/// An `HTTPCall` under way; lives on the thread of its `NetThread`.
final class HTTPTransfer: Transfer {
    let easy: Easy
    let staysConnected = false
    private let call: HTTPCall
    private let host: String
    private let upload: Upload?
    private let done: (Result<HTTPAnswer, Trouble>) -> Void
    private let now: Now

    private var gate: Gate
    private var answer = HTTPAnswer(status: 0, headers: [], body: [], cut: false, fileSize: 0)
    private var headerBytes = 0
    private var download: Download?
    private var own: Trouble?

    /// All headers of one answer together.
    private static let headerLimit = 64 * 1024

    init(_ call: HTTPCall, now: @escaping Now, done: @escaping (Result<HTTPAnswer, Trouble>) -> Void) throws(Trouble) {
        guard let easy = Easy() else { throw .passing("内存不足", "out of memory") }
        guard call.headers.allSatisfy(\.isSound) else {
            throw .lasting(
                "请求头含有不允许的字符；请修正设置", "a header of the request holds characters that headers cannot; mend the settings")
        }
        self.easy = easy
        self.call = call
        self.done = done
        self.now = now
        host = NetHost.of(call.url)
        gate = Gate(call.egress)
        upload = try Upload(call.body)
        if case .file(let path, let limit) = call.keep { download = try Download(path, limit: limit) }
        prepare()
    }

    private func prepare() {
        easy.connect(within: call.connect, total: call.total, caFile: call.caFile)
        easy.set(CURLOPT_URL, call.url)
        if let socket = call.socket { easy.set(CURLOPT_UNIX_SOCKET_PATH, socket) }
        easy.set(CURLOPT_PROTOCOLS_STR, call.plainAllowed ? "http,https" : "https")
        easy.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        easy.set(CURLOPT_CUSTOMREQUEST, call.method.rawValue)
        if call.method == .head { easy.set(CURLOPT_NOBODY, 1) }
        var lines = call.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        if let upload {
            easy.set(CURLOPT_POST, 1)
            easy.set(CURLOPT_POSTFIELDSIZE_LARGE, size: upload.size)
            let owner = unsafe Unmanaged.passUnretained(upload).toOpaque()
            unsafe _ = ccurl_on_read(easy.handle, Upload.read, owner)
            unsafe _ = ccurl_on_seek(easy.handle, Upload.seek, owner)
            lines.append("Expect:")
            if !call.headers.contains(where: { $0.name.lowercased() == "content-type" }) {
                lines.append("Content-Type:")
            }
        }
        easy.set(CURLOPT_HTTPHEADER, list: lines)
        if !call.repeatable {
            easy.set(CURLOPT_FRESH_CONNECT, 1)
            easy.set(CURLOPT_FORBID_REUSE, 1)
        }
        let owner = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe _ = ccurl_on_write(easy.handle, httpBody, owner)
        unsafe _ = ccurl_on_header(easy.handle, httpHeader, owner)
        gate.guardSockets(of: easy)
    }

    /// Takes one header line; false stops the transfer.
    fileprivate func header(_ line: UnsafeRawBufferPointer) -> Bool {
        headerBytes += line.count
        guard headerBytes <= HTTPTransfer.headerLimit else {
            own = .lasting(
                "\(host) 的应答头超过 \(HTTPTransfer.headerLimit) 字节",
                "\(host) sent more than \(HTTPTransfer.headerLimit) bytes of headers")
            return false
        }
        let text = unsafe String(decoding: line, as: UTF8.self)
        if text.hasPrefix("HTTP/") {
            answer.headers = []
        } else if let colon = text.firstIndex(of: ":") {
            let name = text[..<colon].trimmed
            answer.headers.append(HTTPHeader(name, text[text.index(after: colon)...].trimmed))
        }
        return true
    }

    /// Takes bytes of the body; false stops the transfer.
    fileprivate func body(_ bytes: UnsafeRawBufferPointer) -> Bool {
        if let download {
            guard let trouble = unsafe download.write(bytes) else { return true }
            own = trouble
            return false
        }
        guard case .memory(let limit) = call.keep else { return false }
        let room = limit - answer.body.count
        unsafe answer.body.append(contentsOf: bytes.prefix(room))
        answer.cut = bytes.count > room
        return !answer.cut
    }

    func finished(_ end: TransferEnd) {
        let sent = !call.repeatable && easy.number(CURLINFO_REQUEST_SIZE) > 0
        answer.status = easy.number(CURLINFO_RESPONSE_CODE)
        answer.address = gate.last?.description
        answer.retryAfter = answer.header("Retry-After").flatMap { RetryAfter.read($0, now: now()) }
        answer.fileSize = download?.size ?? 0
        let trouble: Trouble? =
            switch end {
            case .cancelled: NetTrouble.cancelled(sent: sent, host: host)
            case .code(CURLE_OK): nil
            case .code(CURLE_WRITE_ERROR) where answer.cut && own == nil: nil
            // What is no HTTP counts as HTTP/0.9 to libcurl, and that as a scheme we do not speak.
            case .code(CURLE_UNSUPPORTED_PROTOCOL) where easy.number(CURLINFO_REQUEST_SIZE) > 0:
                own ?? NetTrouble.of(CURLE_WEIRD_SERVER_REPLY, sent: sent, host: host)
            case .code(let code):
                own ?? upload?.trouble ?? gate.trouble(host)
                    ?? NetTrouble.of(code, sent: sent, host: host, verified: easy.number(CURLINFO_SSL_VERIFYRESULT))
            }
        if trouble != nil { download?.remove() }
        done(trouble.map { .failure($0) } ?? .success(answer))
    }
}

private let httpBody: ccurl_bytes = { bytes, size, count, owner in
    guard let bytes = unsafe bytes, let owner = unsafe owner else { return 0 }
    let transfer = unsafe Unmanaged<HTTPTransfer>.fromOpaque(owner).takeUnretainedValue()
    let whole = size * count
    return unsafe transfer.body(UnsafeRawBufferPointer(start: bytes, count: whole)) ? whole : 0
}

private let httpHeader: ccurl_bytes = { bytes, size, count, owner in
    guard let bytes = unsafe bytes, let owner = unsafe owner else { return 0 }
    let transfer = unsafe Unmanaged<HTTPTransfer>.fromOpaque(owner).takeUnretainedValue()
    let whole = size * count
    return unsafe transfer.header(UnsafeRawBufferPointer(start: bytes, count: whole)) ? whole : 0
}
