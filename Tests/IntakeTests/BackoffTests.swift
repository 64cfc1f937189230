import Intake
import Testing

@Suite("Pauses between tries")
struct BackoffTests {
    @Test("grow, stay under the longest, and spread by a fifth either way")
    func growing() {
        let backoff = Backoff.standard
        for attempts in 0...60 {
            let (short, long) = (backoff.pause(after: attempts, chance: 0), backoff.pause(after: attempts, chance: 1))
            #expect(short < long && long <= .seconds(4320))
        }
        #expect(backoff.pause(after: 0, chance: 0.5) == .seconds(5))
        #expect(backoff.pause(after: 1, chance: 0.5) == .seconds(15))
        #expect(backoff.pause(after: 60, chance: 0.5) == .seconds(3600))
    }

    @Test("are never shorter than what the other side asked for, within a day")
    func asked() {
        #expect(Backoff.standard.pause(after: 0, asked: .seconds(120), chance: 0) == .seconds(120))
        #expect(Backoff.standard.pause(after: 0, asked: .seconds(1), chance: 0.5) == .seconds(5))
        #expect(Backoff.standard.pause(after: 0, asked: .seconds(999_999), chance: 0) == .seconds(86_400))
    }
}
