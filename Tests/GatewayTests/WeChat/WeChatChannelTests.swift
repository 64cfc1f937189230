import Foundation
import Intake
import Storage
import Testing

@testable import Gateway

@Suite("The WeChat channel, through its route, against a platform that signs and encrypts by itself")
struct WeChatChannelTests {
    static let now = Instant(seconds: 1_700_000_000)
    static let platform = WeChatPlatform()

    struct Live {
        var gateway: LiveGateway
        var clock: LiveGateway.Clock
        var platform: WeChatPlatform

        /// Pushes one message and gives the status and words of the answer.
        func push(_ xml: String, from citizen: String = "oAbc") async throws -> (status: Int, words: String?) {
            let push = try platform.push(xml, to: "wx", at: clock.now)
            let answer = try await gateway.send("POST", push.path, body: push.body)
            return (answer.status, answer.status == 200 ? try platform.words(of: answer, to: citizen) : nil)
        }

        func say(_ words: String, from citizen: String = "oAbc", id: Int64) async throws -> String {
            let xml = platform.text(words, from: citizen, id: id, at: clock.now)
            return try #require(try await push(xml, from: citizen).words)
        }
    }

    static func live(
        _ extra: String = "", platform: WeChatPlatform = platform, at now: Instant = now, refuse: Trouble? = nil,
        _ body: (Live) async throws -> Void
    ) async throws {
        let clock = LiveGateway.Clock(now)
        try await LiveGateway.run(clock: clock, refuse: refuse) { tools in
            let yaml = """
                appid: \(platform.appid)
                tokens: [credential:token]
                keys: [credential:key]
                secret: credential:secret
                \(extra)
                """
            let secrets = ["token": platform.token, "key": platform.key, "secret": "appsecret"]
            let settings = try channelSettings(yaml, secrets: secrets, in: tools.scratch)
            let channel = WeChatChannel(name: "wx", settings, tools)
            try settings.conclude()
            return [channel]
        } _: {
            try await body(Live(gateway: $0, clock: clock, platform: platform))
        }
    }

    static func number(_ words: String) -> String? {
        words.firstMatch(of: /\d{8}-\d{6}/).map { String($0.output) }
    }

    @Test("A text gets a sealed receipt with number and code, and a repeat gets the same words and no second ticket")
    func text() async throws {
        try await Self.live { live in
            let first = try await live.say("幸福路12号路灯不亮", id: 1)
            #expect(first.hasPrefix("已收到，编号 20231115-000001，查询码 "))
            #expect(first.contains("，最晚 ") && first.contains("答复"))
            live.clock.now = Self.now + .seconds(5)
            #expect(try await live.say("幸福路12号路灯不亮", id: 1) == first)
            let books = try await live.gateway.books()
            #expect(books.complaints.isEmpty)
            #expect(books.arrivals == ["ticket": 1])
            let english = try await live.say("The street lamp is broken", from: "oXyz", id: 2)
            #expect(english.hasPrefix("Received. Number 20231115-000002"))
            #expect(english.contains("; you have an answer by "))
        }
    }

    @Test("Text, then a picture, then the place are one ticket; after the window another begins")
    func pieces() async throws {
        try await Self.live("conversation: 10m") { live in
            let first = try await live.say("路灯不亮", id: 1)
            let number = try #require(Self.number(first))
            live.clock.now = live.clock.now + .seconds(300)
            let picture = live.platform.message(
                "image", "<PicUrl>http://p</PicUrl><MediaId>m</MediaId>", id: 2, at: live.clock.now)
            #expect(try await live.push(picture).words?.hasPrefix("已补充到 \(number)。") == true)
            live.clock.now = live.clock.now + .seconds(599)
            let place = live.platform.message(
                "location", "<Location_X>39.9</Location_X><Location_Y>116.4</Location_Y><Label>幸福路</Label>", id: 3,
                at: live.clock.now)
            #expect(try await live.push(place).words?.contains(number) == true)
            // The platform repeats the picture: the same answer, nothing new.
            #expect(try await live.push(picture).words?.hasPrefix("已补充到 \(number)。") == true)
            live.clock.now = live.clock.now + .seconds(601)
            #expect(Self.number(try await live.say("井盖丢了", id: 4)) != number)
            let books = try await live.gateway.books()
            #expect(books.complaints.isEmpty)
            #expect(books.arrivals == ["ticket": 2, "follow-up": 2])
            let entries = try await live.gateway.store.entries(of: [1])
            let said = try entries.compactMap { try live.gateway.tools.keys.payload(Submission.self, of: $0) }
            #expect(said.map(\.text) == ["路灯不亮", "［图片］", "［位置］幸福路"])
            #expect(said[1].attachments.map(\.content) == [.remote("m")])
            #expect(said[2].place.point?.datum == .gcj02)
        }
    }

