import CCurl
package import Intake

/// A connection to an IMAP server on which libcurl has made TLS and log-in and which is then ours to talk on: libcurl's
/// own IMAP commands set \Seen and can be ended by the text of a mail. Has a thread of its own, because libcurl would
/// tidy such a connection away when another one is made on the same multi handle. One call at a time.
package final class Line: Sendable {
    private let thread: NetThread
    private let end: LineEnd

    private init(_ thread: NetThread, _ end: LineEnd) {
        self.thread = thread
        self.end = end
    }

    deinit { thread.stop() }

    /// Connects and logs in. A refused log-in needs a person; everything else is passing.
    package static func open(_ server: MailServer) async throws(Trouble) -> Line {
        let thread = try NetThread(name: "line")
        do throws(Trouble) {
            return try await thread.transfer { core, done throws(Trouble) in
                try LineTransfer(server) { end in
                    done(
                        end.map { end in
                            core.watch(end)
                            return Line(thread, end)
                        })
                }
            }
        } catch {
            thread.stop()
            throw error
        }
    }

    /// Sends all bytes. After any trouble the line is closed.
    package func send(_ bytes: [UInt8], within limit: Duration) async throws(Trouble) {
        guard try await ask(.send(bytes[...]), limit) != nil else {
            close()
            throw .passing("邮件服务器不再接收数据", "the mail server takes nothing more")
        }
    }

    /// The next bytes, at most 64 KiB; none when the other side has closed; nil when nothing came in time, after which
    /// the line is as good as before. After any trouble the line is closed.
    package func receive(within limit: Duration) async throws(Trouble) -> [UInt8]? {
        try await ask(.receive, limit)
    }

    package func close() { thread.stop() }

    private func ask(_ wish: LineEnd.Wish, _ limit: Duration) async throws(Trouble) -> [UInt8]? {
        let deadline = ContinuousClock.now + limit
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Result<[UInt8]?, Trouble>, Never>) in
                thread.run { [self] core in
                    if core.stopped { end.end() }
                    end.ask(wish, until: deadline) { continuation.resume(returning: $0) }
                }
            }
        } onCancel: {
            thread.run { [self] _ in end.end() }
        }
        return try result.get()
    }
}
