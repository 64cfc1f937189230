import Foundation
import Intake
import Testing

@testable import Gateway

@Suite("Form tokens and rates") struct FormTokenTests {
    static let now = Instant(seconds: 1_795_239_900)

    static func keys(_ byte: UInt8 = 7) throws -> Keys { try Keys(master: Data(repeating: byte, count: 32)) }

    @Test("a token reads back as it was given out, and every one has its own id") func round() throws {
        let keys = try Self.keys()
        let token = FormToken(issued: Self.now)
        #expect(FormToken(token.text(keys), keys: keys) == token)
        #expect(FormToken(issued: Self.now).id != token.id)
        #expect(token.id.utf8.count == 22)
    }

    @Test("a token that was changed, cut or signed by another is none") func forged() throws {
        let keys = try Self.keys()
        let text = FormToken(issued: Self.now).text(keys)
        #expect(FormToken(text, keys: try Self.keys(8)) == nil)
        for index in text.indices {
            var changed = text
            changed.replaceSubrange(index...index, with: text[index] == "x" ? "y" : "x")
            #expect(FormToken(changed, keys: keys) == nil, "\(changed)")
            #expect(FormToken(String(text[..<index]), keys: keys) == nil)
        }
        #expect(FormToken(String(repeating: ".", count: 5000), keys: keys) == nil)
    }

    @Test("a form handed in too quickly or too late is asked for once more") func ages() {
        let token = FormToken(issued: Self.now)
        #expect(token.flaw(now: Self.now + .seconds(1), leastTime: .seconds(3)) == .tooFast)
        #expect(token.flaw(now: Self.now + .seconds(3), leastTime: .seconds(3)) == nil)
        #expect(token.flaw(now: Self.now + .seconds(24 * 3600), leastTime: .zero) == nil)
        #expect(token.flaw(now: Self.now + .seconds(24 * 3600 + 1), leastTime: .zero) == .tokenOld)
        #expect(token.flaw(now: Self.now - .seconds(60), leastTime: .seconds(3)) == nil)
    }

    @Test("a sender who takes too much waits, others do not, and the bucket fills again") func rate() throws {
        let limit = RateLimit(3, per: .seconds(60))
        for _ in 0..<3 { #expect(limit.take(1, now: Self.now) == nil) }
        let wait = try #require(limit.take(1, now: Self.now))
        #expect(wait > .seconds(19) && wait < .seconds(21))
        #expect(limit.take(2, now: Self.now) == nil)
        #expect(limit.take(1, now: Self.now + .seconds(21)) == nil)
        #expect(limit.take(1, now: Self.now + .seconds(21)) != nil)
        limit.spend(6, of: 3, now: Self.now)
        #expect(limit.wait(3, now: Self.now + .seconds(60)) != nil)
        #expect(limit.wait(3, now: Self.now + .seconds(90)) == nil)
    }

    @Test("senders who cannot be told apart share one larger bucket, and take nothing from the others") func shared() {
        let limit = RateLimit(3, per: .seconds(60))
        for _ in 0..<Int(3 * RateLimit.crowd) { #expect(limit.take(nil, now: Self.now) == nil) }
        #expect(limit.take(nil, now: Self.now) != nil)
        #expect(limit.take(1, now: Self.now) == nil)
        #expect(limit.take(nil, now: Self.now + .seconds(1)) == nil)
    }

    @Test("a million senders take bounded memory, and the busiest stays remembered") func bounded() {
        let limit = RateLimit(1, per: .seconds(3600))
        #expect(limit.take(0, now: Self.now) == nil)
        for sender in 1...UInt64(RateLimit.generation * 3) {
            _ = limit.take(sender, now: Self.now)
            if sender % 1000 == 0 { #expect(limit.take(0, now: Self.now) != nil) }
        }
        #expect(limit.remembered <= RateLimit.generation * 2)
    }
}
