import Foundation
import Intake
import Servers
import Testing

@testable import Gateway

/// What programs may add to tickets, and what makes a report of theirs the same one.
@Suite("Follow-ups and repeats by the API, end to end") struct APIFollowUpTests {
    private func follow(_ number: String, code: String? = nil) -> String {
        let shown = code.map { #", "follows_up_code": "\#($0)""# } ?? ""
        return #"{"text": "楼下着火了", "contact": {"phone": "13900139000"}, "follows_up": "\#(number)"\#(shown)}"#
    }

    @Test(
        "another key adds nothing to a ticket whose number it guessed; the own key and the look-up code do",
        arguments: Backend.allCases)
    func guessed(ledger: Backend) async throws {
        try await withGateway(ledger, channels: APICaller.channel) { gateway in
            let caller = try await APICaller(gateway)
            let stranger = try await APICaller(gateway, secret: "ik_other")
            let number = try #require(try await caller.post(#"{"text": "路灯不亮"}"#, key: "a")["number"])
            let guessed = try await stranger.post(follow(number), key: "b")
            #expect(guessed.status == 201 && guessed["number"] != number)
            #expect(guessed.json.member("follow_up") == .bool(false))
            #expect(guessed.text.contains("follows up \(number), but was not added"), "\(guessed.text)")
            #expect(try await stranger.post(follow(number), key: "b").body == guessed.body)
            let wrong = try await stranger.post(follow(number, code: "k3m9x0ab77qz"), key: "c")
            #expect(wrong.json.member("follow_up") == .bool(false))
            #expect(try await gateway.books().arrivals == ["ticket": 3])

            let code = caller.keys.lookupCode(try #require(TicketNumber(number)))
            let shown = try await stranger.post(follow(number, code: LookupCode.shown(code).uppercased()), key: "d")
            #expect(shown.json.member("follow_up") == .bool(true) && shown["number"] == number)
            #expect(shown.json.member("remarks") == nil && shown["lookup_code"] == nil)
            let own = try await caller.post(follow(number), key: "e")
            #expect(own.json.member("follow_up") == .bool(true) && own["number"] == number)
            #expect(try await gateway.books().arrivals == ["ticket": 3, "follow-up": 2])

            let told = try await gateway.command(["ticket", try #require(guessed["number"])])
            #expect(told.output.contains(number), "\(told.output)")
        }
    }

    @Test("a number that is none, or of no ticket, is told to the sender in its language", arguments: Backend.allCases)
    func malformed(ledger: Backend) async throws {
        try await withGateway(ledger, channels: APICaller.channel) { gateway in
            let caller = try await APICaller(gateway)
            let none = try await caller.post(follow("2024-000123"), key: "a")
            #expect(none.status == 201 && none.text.contains("no ticket number"))
            let unknown = try await caller.post(follow("20261121-999999"), key: "b", language: "zh")
            #expect(unknown.status == 201 && unknown.text.contains("来件称是 20261121-999999 的补充"))
            let odd = try await caller.post(#"{"text": "路灯", "emial": "x", "language": "tlh"}"#, key: "c")
            #expect(odd.text.contains("fields not understood: emial") && odd.text.contains("neither zh nor en"))
            #expect(try await gateway.books().arrivals == ["ticket": 3])
        }
    }

    @Test("the id in the body makes twice once, whatever the key of the call", arguments: Backend.allCases)
    func ids(ledger: Backend) async throws {
        try await withGateway(ledger, channels: APICaller.channel) { gateway in
            let caller = try await APICaller(gateway)
            let body = #"{"id": "evt-1", "text": "路灯不亮"}"#
            let first = try await caller.post(body, key: "one")
            let again = try await caller.post(body, key: "two")
            #expect(first.status == 201 && again.body == first.body)
            #expect(again.header("idempotent-replayed") == "true")
            #expect(try await caller.post(body).body == first.body)
            let other = try await caller.post(#"{"id": "evt-1", "text": "停水了"}"#, key: "three")
            #expect(other.status == 422 && other["code"] == "id-reused")
            // Beside an id the key says nothing, and it is no id.
            let second = try await caller.post(#"{"id": "evt-2", "text": "停水了"}"#, key: "one")
            #expect(second.status == 201 && second["number"] != first["number"])
            let keyed = try await caller.post(#"{"text": "井盖没了"}"#, key: "evt-1")
            #expect(keyed.status == 201 && keyed["number"] != first["number"])
            #expect(try await gateway.books().arrivals == ["ticket": 3])
        }
    }

    @Test("emergency words are answered at once with whom to call, also a follow-up's", arguments: Backend.allCases)
    func emergency(ledger: Backend) async throws {
        try await withGateway(ledger, channels: APICaller.channel) { gateway in
            let caller = try await APICaller(gateway)
            let fire = try await caller.post(#"{"text": "楼下着火了"}"#, key: "a")
            let calls = try #require(fire.json.member("emergency"))
            guard case .array(let list) = calls else { throw Trouble.lasting("no list") }
            #expect(list.map { $0.member("number") } == [.string("119")])
            guard case .string(let zh)? = list[0].member("zh"), case .string(let en)? = list[0].member("en") else {
                throw Trouble.lasting("no words")
            }
            #expect(zh.contains("119") && en.contains("119") && zh != en)
            #expect(try await caller.post(#"{"text": "楼下着火了"}"#, key: "a").body == fire.body)
            let plain = try await caller.post(#"{"text": "路灯不亮"}"#, key: "b")
            #expect(plain.json.member("emergency") == nil)
            let more = try await caller.post(follow(try #require(plain["number"])), key: "c")
            #expect(more.json.member("follow_up") == .bool(true) && more.json.member("emergency") == calls)
        }
    }

    @Test("JSON that breaks off is complained about in one language at a time") func words() async throws {
        try await withGateway(.sqlite, channels: APICaller.channel) { gateway in
            let caller = try await APICaller(gateway)
            for body in [#"["a""#, "{", #"{"a""#, #"{"a":"#, #"{"a":1"#, #"{"a":"\x"}"#, "[1.]", #""\u12""#] {
                let zh = try await caller.post(body, key: "k", language: "zh")
                let title = try #require(zh["title"])
                #expect(zh.status == 400 && title.firstMatch(of: /[a-z] ?[a-z]/) == nil, "\(title)")
                let en = try #require(try await caller.post(body, key: "k")["title"])
                #expect(en.hasPrefix("expected JSON") && en.utf8.allSatisfy { $0 < 0x80 }, "\(en)")
            }
            let wrong = try await caller.post(#"{"text": ["a"], "place": 3}"#, key: "k", language: "zh")
            #expect(wrong.text.contains("text 应为文字，实为数组") && wrong.text.contains("place 应为对象，实为数字"))
        }
    }
}
