import CCurl
import Glibc
import Intake

/// The thread's half of a `Line`: what is wished from the connection, and how far it has come.
// Unchecked: touched by closures on the NetThread of its line only.
final class LineEnd: @unchecked Sendable {
    enum Wish: Sendable {
        case send(ArraySlice<UInt8>)
        case receive
    }
    private struct Pending {
        var wish: Wish
        let deadline: ContinuousClock.Instant
        let done: (Result<[UInt8]?, Trouble>) -> Void
    }
    let easy: Easy
    private let host: String
    private var pending: Pending?
    private var over: Trouble?
    private static let portion = 64 * 1024

    init(_ easy: Easy, host: String) {
        self.easy = easy
        self.host = host
    }

    /// `done` is called once, now or later.
    func ask(_ wish: Wish, until deadline: ContinuousClock.Instant, done: @escaping (Result<[UInt8]?, Trouble>) -> Void)
    {
        if let over { return done(.failure(over)) }
        guard pending == nil else {
            return done(.failure(.lasting("到 \(host) 的连接正在使用", "the line to \(host) is in use")))
        }
        pending = Pending(wish: wish, deadline: deadline, done: done)
        proceed()
    }

    /// What to wait for, and how long at most; nil if nothing is wished.
    var waiting: (socket: curl_waitfd, left: Duration)? {
        guard let pending else { return nil }
        let events = if case .send = pending.wish { CURL_WAIT_POLLOUT } else { CURL_WAIT_POLLIN }
        let socket = curl_waitfd(fd: unsafe ccurl_socket(easy.handle), events: Int16(events), revents: 0)
        return (socket, ContinuousClock.now.duration(to: pending.deadline))
    }

    /// Does as much of the wish as goes without waiting.
    func proceed() {
        while let pending {
            var count = 0
            let code: CURLcode
            switch pending.wish {
            case .send(let bytes):
                code = unsafe bytes.withUnsafeBytes {
                    unsafe curl_easy_send(easy.handle, $0.baseAddress, $0.count, &count)
                }
                if code == CURLE_OK {
                    let rest = bytes.dropFirst(count)
                    if rest.isEmpty { finish(.success([])) } else { self.pending?.wish = .send(rest) }
                    continue
                }
            case .receive:
                var bytes: [UInt8] = []
                (code, bytes) = receive()
                if code == CURLE_OK { return finish(.success(bytes)) }
            }
            if code == CURLE_AGAIN {
                guard pending.deadline <= ContinuousClock.now else { return }
                return finish(.success(nil))
            }
            return fail(NetTrouble.of(code, sent: false, host: host))
        }
    }

    private func receive() -> (CURLcode, [UInt8]) {
        var code = CURLE_OK
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: LineEnd.portion) { room, count in
            code = unsafe curl_easy_recv(easy.handle, room.baseAddress, room.count, &count)
            if code != CURLE_OK { count = 0 }
        }
        return (code, bytes)
    }

    private func finish(_ result: Result<[UInt8]?, Trouble>) {
        let done = pending?.done
        pending = nil
        done?(result)
    }

    private func fail(_ trouble: Trouble) {
        over = over ?? trouble
        finish(.failure(trouble))
    }

    /// No more calls succeed.
    func end() { fail(NetTrouble.cancelled(sent: false, host: host)) }
}

/// Connection, TLS and log-in of a `Line`.
final class LineTransfer: Transfer {
    let easy: Easy
    let staysConnected = true
    private let host: String
    private let done: (Result<LineEnd, Trouble>) -> Void

    init(_ server: MailServer, done: @escaping (Result<LineEnd, Trouble>) -> Void) throws(Trouble) {
        guard let easy = Easy() else { throw .passing("内存不足", "out of memory") }
        self.easy = easy
        self.done = done
        host = server.host
        server.prepare(easy, .imap, within: .seconds(5), total: .seconds(20))
        easy.set(CURLOPT_CONNECT_ONLY, 1)
    }

    func finished(_ end: TransferEnd) {
        switch end {
        case .code(CURLE_OK): done(.success(LineEnd(easy, host: host)))
        case .code(let code):
            done(
                .failure(NetTrouble.of(code, sent: false, host: host, verified: easy.number(CURLINFO_SSL_VERIFYRESULT)))
            )
        case .cancelled: done(.failure(NetTrouble.cancelled(sent: false, host: host)))
        }
    }
}
