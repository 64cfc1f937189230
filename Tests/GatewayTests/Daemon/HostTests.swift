import Hummingbird
import Testing

@testable import Gateway

/// RFC 9112, 3.2.
@Suite("For whom a request asks") struct HostTests {
    private func answers(_ heads: [String]) async throws -> [LiveGateway.Answer] {
        let router = Router(context: GatewayContext.self)
        router.get("/") { request, _ in request.head.authority ?? "nobody" }
        var answers: [LiveGateway.Answer] = []
        try await withLoopback(router) { port in
            for head in heads {
                answers.append(try await LiveGateway.exchange(port: port, Array(head.utf8)))
            }
        }
        return answers
    }

    @Test(
        "HTTP/1.1 without Host, with two, or with one that is none is 400 and ends the connection",
        arguments: [
            "", "Host: a\r\nHost: b\r\n", "Host: a\r\nhost: a\r\n", "Host: a b\r\n", "Host: a/b\r\n", "Host: u@a\r\n",
            "Host: a\"\r\n", "Host: 热线\r\n",
        ])
    func refused(hosts: String) async throws {
        let answer = try await answers(["GET / HTTP/1.1\r\n\(hosts)\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"])
        #expect(answer[0].status == 400 && !answer[0].body.contains("HTTP/1.1 200"), "\(answer[0])")
    }

    @Test(
        "one Host is served, also an empty one, and HTTP/1.0 without any",
        arguments: [
            ("1.1\r\nHost: hotline.example.gov.cn\r\n", "hotline.example.gov.cn"),
            ("1.1\r\nHost: a:8311\r\n", "a:8311"),
            ("1.1\r\nHost: [fd00::1]:80\r\n", "[fd00::1]:80"), ("1.1\r\nHost:\r\n", ""), ("1.0\r\n", "nobody"),
            ("1.0\r\nHost: a\r\n", "a"),
        ])
    func served(head: String, host: String) async throws {
        let answer = try await answers(["GET / HTTP/\(head)Connection: close\r\n\r\n"])
        #expect(answer[0].status == 200 && (host.isEmpty || answer[0].body.contains(host)), "\(answer[0])")
    }

    @Test("what came before on the connection is answered first") func before() async throws {
        let answer = try await answers(["GET / HTTP/1.1\r\nHost: first\r\n\r\nGET / HTTP/1.1\r\n\r\n"])
        #expect(answer[0].status == 200 && answer[0].body.contains("first"))
        #expect(answer[0].body.contains("HTTP/1.1 400"))
    }
}