    @Test("Another citizen's message is another ticket, and “新问题” begins a new one") func apart() async throws {
        try await Self.live { live in
            let first = Self.number(try await live.say("路灯不亮", id: 1))
            #expect(Self.number(try await live.say("路灯不亮", from: "oXyz", id: 2)) != first)
            #expect(try await live.say("“新问题”", id: 3) == "好的，请说明新的问题和地点。")
            let second = Self.number(try await live.say("井盖丢了", id: 4))
            #expect(second != first)
            #expect(Self.number(try await live.say("在幸福路", id: 5)) == second)
            let books = try await live.gateway.books()
            #expect(books.complaints.isEmpty)
            #expect(books.arrivals == ["ticket": 3, "follow-up": 1, "notice": 1])
        }
    }

    @Test("“新问题” with the words behind it is a report of its own, also when the platform repeats it") func anew()
        async throws
    {
        try await Self.live { live in
            let first = Self.number(try await live.say("路灯不亮", id: 1))
            let words = try await live.say("新问题：幸福路有人打架", id: 2)
            #expect(words.contains("已收到，编号 ") && Self.number(words) != first)
            #expect(Self.number(try await live.say("在12号楼下", id: 3)) == Self.number(words))
            #expect(try await live.say("新问题：幸福路有人打架", id: 2) == words)
            let third = try await live.say("NEW street light", id: 4)
            #expect(third.contains("Received. Number ") && Self.number(third) != Self.number(words))
            #expect(Self.number(try await live.say("新问题：幸福路有人打架", id: 2)) == Self.number(words))
            #expect(Self.number(try await live.say("at the corner", id: 5)) == Self.number(third))
            #expect(try await live.gateway.books().arrivals == ["ticket": 3, "follow-up": 2])
            let entries = try await live.gateway.store.entries(of: [2, 3])
            let said = try entries.compactMap { try live.gateway.tools.keys.payload(Submission.self, of: $0)?.text }
            #expect(said == ["幸福路有人打架", "在12号楼下", "street light", "at the corner"])
        }
    }

    @Test("A report rests before it is routed, so that its pieces are routed together; an emergency does not")
    func rest() async throws {
        try await Self.live("rest: 90s") { live in
            func due() async throws -> [Instant] {
                try await live.gateway.store.lanes().filter { $0.lane == .settle }.map(\.due)
            }
            _ = try await live.say("路灯不亮", id: 1)
            #expect(try await due() == [Self.now + .seconds(90)])
            live.clock.now = live.clock.now + .seconds(10)
            let words = try await live.say("楼下着火了", id: 2)
            #expect(words.hasPrefix("如有火情，请立即拨打 119。\n已补充到"))
            #expect(try await due() == [live.clock.now])
        }
    }

