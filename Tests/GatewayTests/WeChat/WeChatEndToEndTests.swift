import Foundation
import Intake
import Servers
import Testing

@testable import Gateway

@Suite("A citizen writes to the account, end to end")
struct WeChatEndToEndTests {
    @Test(
        "Words and a picture become one work order with the picture, and the citizen has the receipt",
        arguments: Backend.allCases)
    func report(_ ledger: Backend) async throws {
        let platform = WeChatPlatform()
        let server = WeChatServer(appid: platform.appid, secret: "appsecret")
        server.put("pic", .file(WeChatMediaTests.jpeg))
        try await server.serve { address in
            try await withFolder { secrets in
                let channel = try platform.channel(
                    in: secrets, "rest: 2s", "api: { address: \"\(address)\", networks: [\"127.0.0.0/8\"] }")
                try await withGateway(ledger, channels: channel) { gateway in
                    func push(_ xml: String) async throws -> String? {
                        let push = try platform.push(xml, to: "wx", at: .wall)
                        let answer = try await gateway.call(
                            HTTPCall(.post, gateway.publicURL + push.path, body: .bytes(push.body)))
                        let text = String(decoding: answer.body, as: UTF8.self)
                        return try platform.words(
                            of: .init(status: answer.status, headers: [:], body: text), to: "oAbc")
                    }
                    let words = try #require(try await push(platform.text("幸福路12号路灯不亮", id: 1, at: .wall)))
                    let number = try #require(WeChatChannelTests.number(words))
                    let image = "<PicUrl>http://p</PicUrl><MediaId>pic</MediaId>"
                    let more = try await push(platform.message("image", image, id: 2, at: .wall))
                    #expect(more?.contains(number) == true)
                    // The platform's repeat after the kill gets the same words.
                    gateway.stop(SIGKILL)
                    try await gateway.start()
                    #expect(try await push(platform.text("幸福路12号路灯不亮", id: 1, at: .wall)) == words)
                    let picture = try await eventually("the picture is handed over") { () -> Data? in
                        let outbox = gateway.state + "/outbox"
                        let all = FileManager.default.enumerator(atPath: outbox)?.compactMap { $0 as? String } ?? []
                        return all.first { $0.hasSuffix(".jpg") }
                            .flatMap { FileManager.default.contents(atPath: "\(outbox)/\($0)") }
                    }
                    #expect(picture == Data(WeChatMediaTests.jpeg))
                    let books = try await gateway.books()
                    #expect(books.arrivals == ["ticket": 1, "follow-up": 1])
                }
            }
        }
    }
}
