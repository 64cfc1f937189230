import Foundation
import Intake
import Testing

@testable import Gateway

@Suite("Mails that end who reads them") struct MailboxAttemptsTests {
    private static let mail = MailboxCursor(validity: 1_795_233_129, last: 42)
    private static let now = Instant(seconds: 1_795_233_200)

    private func run(_ body: (MailboxAttempts) throws -> Void) async throws {
        try await withFolder { try body(MailboxAttempts(path: $0 + "/reading")) }
    }

    @Test("one at which the process ended four times is set aside at once, also where connections broke off between")
    func process() async throws {
        try await run { attempts in
            for _ in 0..<3 { #expect(try attempts.begin(Self.mail, now: Self.now)) }
            #expect(try attempts.begin(Self.mail, now: Self.now))
            try attempts.cut(Self.mail, now: Self.now)
            #expect(try attempts.begin(Self.mail, now: Self.now))
            #expect(try !attempts.begin(Self.mail, now: Self.now))
            #expect(try !attempts.begin(Self.mail, now: Self.now))
        }
    }

    @Test(
        "a server that breaks off for minutes sets no mail aside, however often; after ten minutes the mail is to blame"
    )
    func connection() async throws {
        try await run { attempts in
            for second in stride(from: 0, to: 600, by: 30) {
                let now = Self.now + .seconds(second)
                #expect(try attempts.begin(Self.mail, now: now), "\(second)")
                try attempts.cut(Self.mail, now: now)
            }
            #expect(try !attempts.begin(Self.mail, now: Self.now + MailboxAttempts.patience))
        }
    }

    @Test("seldom in a long time is not often")
    func seldom() async throws {
        try await run { attempts in
            for hour in 0..<3 {
                #expect(try attempts.begin(Self.mail, now: Self.now + .seconds(3600 * hour)))
                try attempts.cut(Self.mail, now: Self.now + .seconds(3600 * hour))
            }
            #expect(try attempts.begin(Self.mail, now: Self.now + .seconds(3600 * 3)))
        }
    }

    @Test("one that came through, or another mail, begins anew")
    func anew() async throws {
        try await run { attempts in
            for _ in 0..<4 { #expect(try attempts.begin(Self.mail, now: Self.now)) }
            try attempts.end()
            for _ in 0..<4 { #expect(try attempts.begin(Self.mail, now: Self.now)) }
            #expect(try attempts.begin(MailboxCursor(validity: 1_795_233_129, last: 43), now: Self.now))
            #expect(try attempts.begin(Self.mail, now: Self.now))
        }
    }
}
