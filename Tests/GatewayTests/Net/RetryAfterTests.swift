import Intake
import Testing

@testable import Gateway

@Suite("Retry-After") struct RetryAfterTests {
    /// Sun, 06 Nov 1994 08:49:07 GMT
    let now = Instant(seconds: 784_111_747)

    @Test("seconds are taken as they are") func seconds() {
        #expect(RetryAfter.read(" 120 ", now: now) == .seconds(120))
        #expect(RetryAfter.read("0", now: now) == .zero)
    }

    @Test(
        "a date in each of the three HTTP forms is measured from now",
        arguments: ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"])
    func date(text: String) { #expect(RetryAfter.read(text, now: now) == .seconds(30)) }

    @Test("a date that has passed means now") func passed() {
        #expect(RetryAfter.read("Sun, 06 Nov 1994 08:00:00 GMT", now: now) == .zero)
    }

    @Test(
        "an absurd wait is cut to a day",
        arguments: ["99999999", "99999999999999999999", "Sun, 06 Nov 2094 08:49:37 GMT", "Sun Nov  6 :: 437901994"])
    func absurd(text: String) { #expect(RetryAfter.read(text, now: now) == .seconds(86_400)) }

    @Test("anything else is nothing", arguments: ["", "-5", "1.5", "soon", "12 apples", "Mon", "::::", "12:30"])
    func nothing(text: String) { #expect(RetryAfter.read(text, now: now) == nil) }
}
