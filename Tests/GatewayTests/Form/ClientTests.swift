import Testing

@testable import Gateway

@Suite("Who sent a request") struct ClientTests {
    static let proxies = ["127.0.0.0/8", "10.0.0.0/8"].compactMap { NetBlock($0) }

    static func client(_ peer: String?, _ forwarded: [String], _ proxies: [NetBlock] = proxies) -> String? {
        Client(peer: peer.flatMap { NetAddress($0) }, forwarded: forwarded, proxies: proxies)?.address.description
    }

    @Test("a sender nobody vouches for is who connected") func direct() {
        #expect(Self.client("198.51.100.7", ["for=203.0.113.9"]) == "198.51.100.7")
        #expect(Self.client("198.51.100.7", []) == "198.51.100.7")
    }

    @Test(
        "behind proxies of ours it is the nearest address that is none",
        arguments: [
            (["for=203.0.113.9"], "203.0.113.9"), (["for=203.0.113.9;proto=https;by=10.0.0.1"], "203.0.113.9"),
            (["for=1.2.3.4, for=203.0.113.9"], "203.0.113.9"),
            (["for=1.2.3.4", "for=203.0.113.9, for=10.1.1.1"], "203.0.113.9"),
            (["For=\"203.0.113.9:4711\""], "203.0.113.9"), (["for=unknown, for=10.9.9.9"], "10.9.9.9"),
            (["for=\"[2001:db8::7]:80\""], "2001:db8:0:0:0:0:0:7"), (["for=_hidden"], nil), ([], nil),
            ([",,;;=,"], nil),
        ] as [([String], String?)])
    func proxied(forwarded: [String], expected: String?) {
        #expect(Self.client("10.0.0.3", forwarded) == expected)
        #expect(Self.client(nil, forwarded) == expected)
    }

    @Test("behind a proxy nobody configured all senders look alike, so none is told apart") func unknown() {
        #expect(Self.client("127.0.0.1", ["for=203.0.113.9"], []) == nil)
        #expect(Self.client("::1", [], []) == nil)
        #expect(Self.client(nil, ["for=203.0.113.9"], []) == nil)
    }

    @Test("an endless header is read in bounded time, from its end") func endless() {
        let many = String(repeating: "for=1.1.1.1,", count: 100_000) + "for=203.0.113.9"
        #expect(Self.client("10.0.0.3", [many]) == "203.0.113.9")
    }

    @Test("behind a proxy that says nothing senders are limited together, and it is counted") func together()
        async throws
    {
        try await LiveGateway.run(clock: .init(.wall)) { tools in
            let yaml = FormChannel.example.replacing("failed-look-ups: 30", with: "failed-look-ups: 1")
            return [FormChannel(name: "web", try channelSettings(yaml, secrets: [:], in: tools.state), tools)]
        } _: { gateway in
            func look(_ headers: [(name: String, value: String)] = []) async throws -> Int {
                try await gateway.send("GET", "/t/26112100000001?code=abcdefghijkm", headers: headers).status
            }
            var statuses: [Int] = []
            for _ in 0...Int(RateLimit.crowd) { statuses.append(try await look()) }
            #expect(statuses.dropLast().allSatisfy { $0 == 404 } && statuses.last == 429)
            #expect(gateway.tools.metrics.text.contains("\(Tools.unknownSenders) \(Int(RateLimit.crowd) + 1)\n"))
        }
    }

    @Test("the doctor says that senders cannot be told apart, and what to do about it") func doctor() async throws {
        let web = """
            - name: web
              kind: form
              title: 小城
              consent: { version: "1", text: 同意 }
            """
        try await withGateway(.sqlite, channels: web) { gateway in
            let file = try gateway.fileWithPort()
            #expect(try await gateway.command(["doctor"], file: file).output.contains("来客分得清"))
            _ = try await gateway.get("/t/26112100000001?code=abcdefghijkm")
            let found = try await gateway.command(["doctor"], file: file).output
            #expect(found.contains("分不清来自谁") && found.contains("proxies"))
            #expect(gateway.log.contains("senders cannot be told apart"))
        }
    }
}
