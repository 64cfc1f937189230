import Crypto
import Foundation
import Intake
import Servers
import Storage
import Testing

@testable import Gateway

@Suite("Files that a sender names by address")
struct FileFetcherTests {
    static func live(_ body: (FileFetcher, String, Tools) async throws -> Void) async throws {
        try await withHTTPReceiver(tls: true) { receiver in
            try await LiveGateway.run(clock: .init(Instant(seconds: 0)), channels: { _ in [] }) { gateway in
                let yaml = """
                    files: { limit: 1000B, networks: ["127.0.0.0/8", "::1/128"], ca-file: "\(receiver.caFile ?? "")" }
                    """
                let settings = Settings.read(text: yaml, file: "test.yaml")
                let fetcher = FileFetcher(settings.optionalTable("files"), gateway.tools)
                try settings.conclude()
                try await body(fetcher, receiver.address, gateway.tools)
                #expect(try FileManager.default.contentsOfDirectory(atPath: gateway.tools.scratch).isEmpty)
            }
        }
    }

    static func trouble(_ fetcher: FileFetcher, _ remote: RemoteFile) async -> Trouble.Kind? {
        do throws(Trouble) {
            _ = try await fetcher.fetch(remote.text)
            return nil
        } catch { return error.kind }
    }

    @Test("A file with the announced digest is kept; with another it is refused for good") func digest() async throws {
        try await Self.live { fetcher, address, tools in
            let bytes = Data(repeating: UInt8(ascii: "x"), count: 900)
            let digest = SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined()
            let file = try await fetcher.fetch(RemoteFile(address: address + "/big/900", digest: digest).text)
            #expect(file.size == 900)
            #expect(file.type == "application/octet-stream")
            #expect(file.name == "900")
            guard case .kept(let blob) = file.content else {
                Issue.record("not kept")
                return
            }
            #expect(try await tools.blobs.bytes(blob, keys: tools.keys) == bytes)
            let other = RemoteFile(address: address + "/big/901", digest: digest)
            #expect(await Self.trouble(fetcher, other) == .lasting)
        }
    }

    @Test("Too large, redirected or missing is for good; a busy server passes") func kinds() async throws {
        try await Self.live { fetcher, address, _ in
            for (path, kind) in [
                ("/big/1001", Trouble.Kind.lasting), ("/redirect", .lasting), ("/status/404", .lasting),
                ("/status/503", .passing), ("/status/429", .passing), ("/big/0", .lasting),
            ] {
                let found = await Self.trouble(fetcher, RemoteFile(address: address + path, digest: nil))
                #expect(found == kind, "\(path)")
            }
        }
    }

    @Test("Addresses inside are refused unless the channel lists their network") func inside() async throws {
        try await Self.live { _, address, tools in
            let fetcher = FileFetcher(nil, tools)
            let found = await Self.trouble(fetcher, RemoteFile(address: address + "/big/1", digest: nil))
            #expect(found == .lasting || found == .needsPerson)
        }
    }
}
