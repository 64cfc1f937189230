import Foundation
import Testing

@testable import Gateway

@Suite("Methods a path does not know") struct MethodTests {
    @Test("are answered 405 with those it knows; HEAD is GET without a body; nowhere stays nowhere") func methods()
        async throws
    {
        let channels = FormSender.channel + "\n" + HookSender.channel + "\n" + APICaller.channel
        try await withGateway(.sqlite, channels: channels) { gateway in
            func ask(_ method: HTTPCall.Method, _ path: String) async throws -> HTTPAnswer {
                try await gateway.call(HTTPCall(method, gateway.publicURL + path))
            }
            let hook = try await ask(.get, "/hooks/cti")
            #expect(hook.status == 405 && hook.header("allow") == "POST")
            let submissions = try await ask(.get, "/api/v1/submissions")
            #expect(submissions.status == 405 && submissions.header("allow") == "POST")
            let ticket = try await ask(.post, "/t/20260101-000001")
            #expect(ticket.status == 405 && ticket.header("allow") == "GET, HEAD")
            #expect(try await ask(.post, "/no/such/path").status == 404)
            #expect(try await ask(.get, "/no/such/path").status == 404)
        }
    }

    @Test("a page asked for with HEAD is answered like GET, without its body") func head() async throws {
        try await withGateway(.sqlite, channels: FormSender.channel) { gateway in
            let port = Int(gateway.publicURL.split(separator: ":").last ?? "") ?? 0
            let words = "HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            let answer = try await LiveGateway.exchange(port: port, Array(words.utf8))
            #expect(answer.status == 200 && answer.body.isEmpty)
        }
    }
}