    @Test("Pieces that come at the same moment are one ticket") func together() async throws {
        try await Self.live { live in
            let words = try await withThrowingTaskGroup(of: String.self) { group in
                for id in 1...8 { group.addTask { try await live.say("第\(id)句", id: Int64(id)) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(words.map(Self.number)).count == 1)
            #expect(try await live.gateway.books().arrivals == ["ticket": 1, "follow-up": 7])
        }
    }

    @Test("Following the account is answered with a welcome, other events with success; each is one notice")
    func events() async throws {
        try await Self.live { live in
            let follow = live.platform.message("event", "<Event>subscribe</Event>", at: Self.now)
            #expect(try await live.push(follow).words?.hasPrefix("您好！") == true)
            #expect(try await live.push(follow).words?.hasPrefix("您好！") == true)
            let other = live.platform.message("event", "<Event>brand_new</Event><EventKey>k</EventKey>", at: Self.now)
            let answer = try await live.push(other)
            #expect(answer.status == 200)
            #expect(answer.words == nil)
            let books = try await live.gateway.books()
            #expect(books.complaints.isEmpty)
            #expect(books.arrivals == ["notice": 2])
        }
    }

    @Test("A verified message that cannot be read is quarantined once and its citizen is told") func unread()
        async throws
    {
        try await Self.live { live in
            let odd = live.platform.message("hologram", "", id: 1, at: Self.now)
            #expect(try await live.push(odd).words?.hasPrefix("已收到，但系统没有读懂") == true)
            #expect(try await live.push(odd).words?.hasPrefix("已收到，但系统没有读懂") == true)
            #expect(try await live.push("no xml").words == nil)
            let books = try await live.gateway.books()
            #expect(books.complaints.isEmpty)
            #expect(books.arrivals == ["quarantined": 2])
        }
    }

    @Test("The handshake gives back the echo, also in secure mode, and only when signed and fresh")
    func handshake() async throws {
        try await Self.live { live in
            func greet(_ token: String, at now: Instant) async throws -> LiveGateway.Answer {
                let time = String(now.milliseconds / 1000)
                let signature = live.platform.sha1([token, time, "7"])
                return try await live.gateway.send(
                    "GET", "/hooks/wx?signature=\(signature)&timestamp=\(time)&nonce=7&echostr=a%2Bb+c")
            }
            let good = try await greet(live.platform.token, at: Self.now)
            #expect(good.status == 200)
            #expect(good.headers["content-type"] == "text/plain; charset=utf-8")
            #expect(good.body == "a+b+c")
            #expect(try await greet("wrong", at: Self.now).status == 401)
            #expect(try await greet(live.platform.token, at: Self.now - .seconds(601)).status == 401)
        }
    }

    @Test("What is not sealed with our secrets is 401, counted by reason, and not kept") func unverified() async throws
    {
        try await Self.live { live in
            let xml = live.platform.text("a", id: 1, at: Self.now)
            var push = try live.platform.push(xml, to: "wx", at: Self.now)
            let time = String(Self.now.milliseconds / 1000)
            let signature = live.platform.sha1([live.platform.token, time, "7"])
            let plain = "/hooks/wx?signature=\(signature)&timestamp=\(time)&nonce=7&openid=oAbc"
            #expect(try await live.gateway.send("POST", plain, body: Array(xml.utf8)).status == 401)
            #expect(try await live.gateway.send("POST", push.path, body: Array(xml.utf8)).status == 401)
            let tampered = push.path.replacing("nonce=99", with: "nonce=98")
            #expect(try await live.gateway.send("POST", tampered, body: push.body).status == 401)
            push = try live.platform.push(xml, to: "wx", at: Self.now - .seconds(601))
            #expect(try await live.gateway.send("POST", push.path, body: push.body).status == 401)
            var elsewhere = live.platform
            elsewhere.appid = "wxother"
            push = try elsewhere.push(xml, to: "wx", at: Self.now)
            #expect(try await live.gateway.send("POST", push.path, body: push.body).status == 401)
            let metrics = live.gateway.tools.metrics.text
            for (reason, count) in [("plaintext", 2), ("bad-signature", 1), ("stale", 1), ("other-receiver", 1)] {
                #expect(metrics.contains(#"intake_unverified_total{channel="wx",reason="\#(reason)"} \#(count)"#))
            }
            #expect(try await live.gateway.books().arrivals.isEmpty)
        }
    }

    @Test("When the ledger cannot keep it, the platform is told to come back") func later() async throws {
        try await Self.live(refuse: .passing("closed")) { live in
            let answer = try await live.push(live.platform.text("a", id: 1, at: Self.now))
            #expect(answer.status == 503)
        }
    }

    @Test("Plaintext mode, said in words, takes what only the plain signature covers and answers in the clear")
    func plaintext() async throws {
        try await Self.live("mode: plaintext-not-verified") { live in
            let time = String(Self.now.milliseconds / 1000)
            let signature = live.platform.sha1([live.platform.token, time, "7"])
            let path = "/hooks/wx?signature=\(signature)&timestamp=\(time)&nonce=7"
            let body = Array(live.platform.text("路灯", id: 1, at: Self.now).utf8)
            let answer = try await live.gateway.send("POST", path, body: body)
            #expect(answer.body.contains("<Content><![CDATA[已收到"))
            #expect(answer.body.contains("<ToUserName><![CDATA[oAbc]]>"))
            #expect(try await live.gateway.send("POST", "/hooks/wx", body: body).status == 401)
        }
    }

    @Test("Every handshake and sealed push vector of the platform passes through the route") func vectors() async throws
    {
        let all = Vectors<TencentVector>.read("wechat-oa", kinds: ["url_handshake", "secure_decrypt"])
        #expect(all.count == 4)
        for vector in all {
            let query = try #require(vector.input.query)
            let time = try #require(query["timestamp"].flatMap { Int64($0) })
            let platform = WeChatPlatform(
                token: try #require(vector.input.token), key: vector.input.aesKey ?? Self.platform.key,
                appid: vector.input.receiver ?? "wx1", account: "gh_1")
            let text = query.map { "\($0.key)=\($0.value)" }.joined(separator: "&")
            try await Self.live(platform: platform, at: Instant(seconds: time)) { live in
                let path = "/hooks/wx?\(text)"
                if vector.kind == "url_handshake" {
                    #expect(try await live.gateway.send("GET", path).body == query["echostr"])
                    return
                }
                let fields = (vector.input.bodyFields ?? [:]).map { "<\($0.key)>\($0.value)</\($0.key)>" }.joined()
                let body = vector.input.body ?? "<xml>\(fields)</xml>"
                #expect(try await live.gateway.send("POST", path, body: Array(body.utf8)).status == 200)
                let raw = try await live.gateway.store.parcel(1)
                let kept = try live.gateway.tools.keys.envelope(try #require(raw?.parcel.envelope)).headers
                #expect(kept["opened"] == vector.expect.plaintext)
            }
        }
    }

    @Test("Kept messages are read again from the words kept with them, whatever the keys are now") func replay()
        async throws
    {
        try await Self.live { live in
            let settings = try channelSettings(
                "appid: wx9\ntokens: [credential:token]\nkeys: [credential:other]\nsecret: credential:secret",
                secrets: ["other": String(repeating: "B", count: 43)], in: live.gateway.tools.scratch)
            let channel = WeChatChannel(name: "wx", settings, live.gateway.tools)
            let xml = live.platform.text("路灯", id: 77, at: Self.now)
            let raw = RawParcel(received: Self.now, envelope: ["opened": xml], body: .bytes(Data("<xml/>".utf8)))
            #expect(try await channel.read(raw).map(\.sourceID) == ["77"])
        }
    }

    @Test("The example of the channel is read without complaint, and bad settings stop the start") func settings()
        async throws
    {
        try await Self.live { live in
            let secrets = [
                "city-wechat-token": "t", "city-wechat-key": Self.platform.key, "city-wechat-secret": "s",
                "bad": "short",
            ]
            func conclude(_ yaml: String) throws {
                let settings = try channelSettings(yaml, secrets: secrets, in: live.gateway.tools.scratch)
                _ = [settings.string("name"), settings.string("kind")]
                _ = WeChatChannel(name: "city-wechat", settings, live.gateway.tools)
                try settings.conclude()
            }
            try conclude(WeChatChannel.example)
            for (good, bad) in [
                ("mode: secure", "mode: plain"), ("credential:city-wechat-key", "credential:bad"),
                ("appid: wx0123456789abcdef", ""), ("tokens: [credential:city-wechat-token]", ""),
            ] {
                #expect(throws: ConfigurationError.self) {
                    try conclude(WeChatChannel.example.replacing(good, with: bad))
                }
            }
        }
    }
}
