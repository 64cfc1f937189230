import Foundation
import Intake
import Testing

@testable import Gateway

@Suite("Memory that requests share") struct BodiesTests {
    @Test("one sender gets a part of it, those who cannot be told apart a larger one, and all of it comes back")
    func shares() {
        let bodies = Bodies()
        do {
            let (greedy, other, crowd) = (Share(bodies, of: 1), Share(bodies, of: 2), Share(bodies, of: nil))
            #expect(greedy.grow(by: Bodies.each) && !greedy.grow(by: 1) && !Share(bodies, of: 1).grow(by: 1))
            #expect(other.grow(by: 10))
            #expect(crowd.grow(by: Bodies.crowd) && !crowd.grow(by: 1))
            #expect(other.grow(by: Bodies.most - Bodies.each - Bodies.crowd - 10) && !Share(bodies, of: 3).grow(by: 1))
            other.shrink(by: 10)
            #expect(Share(bodies, of: 3).grow(by: 10))
            withExtendedLifetime((greedy, other, crowd)) {}
        }
        #expect(bodies.held == 0)
    }

    private static let yaml = #"secrets: ["credential:hook-secret"]"#

    private func run(_ bodies: Bodies, _ body: (LiveGateway) async throws -> Void) async throws {
        try await LiveGateway.run(clock: .init(.wall)) { tools in
            var tools = tools
            tools.bodies = bodies
            let secrets = ["hook-secret": "whsec_\(HookSender.secret.base64EncodedString())"]
            return [
                WebhookChannel(
                    name: "cti", try channelSettings(Self.yaml, secrets: secrets, in: tools.state), tools)
            ]
        } _: {
            try await body($0)
        }
    }

    private func headers(_ id: String, _ body: [UInt8], secret: Data = HookSender.secret) -> [(String, String)] {
        HookSender.headers(id: id, body: body, secret: secret).map { ($0.name, $0.value) }
    }

    @Test("headers that cannot be right are answered before the body has come", arguments: [0, 1, 2, 3])
    func early(spoiled: Int) async throws {
        try await run(Bodies()) { gateway in
            var headers = headers("early", [])
            switch spoiled {
            case 0: headers.removeAll { $0.0 == "webhook-signature" }
            case 1: headers = headers.map { $0.0 == "webhook-timestamp" ? ($0.0, "1000000000") : $0 }
            case 2: headers = headers.map { $0.0 == "webhook-signature" ? ($0.0, "v1,%%%") : $0 }
            default: headers.append(("webhook-id", "twice"))
            }
            let lines = headers.map { "\($0): \($1)\r\n" }.joined()
            // Of a megabyte that is announced nothing is ever sent.
            let head = "POST /hooks/cti HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\(lines)\r\n"
            let answer = try await LiveGateway.exchange(port: gateway.port, Array(head.utf8))
            #expect(answer.status == 401)
        }
    }

    @Test("who sends forged bodies again and again is not read any more; who signs is never counted")
    func forged() async throws {
        try await run(Bodies(unverified: RateLimit(0.05, per: .seconds(600)))) { gateway in
            func post(_ id: String, secret: Data = HookSender.secret) async throws -> LiveGateway.Answer {
                let text = String(repeating: "路灯", count: 50_000)
                let body = Array(HookSender.report(text).utf8)
                return try await gateway.send(
                    "POST", "/hooks/cti", headers: headers(id, body, secret: secret), body: body)
            }
            for number in 0..<12 { #expect(try await post("good \(number)").status != 429) }
            var statuses: [Int] = []
            for number in 0..<12 {
                statuses.append(try await post("bad\(number)", secret: Data(repeating: 1, count: 32)).status)
            }
            #expect(statuses.first == 401 && statuses.last == 429)
            #expect(try await post("late").headers["retry-after"].flatMap { Int($0) } ?? 0 > 0)
        }
    }

    @Test("while requests hold all the memory they may, a sender is told to come back") func full() async throws {
        let bodies = Bodies()
        try await run(bodies) { gateway in
            let body = Array(HookSender.report("路灯不亮").utf8)
            let hog = Share(bodies, of: nil)
            #expect(hog.grow(by: Bodies.crowd))
            let answer = try await gateway.send("POST", "/hooks/cti", headers: headers("a", body), body: body)
            #expect(answer.status == 503 && answer.headers["retry-after"] != nil)
            hog.shrink(by: Bodies.crowd)
            #expect(
                try await gateway.send("POST", "/hooks/cti", headers: headers("a", body), body: body).status == 200)
        }
    }
}
