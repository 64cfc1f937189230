import Foundation
import Intake
import Storage
import Testing

@testable import Gateway

@Suite("Forms that break off, and what forms leave behind") struct BrokenOffFormTests {
    static let now = Instant(seconds: 1_795_200_000)
    static let yaml = """
        title: 小城
        consent: { version: "v7", text: 同意 }
        files: { keep-free: 0B }
        limits: { uploads: 2MiB }
        """

    struct Bench {
        let gateway: LiveGateway
        let channel: FormChannel
        let token: FormToken

        /// Posts a form that ends after `bytes`, from the address of a citizen.
        func post(_ body: some Sequence<UInt8>) async throws -> LiveGateway.Answer {
            let type = "multipart/form-data; boundary=\(SampleForm.boundary)"
            return try await gateway.send(
                "POST", "/", headers: [("Content-Type", type), ("Forwarded", "for=198.51.100.7")], body: Array(body))
        }

        var staged: [StagedFile] {
            get async throws {
                let tools = gateway.tools
                return try await gateway.store.staged(tools.keys.sourceKey(channel: "web", id: token.id))
            }
        }

        func form(_ changes: [(String, String)] = []) -> SampleForm {
            var fields = [
                ("token", token.text(channel.tools.keys)), ("lang", "en"), ("text", "路灯不亮"), ("consent", "v7"),
                ("identity", "open"), ("act", "send"),
            ]
            for (name, _) in changes { fields.removeAll { $0.0 == name } }
            var form = SampleForm()
            for (name, value) in fields + changes { form.field(name, value) }
            return form
        }
    }

    func run(_ body: (Bench) async throws -> Void) async throws {
        let token = FormToken(issued: Self.now - .seconds(60))
        var made: FormChannel?
        try await LiveGateway.run(clock: .init(Self.now)) { tools in
            var tools = tools
            tools.proxies = [try #require(NetBlock("127.0.0.0/8"))]
            let settings = try channelSettings(Self.yaml, secrets: [:], in: tools.scratch)
            let channel = FormChannel(name: "web", settings, tools)
            try settings.conclude()
            made = channel
            return [channel]
        } _: { gateway in
            try await body(Bench(gateway: gateway, channel: try #require(made), token: token))
        }
    }

    @Test("the files of a form that broke off are swept within two hours, and count for their sender") func cut()
        async throws
    {
        try await run { bench in
            var form = bench.form()
            form.file("whole.jpg", FormReaderTests.jpeg + [UInt8](repeating: 1, count: 1_200_000))
            form.file("cut.jpg", FormReaderTests.jpeg)
            let answer = try await bench.post(form.whole.dropLast(20))
            #expect(answer.status == 400)
            let left = try await bench.staged
            #expect(left.count == 1)
            let blob = try #require(left.first?.blob)
            #expect(try await bench.gateway.tools.blobs.holds(blob))
            let soon = Self.now + .seconds(7200) - Staging.lifetime
            #expect(try await bench.gateway.store.sweepStaged(before: soon) == [blob])
            let sender = try #require(NetAddress("198.51.100.7")).low
            #expect(bench.channel.uploads.wait(sender, now: Self.now) != nil)
        }
    }

    @Test("a file that an earlier try brought too stays as long as that") func earlier() async throws {
        try await run { bench in
            var form = bench.form([("text", "")])
            form.file("one.jpg", FormReaderTests.jpeg)
            #expect(try await bench.post(form.whole).status == 422)
            let before = try await bench.staged
            #expect(before.count == 1)
            form.file("two.jpg", FormReaderTests.jpeg + [9])
            form.file("cut.jpg", FormReaderTests.jpeg + [8])
            #expect(try await bench.post(form.whole.dropLast(20)).status == 400)
            let after = try await bench.staged
            #expect(after.count == 2 && after.contains(before[0]))
        }
    }

    @Test("of an anonymous report nothing that leads to its sender is kept, of another the address is") func anonymous()
        async throws
    {
        try await run { bench in
            #expect(try await bench.post(bench.form([("identity", "anonymous")]).whole).status == 303)
            let kept = try #require(try await bench.gateway.store.parcel(1)).parcel.envelope
            let keys = bench.gateway.tools.keys
            #expect(try keys.envelope(kept).headers.isEmpty)
        }
        try await run { bench in
            #expect(try await bench.post(bench.form().whole).status == 303)
            let kept = try #require(try await bench.gateway.store.parcel(1)).parcel.envelope
            let keys = bench.gateway.tools.keys
            #expect(try keys.envelope(kept).headers["address"] == "198.51.100.7")
        }
    }
}
