import Foundation
import Intake
import Storage
import Testing

@testable import Gateway

@Suite("Files that citizens left with the platform")
struct WeChatMediaTests {
    static let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0] + Array(repeating: 7, count: 300_000)
    static let mp4: [UInt8] = [0, 0, 0, 24] + Array("ftypmp42".utf8) + Array(repeating: 9, count: 5_000)

    static func live(_ extra: String = "", _ body: (WeChatServer, WeChatChannel, Tools) async throws -> Void)
        async throws
    {
        let server = WeChatServer(appid: WeChatPlatform().appid, secret: "appsecret")
        try await server.serve { address in
            try await WeChatChannelTests.live("api: { address: \"\(address)\", networks: [127.0.0.0/8], limit: 1MiB }")
            { live in
                let yaml = """
                    appid: \(server.appid)
                    tokens: [credential:token]
                    keys: [credential:key]
                    secret: credential:secret
                    api: { address: "\(address)", networks: [127.0.0.0/8], limit: 1MiB }
                    """
                let settings = try channelSettings(yaml, secrets: [:], in: live.gateway.tools.scratch)
                let channel = WeChatChannel(name: "wx", settings, live.gateway.tools)
                try settings.conclude()
                try await body(server, channel, live.gateway.tools)
                let left = try FileManager.default.contentsOfDirectory(atPath: live.gateway.tools.scratch)
                #expect(Set(left) == ["token", "key", "secret"])
            }
        }
    }

    @Test("A picture is kept, known by its content, and the token is asked for once") func picture() async throws {
        try await Self.live { server, channel, tools in
            server.put("m-1_A", .file(Self.jpeg))
            for _ in 0..<3 {
                let file = try await channel.fetch("m-1_A")
                #expect(file.type == "image/jpeg")
                #expect(file.size == Int64(Self.jpeg.count))
                guard case .kept(let blob) = file.content else {
                    Issue.record("not kept")
                    return
                }
                #expect(try await tools.blobs.bytes(blob, keys: tools.keys) == Data(Self.jpeg))
            }
            #expect(server.tokensAsked == 1)
        }
    }

    @Test("A video is fetched from its second address, without the token") func video() async throws {
        try await Self.live { server, channel, _ in
            server.put("v", .video(Self.mp4))
            let file = try await channel.fetch("v")
            #expect(file.type == "video/mp4")
        }
    }

    @Test("A refused token is renewed once, and the file is had; many at once renew it once") func refused()
        async throws
    {
        try await Self.live { server, channel, _ in
            server.put("m", .file(Self.jpeg))
            _ = try await channel.fetch("m")
            server.spoil()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 { group.addTask { _ = try await channel.fetch("m") } }
                try await group.waitForAll()
            }
            #expect(server.tokensAsked == 2)
            #expect(server.refused >= 1)
        }
    }

    @Test(
        "What the platform says is sorted into what passes and what lasts",
        arguments: [
            (WeChatServer.Media.error(40007), Trouble.Kind.lasting), (.error(-1), .passing), (.error(45009), .passing),
            (.error(48001), .passing), (.error(99999), .lasting), (.status(502), .passing), (.file([]), .lasting),
            (.error(40001), .passing), (.file(Array(repeating: 1, count: 2 << 20)), .lasting),
        ])
    func errors(_ media: WeChatServer.Media, _ kind: Trouble.Kind) async throws {
        try await Self.live { server, channel, _ in
            server.put("m", media)
            let trouble = await #expect(throws: Trouble.self) { _ = try await channel.fetch("m") }
            #expect(trouble?.kind == kind)
            #expect(trouble?.reason.contains("token_1") == false)
        }
    }

    @Test("A file the platform does not know is gone for good") func gone() async throws {
        try await Self.live { _, channel, _ in
            let trouble = await #expect(throws: Trouble.self) { _ = try await channel.fetch("unknown&media_id=m") }
            #expect(trouble?.kind == .lasting)
        }
    }
}
