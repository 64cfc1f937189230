import Testing

@testable import Gateway

@Suite("Egress") struct EgressTests {
    @Test(
        "one address has one form, however it is written",
        arguments: [
            "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "::ffff:127.0.0.1", "[::ffff:7f00:1]",
            "64:ff9b::127.0.0.1", "64:ff9b:1::7f00:1",
        ])
    func forms(text: String) throws {
        #expect(try #require(NetAddress(text)).description == "127.0.0.1")
    }

    @Test("what is no address is none", arguments: ["", "example.org", "1.2.3.4.5", "127.0.0.1 x", "::g", "[::1"])
    func noAddress(text: String) { #expect(NetAddress(text) == nil) }

    @Test("a zone is dropped") func zone() { #expect(NetAddress("fe80::1%eth0") == NetAddress("fe80::1")) }

    @Test(
        "public addresses are reached by default",
        arguments: ["8.8.8.8", "1.1.1.1", "223.5.5.5", "172.15.0.1", "172.32.0.1", "2400:3200::1", "::ffff:8.8.8.8"])
    func open(text: String) throws { #expect(Egress.publicOnly.allows(try #require(NetAddress(text)))) }

    @Test(
        "everything else is not",
        arguments: [
            "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255",
            "192.168.1.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "fe80::1",
            "fd00::1",
            "ff02::1", "2001:db8::1", "2002:7f00:1::", "2001:0:7f00:1::", "::ffff:10.0.0.1", "64:ff9b::a00:1",
        ])
    func closed(text: String) throws { #expect(!Egress.publicOnly.allows(try #require(NetAddress(text)))) }

    @Test("a destination that lists networks reaches these and nothing else") func listed() throws {
        let egress = Egress(
            networks: try ["10.20.0.0/16", "fd00:12::/32", "8.8.8.8"].map { try #require(NetBlock($0)) })
        for text in ["10.20.255.1", "::ffff:10.20.0.9", "fd00:12::5", "8.8.8.8"] {
            #expect(egress.allows(try #require(NetAddress(text))), "\(text)")
        }
        for text in ["10.21.0.1", "fd00:13::5", "8.8.4.4", "127.0.0.1"] {
            #expect(!egress.allows(try #require(NetAddress(text))), "\(text)")
        }
    }

    @Test(
        "a network is an address and a length in range",
        arguments: ["10.0.0.0/33", "::/129", "10/x", "x/8", "1.2.3.4/-1"])
    func noNetwork(text: String) { #expect(NetBlock(text) == nil) }

    @Test("a length of none takes every address of IPv6, with IPv4 in it") func wide() throws {
        #expect(try #require(NetBlock("::/0")).contains(try #require(NetAddress("10.0.0.1"))))
        #expect(!(try #require(NetBlock("0.0.0.0/0")).contains(try #require(NetAddress("fd00::1")))))
    }
}
