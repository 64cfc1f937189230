import CCurl
package import Intake

/// One mail handed to one mail server (RFC 5321), with all its limits.
package struct MailCall: Sendable {
    package var server: MailServer
    package var from: String
    package var to: String
    /// The whole message as a file, with line ends of CRLF.
    package var file: String
    package var egress: Egress = .publicOnly
    package var total: Duration = .seconds(60)

    package init(_ server: MailServer, from: String, to: String, file: String) {
        self.server = server
        self.from = from
        self.to = to
        self.file = file
    }
}

/// A `MailCall` under way. 4xx is passing, 5xx is lasting, a refused log-in needs a person; once all of the message was
/// handed over, an answer that does not come is unclear.
final class MailTransfer: Transfer {
    let easy: Easy
    let staysConnected = false
    private let call: MailCall
    private let upload: Upload
    private var gate: Gate
    private let done: (Result<Int, Trouble>) -> Void
    private let began = ContinuousClock.now
    /// Since when the server has said 250 to the whole message; before, it last said 354 (RFC 5321 section 4.1.1.4).
    private var taken: ContinuousClock.Instant?
    /// How long the answer to QUIT is waited for.
    private static let farewell = Duration.seconds(5)

    init(_ call: MailCall, done: @escaping (Result<Int, Trouble>) -> Void) throws(Trouble) {
        guard let easy = Easy(), let upload = try Upload(.file(call.file)) else {
            throw .passing("内存不足", "out of memory")
        }
        for address in [call.from, call.to] {
            guard !address.isEmpty, address.utf8.allSatisfy({ $0 > 32 && $0 != 60 && $0 != 62 && $0 != 127 }) else {
                throw .lasting(
                    "收件地址不是有效的邮件地址；请在保存它的地方修正", "a mail address of the delivery cannot be one; mend it where it is kept"
                )
            }
        }
        self.easy = easy
        self.upload = upload
        self.call = call
        self.done = done
        gate = Gate(call.egress)
        call.server.prepare(easy, .smtp, within: .seconds(10), total: call.total)
        easy.set(CURLOPT_MAIL_FROM, "<\(call.from)>")
        easy.set(CURLOPT_MAIL_RCPT, list: ["<\(call.to)>"])
        easy.set(CURLOPT_UPLOAD, 1)
        easy.set(CURLOPT_INFILESIZE_LARGE, size: upload.size)
        easy.set(CURLOPT_FRESH_CONNECT, 1)
        easy.set(CURLOPT_FORBID_REUSE, 1)
        easy.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, Int(max(1, call.total.wholeSeconds)))
        let owner = unsafe Unmanaged.passUnretained(upload).toOpaque()
        unsafe _ = ccurl_on_read(easy.handle, Upload.read, owner)
        gate.guardSockets(of: easy)
        // The answer to QUIT is waited for outside the total.
        let this = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe _ = ccurl_on_progress(easy.handle, MailTransfer.progress, this)
    }

    private static let progress: ccurl_progress = { owner, _, _, _, _ in
        guard let owner = unsafe owner else { return 0 }
        return unsafe Unmanaged<MailTransfer>.fromOpaque(owner).takeUnretainedValue().isOver ? 1 : 0
    }

    /// Whether only the answer to QUIT is owed, and has been for long enough: the mail was taken, or given up.
    private var isOver: Bool {
        let now = ContinuousClock.now
        if upload.ended, taken == nil, easy.number(CURLINFO_RESPONSE_CODE) == 250 { taken = now }
        return now > min(began + call.total, taken ?? now) + MailTransfer.farewell
    }

    func finished(_ end: TransferEnd) {
        let answer = easy.number(CURLINFO_RESPONSE_CODE)
        switch end {
        case .cancelled: done(.failure(NetTrouble.cancelled(sent: upload.ended, host: call.server.host)))
        case .code(CURLE_OK): done(.success(answer))
        case .code(let code):
            if let trouble = upload.trouble ?? gate.trouble(call.server.host) { return done(.failure(trouble)) }
            let trouble = NetTrouble.of(
                code, sent: upload.ended, host: call.server.host, verified: easy.number(CURLINFO_SSL_VERIFYRESULT))
            switch answer {
            // "Log in first" and the like (RFC 4954 section 6): nothing is wrong with this mail.
            case 530, 534, 535, 538:
                done(.failure(NetTrouble.refusedLogin(call.server.host, detail: "reply \(answer)")))
            // RFC 4954: 454 to a log-in is trouble of the server's own, and passes.
            case 400..<500:
                var later = Trouble.passing(
                    "邮件服务器 \(call.server.host) 答复 \(answer)：暂不接收",
                    "the mail server \(call.server.host) said \(answer): not now")
                // 421: closing the channel (RFC 5321 section 4.2.2). What else it says may be about one recipient only.
                later.isOfServer = [421, 454].contains(answer)
                done(.failure(later))
            case 500..<600 where trouble.kind != .needsPerson:
                done(
                    .failure(
                        .lasting(
                            "邮件服务器 \(call.server.host) 答复 \(answer)：拒收",
                            "the mail server \(call.server.host) said \(answer): never"))
                )
            default: done(.failure(trouble))
            }
        }
    }
}

extension Network {
    /// The server took the mail; its last reply code. On a thread of its own: libcurl waits for the answer to QUIT without
    /// doing anything else, and a server that owes it would hold up every other call.
    package func send(_ call: MailCall) async throws(Trouble) -> Int {
        let own = try NetThread(name: "mail")
        defer { own.stop() }
        return try await own.transfer { _, done throws(Trouble) in try MailTransfer(call, done: done) }
    }
}
