import Foundation
import Intake
import Testing

@testable import Gateway

@Suite("HTTP calls") struct HTTPCallTests {
    let network: Network
    let loopback: Egress

    init() throws {
        network = try Network(now: { Instant(seconds: 0) })
        loopback = Egress(networks: [try #require(NetBlock("127.0.0.0/8"))])
    }

    func call(_ method: HTTPCall.Method, _ url: String, body: HTTPCall.Body = .none) -> HTTPCall {
        var call = HTTPCall(method, url, body: body)
        call.egress = loopback
        call.plainAllowed = true
        return call
    }

    func trouble(_ call: HTTPCall) async -> Trouble? {
        do throws(Trouble) {
            _ = try await network.call(call)
            return nil
        } catch { return error }
    }

    @Test("a request arrives as it was made, and the answer comes back") func echo() async throws {
        try await withHTTPReceiver { receiver in
            var post = call(.post, receiver.address + "/echo?a=b", body: .bytes(Array("报修".utf8)))
            post.headers = [HTTPHeader("Content-Type", "application/json"), HTTPHeader("X-Empty", "")]
            let answer = try await network.call(post)
            #expect(answer.status == 200)
            #expect(answer.body == Array("报修".utf8))
            #expect(answer.address == "127.0.0.1")
            let request = try await receiver.request()
            #expect(request.method == "POST")
            #expect(request.body == Data("报修".utf8))
            #expect(request.header("content-type") == "application/json")
            #expect(request.header("x-empty") == "")
            #expect(request.header("expect") == nil)
        }
    }

    @Test("a file is streamed out and an answer streamed in, without its bytes passing through memory")
    func files() async throws {
        try await withFolder { folder in
            try await withHTTPReceiver { receiver in
                let bytes = Data((0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
                try bytes.write(to: URL(filePath: folder + "/out"))
                var put = call(.put, receiver.address + "/echo", body: .file(folder + "/out"))
                put.keep = .file(folder + "/in", limit: 1_000_000)
                let answer = try await network.call(put)
                #expect(answer.fileSize == 1_000_000 && answer.body.isEmpty)
                #expect(try Data(contentsOf: URL(filePath: folder + "/in")) == bytes)
            }
        }
    }

    @Test("an answer over the limit of its file is refused and the file is gone") func tooLong() async throws {
        try await withFolder { folder in
            try await withHTTPReceiver { receiver in
                var get = call(.get, receiver.address + "/big/100001")
                get.keep = .file(folder + "/in", limit: 100_000)
                #expect(await trouble(get)?.kind == .lasting)
                #expect(!FileManager.default.fileExists(atPath: folder + "/in"))
            }
        }
    }

    @Test("of a long answer the first 20 KiB are kept, and the call counts as answered") func cut() async throws {
        try await withHTTPReceiver { receiver in
            let answer = try await network.call(call(.post, receiver.address + "/big/30000000"))
            #expect(answer.status == 200 && answer.body.count == 20_480 && answer.cut)
            let whole = try await network.call(call(.get, receiver.address + "/big/20480"))
            #expect(whole.body.count == 20_480 && !whole.cut)
        }
    }

    @Test("endless headers are refused") func headers() async throws {
        try await withHTTPReceiver { receiver in
            #expect(await trouble(call(.get, receiver.address + "/headers/90"))?.kind == .lasting)
        }
    }

    @Test("a redirect is an answer like any other") func redirect() async throws {
        try await withHTTPReceiver { receiver in
            let answer = try await network.call(call(.get, receiver.address + "/redirect"))
            #expect(answer.status == 302 && answer.header("location") == "/status/200")
            _ = try await receiver.request()
            _ = try await network.call(call(.get, receiver.address + "/status/204"))
            #expect(try await receiver.request().path == "/status/204")
        }
    }

    @Test("a request to wait is read") func retryAfter() async throws {
        try await withHTTPReceiver { receiver in
            let answer = try await network.call(call(.get, receiver.address + "/status/429?retry=17"))
            #expect(answer.status == 429 && answer.retryAfter == .seconds(17))
        }
    }

    @Test("an answer lost after the request was sent is unclear, unless the request may be repeated")
    func lost() async throws {
        try await withHTTPReceiver { receiver in
            for path in ["/drop", "/cut"] {
                #expect(await trouble(call(.post, receiver.address + path, body: .bytes([1])))?.kind == .unclear)
                #expect(await trouble(call(.get, receiver.address + path))?.kind == .passing)
            }
        }
    }

    @Test("a server that never answers is unclear when the time is up") func hanging() async throws {
        try await withHTTPReceiver { receiver in
            var post = call(.post, receiver.address + "/hang", body: .bytes([1]))
            post.total = .milliseconds(200)
            #expect(await trouble(post)?.kind == .unclear)
            try await receiver.closed()
        }
    }

    @Test("no server at all is passing: nothing was sent") func refused() async throws {
        let address = try await withHTTPReceiver { $0.address }
        #expect(await trouble(call(.post, address + "/echo", body: .bytes([1])))?.kind == .passing)
    }

    @Test("a cancelled task closes its connection") func cancelled() async throws {
        try await withHTTPReceiver { receiver in
            let post = call(.post, receiver.address + "/hang", body: .bytes([1]))
            let task = Task { await trouble(post) }
            _ = try await receiver.request()
            task.cancel()
            #expect(await task.value?.kind == .unclear)
            try await receiver.closed()
        }
    }

    @Test("a call of a task that was cancelled before is not begun") func cancelledBefore() async throws {
        try await withHTTPReceiver { receiver in
            let post = call(.post, receiver.address + "/status/200", body: .bytes([1]))
            let (gate, opener) = AsyncStream.makeStream(of: Void.self)
            let task = Task {
                for await _ in gate {}
                return await trouble(post)
            }
            task.cancel()
            opener.finish()
            #expect(await task.value?.kind == .passing)
            _ = try await network.call(call(.get, receiver.address + "/status/204"))
            #expect(try await receiver.request().path == "/status/204")
        }
    }

    @Test("what is not allowed is not connected to, under any name") func blocked() async throws {
        try await withHTTPReceiver { receiver in
            let port = try #require(receiver.address.split(separator: ":").last)
            for host in ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1", "[::ffff:127.0.0.1]", "0"] {
                var get = call(.get, "http://\(host):\(port)/status/200")
                get.egress = .publicOnly
                #expect(await trouble(get)?.kind == .needsPerson, "\(host)")
            }
            _ = try await network.call(call(.get, receiver.address + "/status/201"))
            #expect(try await receiver.request().path == "/status/201")
        }
    }

    @Test("a connection that another destination may use is no way round") func shared() async throws {
        try await withHTTPReceiver { receiver in
            _ = try await network.call(call(.get, receiver.address + "/status/200"))
            var get = call(.get, receiver.address + "/status/201")
            _ = try await network.call(get)
            #expect(try await receiver.request().port == receiver.request().port)
            get.egress = .publicOnly
            #expect(await trouble(get)?.kind == .needsPerson)
        }
    }

    @Test("only the schemes that are allowed are spoken") func schemes() async throws {
        try await withHTTPReceiver { receiver in
            var plain = call(.get, receiver.address + "/status/200")
            plain.plainAllowed = false
            #expect(await trouble(plain)?.kind == .lasting)
            for url in ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "no address", ""] {
                #expect(await trouble(call(.get, url))?.kind == .lasting, "\(url)")
            }
        }
    }

    @Test("a certificate counts only with its authority") func certificates() async throws {
        try await withHTTPReceiver(tls: true) { receiver in
            var get = call(.get, receiver.address + "/status/200")
            #expect(await trouble(get)?.kind == .passing)
            get.caFile = receiver.caFile
            let answer = try await network.call(get)
            #expect(answer.status == 200)
            get.caFile = "/no/such/file"
            #expect(await trouble(get)?.kind == .needsPerson)
        }
    }

    @Test("a header cannot smuggle another") func smuggling() async {
        var get = call(.get, "http://127.0.0.1:1/")
        get.headers = [HTTPHeader("X", "a\r\nY: b")]
        #expect(await trouble(get)?.kind == .lasting)
        get.headers = [HTTPHeader("X: a\r\nY", "b")]
        #expect(await trouble(get)?.kind == .lasting)
    }
}
