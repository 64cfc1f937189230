import Intake
import Testing

@testable import Gateway

@Suite("Which messages of one citizen belong together")
struct ConversationsTests {
    static let now = Instant(seconds: 1_700_000_000)
    static let ticket = TicketNumber("20231115-000001")
    static let later = TicketNumber("20231115-000002")

    static func talk(_ window: Duration = .seconds(600)) async -> Conversations {
        let conversations = Conversations(window: window)
        await conversations.kept("m1", from: "a", followsUp: nil, as: ticket, now: now)
        return conversations
    }

    @Test("The next message within the window follows up the ticket of the one before; a later one does not")
    func window() async {
        let conversations = await Self.talk()
        #expect(
            await conversations.belonging(of: "m2", from: "a", now: Self.now + .seconds(600)) == .known(Self.ticket))
        #expect(await conversations.belonging(of: "m2", from: "a", now: Self.now + .seconds(601)) == .known(nil))
        #expect(await conversations.belonging(of: "m2", from: "b", now: Self.now) == .unknown)
    }

    @Test("Each message moves the window on") func sliding() async {
        let conversations = await Self.talk()
        let second = Self.now + .seconds(500)
        await conversations.kept("m2", from: "a", followsUp: Self.ticket, as: Self.ticket, now: second)
        #expect(await conversations.belonging(of: "m3", from: "a", now: second + .seconds(500)) == .known(Self.ticket))
    }

    @Test("A repeat is taken as it was the first time, and does not move the window") func repeats() async {
        let conversations = await Self.talk()
        let again = Self.now + .seconds(599)
        #expect(await conversations.belonging(of: "m1", from: "a", now: again) == .known(nil))
        await conversations.kept("m1", from: "a", followsUp: nil, as: Self.ticket, now: again)
        #expect(await conversations.belonging(of: "m2", from: "a", now: again + .seconds(2)) == .known(nil))
    }

    @Test("A ticket that came to its end is replaced by the new one the ledger made") func replaced() async {
        let conversations = await Self.talk()
        await conversations.kept("m2", from: "a", followsUp: Self.ticket, as: Self.later, now: Self.now)
        #expect(await conversations.belonging(of: "m3", from: "a", now: Self.now) == .known(Self.later))
    }

    @Test("Who asks for another report begins one") func another() async {
        let conversations = await Self.talk()
        await conversations.end("a", now: Self.now)
        #expect(await conversations.belonging(of: "m2", from: "a", now: Self.now) == .known(nil))
    }

    @Test("Messages of one citizen are kept one after the other, those of others meanwhile") func alone() async {
        let conversations = await Self.talk()
        let (stream, steps) = AsyncStream<Int>.makeStream()
        await conversations.enter("a")
        async let second: Void = {
            await conversations.enter("a")
            steps.yield(2)
            await conversations.leave("a")
            steps.finish()
        }()
        await conversations.enter("b")
        await conversations.leave("b")
        steps.yield(1)
        await conversations.leave("a")
        await second
        #expect(await stream.reduce(into: []) { $0.append($1) } == [1, 2])
    }
}
