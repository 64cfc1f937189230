import Intake
import Synchronization
import Testing

@testable import Gateway

@Suite("The access token of an account")
struct WeChatTokenTests {
    /// A platform that numbers its tokens: t1, t2 … A forced or repeated question gives the next one, unless it is stuck.
    final class Issuer: Sendable {
        private struct State {
            var number = 1
            var asked: [Bool] = []
            var trouble: Trouble?
            var sticks = false
        }
        private let state = Mutex(State())
        var asked: [Bool] { state.withLock { $0.asked } }

        func fail(_ trouble: Trouble?) { state.withLock { $0.trouble = trouble } }
        /// Gives the same token again and again until it is forced.
        func stick() { state.withLock { $0.sticks = true } }

        func ask(_ force: Bool) -> Result<WeChatToken.Grant, Trouble> {
            state.withLock { state in
                state.asked.append(force)
                if let trouble = state.trouble { return .failure(trouble) }
                defer { if !state.sticks { state.number += 1 } }
                if force { state.number += 1 }
                return .success(.init(text: "t\(state.number)", life: .seconds(7200)))
            }
        }
    }

    let clock = LiveGateway.Clock(Instant(seconds: 1_700_000_000))
    let issuer = Issuer()
    let token: WeChatToken

    init() {
        let (clock, issuer) = (clock, issuer)
        token = WeChatToken(now: { clock.now }, ask: { issuer.ask($0) })
    }

    @Test("Many who want it at once ask the platform once") func single() async throws {
        let token = token
        let all = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<50 { group.addTask { try await token.current() } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(all == ["t1"])
        #expect(issuer.asked == [false])
    }

    @Test("It is renewed five minutes before its end, and the old one serves while the platform is down") func early()
        async throws
    {
        #expect(try await token.current() == "t1")
        clock.now = clock.now + .seconds(6899)
        #expect(try await token.current() == "t1")
        clock.now = clock.now + .seconds(1)
        issuer.fail(.passing("down"))
        #expect(try await token.current() == "t1")
        issuer.fail(nil)
        #expect(try await token.current() == "t2")
        clock.now = clock.now + .seconds(7200)
        issuer.fail(.passing("down"))
        await #expect(throws: Trouble.self) { try await token.current() }
    }

    @Test("A refused token is renewed once for all who were refused") func refused() async throws {
        let first = try await token.current()
        let token = token
        let all = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<20 { group.addTask { try await token.after(refused: first) } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(all == ["t2"])
        #expect(issuer.asked == [false, false])
    }

    @Test("A platform that gives the refused token again is forced, and not again within thirty seconds") func forced()
        async throws
    {
        issuer.stick()
        #expect(try await token.current() == "t1")
        #expect(try await token.after(refused: "t1") == "t2")
        #expect(issuer.asked == [false, false, true])
        await #expect(throws: Trouble.self) { try await token.after(refused: "t2") }
        #expect(issuer.asked == [false, false, true, false])
        clock.now = clock.now + .seconds(30)
        #expect(try await token.after(refused: "t2") == "t3")
    }
}
