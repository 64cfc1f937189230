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
}
