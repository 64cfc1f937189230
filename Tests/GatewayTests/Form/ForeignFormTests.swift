import Foundation
import Intake
import Testing

@testable import Gateway

/// Forms that another site's page has a browser send.
@Suite("Forms of other sites") struct ForeignFormTests {
    @Test(
        "what the browser says decides, else the host it was asked by; who says nothing is believed",
        arguments: [
            (nil, nil, false), (nil, "null", false), ("cross-site", nil, true), ("cross-site", "null", true),
            ("Cross-Site", "https://hotline.gov.cn", true), ("same-origin", "null", false),
            ("none", nil, false), ("same-origin", "https://elsewhere.example", false),
            (nil, "https://hotline.gov.cn", false), (nil, "https://HOTLINE.gov.cn:8443", false),
            (nil, "https://evil.example", true), (nil, "https://hotline.gov.cn.evil.example", true),
            (nil, "http://10.1.2.3:80", false), (nil, "http://[fd00::1]:8311", false), (nil, "http://[fd00::2]", true),
            ("same-site", "https://other.gov.cn", true), ("same-site", "null", false), (nil, "file://", true),
            (nil, "", false), (nil, "rubbish", true),
        ] as [(String?, String?, Bool)])
    func decided(site: String?, origin: String?, foreign: Bool) {
        let hosts = ["hotline.gov.cn", "10.1.2.3:8311", "[FD00::1]"]
        #expect(FormOrigin.isForeign(site: site, origin: origin, hosts: hosts) == foreign)
    }

    @Test("the host a proxy was asked for counts only where the proxy is one of ours") func forwarded() {
        func hosts(_ peer: String?, _ forwarded: [String], _ proxies: [NetBlock] = ClientTests.proxies) -> [String] {
            Client.hosts(peer: peer.flatMap { NetAddress($0) }, forwarded: forwarded, proxies: proxies)
        }
        let entry = "for=203.0.113.9;host=\"Hotline.gov.cn:443\";proto=https"
        #expect(hosts("10.0.0.3", [entry]) == ["Hotline.gov.cn:443"])
        #expect(hosts(nil, [entry]) == ["Hotline.gov.cn:443"])
        #expect(hosts("198.51.100.7", [entry]) == [] && hosts("127.0.0.1", [entry], []) == [])
        // Before the nearest address that is no proxy of ours, anybody may have written.
        #expect(hosts("10.0.0.3", ["for=1.2.3.4;host=evil.example, " + entry]) == ["Hotline.gov.cn:443"])
        #expect(hosts("10.0.0.3", ["for=1.2.3.4;host=a", "for=10.0.0.9;host=b"]) == ["b", "a"])
    }

    private static let browsers: [(name: String, headers: [HTTPHeader])] = [
        ("a new one", [HTTPHeader("origin", "null"), HTTPHeader("sec-fetch-site", "same-origin")]),
        ("one that says where from", [HTTPHeader("origin", "http://127.0.0.1:1")]),
        ("one that says null", [HTTPHeader("origin", "null")]), ("an old telephone's", []),
        (
            "one behind a proxy",
            [
                HTTPHeader("origin", "https://hotline.gov.cn"),
                HTTPHeader("forwarded", "for=198.51.100.7;host=hotline.gov.cn"),
            ]
        ),
    ]

    private func proxied(_ gateway: RunningGateway) throws {
        let file = URL(filePath: gateway.folder + "/intake.yaml")
        let text = try String(contentsOf: file, encoding: .utf8) + "\nproxies: { networks: [127.0.0.0/8] }\n"
        try Data(text.utf8).write(to: file)
    }

    @Test("our own pages are taken from every browser, and other sites' become nothing") func browsers() async throws {
        try await withGateway(.sqlite, channels: FormSender.channel, prepare: proxied) { gateway in
            let sender = try FormSender(gateway)
            for browser in Self.browsers {
                let answer = try await sender.post(sender.form(token: sender.token()), headers: browser.headers)
                #expect(answer.status == 303, "\(browser.name)")
            }
            for headers in [
                [HTTPHeader("origin", "https://evil.example"), HTTPHeader("sec-fetch-site", "cross-site")],
                [HTTPHeader("origin", "null"), HTTPHeader("sec-fetch-site", "cross-site")],
                [HTTPHeader("origin", "https://evil.example")],
                // Nobody but a proxy of ours says by which name we were asked.
                [HTTPHeader("origin", "https://evil.example"), HTTPHeader("x-forwarded-host", "evil.example")],
            ] {
                for act in ["send", "areas", "zh"] {
                    let form = sender.form(token: sender.token(), [("act", act)])
                    #expect(try await sender.post(form, headers: headers).status == 403, "\(headers) \(act)")
                }
            }
            #expect(try await gateway.books().tickets == Self.browsers.count)
        }
    }

    @Test(
        "who wrote it finds everything there, and sends it by pressing once more; who made it cannot ask for the receipt"
    )
    func mended() async throws {
        try await withGateway(.sqlite, channels: FormSender.channel) { gateway in
            let sender = try FormSender(gateway)
            let token = sender.token()
            var form = sender.form(token: token, [("place", "幸福路")])
            form.file("one.jpg", FormRouteTests.jpeg)
            let foreign = [HTTPHeader("origin", "https://evil.example"), HTTPHeader("sec-fetch-site", "cross-site")]
            let asked = try await sender.post(form, headers: foreign)
            #expect(asked.status == 403 && asked.text.contains("another website") && asked.text.contains("路灯不亮"))
            #expect(asked.text.contains("value=\"幸福路\""))
            let chinese = try await sender.post(sender.form(token: token, [("lang", "zh")]), headers: foreign)
            #expect(chinese.status == 403 && chinese.text.contains("别的网站"))
            #expect(try await gateway.books().items == 0)

            let renewed = try #require(asked.value(of: "token"))
            let kept = try #require(asked.value(of: "kept"))
            #expect(renewed.prefix(22) != token.prefix(22))
            let again = sender.form(token: renewed, [("place", "幸福路"), ("kept", kept)])
            let sent: HTTPAnswer = try await eventually("the new form has waited") {
                let answer = try await sender.post(again, headers: [HTTPHeader("sec-fetch-site", "same-origin")])
                return answer.status == 303 ? answer : nil
            }
            let own = try await sender.post(form, headers: [HTTPHeader("sec-fetch-site", "same-origin")])
            #expect(sent.receipt != nil && own.receipt != sent.receipt)
        }
    }
}
