import Foundation
import Intake
import Testing

@testable import Gateway

/// Look-up codes that somebody tries.
@Suite("Guessed look-up codes") struct GuessTests {
    private static let channel = APICaller.channel + "\n  limits: { failed-look-ups: 3, within: 1h }"

    private func proxied(_ gateway: RunningGateway) throws {
        let file = URL(filePath: gateway.folder + "/intake.yaml")
        let text = try String(contentsOf: file, encoding: .utf8) + "\nproxies: { networks: [127.0.0.0/8] }\n"
        try Data(text.utf8).write(to: file)
    }

    private func link(_ number: String, _ code: String) -> String { Path.submission(number).link([("code", code)]) }

    @Test(
        "after some wrong codes an address and a key wait, also with a right one; others do not",
        arguments: Backend.allCases)
    func status(ledger: Backend) async throws {
        try await withGateway(ledger, channels: Self.channel, prepare: proxied) { gateway in
            var guesser = try await APICaller(gateway)
            var honest = try await APICaller(gateway, secret: "ik_other")
            guesser.address = "198.51.100.7"
            honest.address = "203.0.113.9"
            let one = try #require(try await honest.post(#"{"text": "路灯不亮"}"#, key: "a")["number"])
            let two = try #require(try await guesser.post(#"{"text": "停水了"}"#, key: "a")["number"])
            let right = link(two, guesser.keys.lookupCode(try #require(TicketNumber(two))))
            for attempt in 0..<3 {
                #expect(try await guesser.get(link(one, "00000000000\(attempt)")).status == 404)
            }
            let slowed = try await guesser.get(link(one, "000000000009"))
            #expect(slowed.status == 429 && slowed["code"] == "too-many-codes")
            #expect(slowed.header("retry-after").flatMap { Int($0) } ?? 0 > 60)
            #expect(slowed["title"]?.contains("too many wrong look-up codes") == true)
            #expect(try await guesser.get(right).status == 429)
            // The key elsewhere, and another key from there.
            var moved = guesser
            moved.address = "198.51.100.99"
            #expect(try await moved.get(right).status == 429)
            var neighbour = honest
            neighbour.address = guesser.address
            #expect(try await neighbour.get(right).status == 429)
            #expect(try await honest.get(right).status == 200)
            #expect(try await guesser.post(#"{"text": "井盖没了"}"#, key: "b").status == 201)
            let metric = try await gateway.metric("intake_unverified_total", "codes")
            #expect(metric == 4)
        }
    }

    @Test("a follow-up's code is a guess as well: after too many nothing with a code is kept, and without one all is")
    func followUps() async throws {
        try await withGateway(.sqlite, channels: Self.channel) { gateway in
            let owner = try await APICaller(gateway)
            let stranger = try await APICaller(gateway, secret: "ik_other")
            let number = try #require(try await owner.post(#"{"text": "路灯不亮"}"#, key: "a")["number"])
            func follow(_ code: String?) -> String {
                let shown = code.map { #", "follows_up_code": "\#($0)""# } ?? ""
                return #"{"text": "还是不亮", "follows_up": "\#(number)"\#(shown)}"#
            }
            for attempt in 0..<3 {
                let answer = try await stranger.post(follow("00000000000\(attempt)"), key: "w\(attempt)")
                #expect(answer.status == 201 && answer.json.member("follow_up") == .bool(false))
            }
            let right = owner.keys.lookupCode(try #require(TicketNumber(number)))
            for code in ["000000000009", right] {
                let refused = try await stranger.post(follow(code), key: "r", language: "zh")
                #expect(refused.status == 429 && refused["title"]?.contains("没有保存") == true)
                #expect(refused.header("retry-after") != nil)
            }
            #expect(try await gateway.books().arrivals == ["ticket": 4])
            #expect(try await stranger.post(follow(nil), key: "n").status == 201)
            #expect(try await owner.post(follow(right), key: "o").json.member("follow_up") == .bool(true))
        }
    }

    @Test("a ticket at which many try lets nobody in for a while; other tickets are not touched") func ticket()
        async throws
    {
        let clock = LiveGateway.Clock(.wall)
        try await LiveGateway.run(clock: clock, channels: { _ in [] }) { gateway in
            let tools = gateway.tools
            let (form, api) = (Guesses("web"), Guesses("api"))
            let day = try #require(Day(number: 20_261_121))
            let (tried, other) = (TicketNumber(day: day, id: 1), TicketNumber(day: day, id: 2))
            func guess(_ ticket: TicketNumber, sender: UInt64, right: Bool) -> Guess {
                Guess(sender: sender, ticket: ticket, code: right ? tools.keys.lookupCode(ticket) : "000000000000")
            }
            for sender in 0..<UInt64(Guesses.limit * 10) {
                let channel = sender % 2 == 0 ? form : api
                #expect(channel.look(guess(tried, sender: sender, right: false), tools) == .wrong)
            }
            for channel in [form, api] {
                guard case .wait(let pause) = channel.look(guess(tried, sender: 1_000, right: true), tools) else {
                    Issue.record("expected to wait")
                    return
                }
                #expect(pause > .zero && pause <= Guesses.span)
                #expect(channel.look(guess(other, sender: 1_000, right: true), tools) == .right(other))
            }
            clock.now = clock.now + .seconds(10)
            #expect(form.look(guess(tried, sender: 1_000, right: true), tools) == .right(tried))
        }
    }
}
