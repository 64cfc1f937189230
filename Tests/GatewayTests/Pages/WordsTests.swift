import Foundation
@testable import Gateway
import Intake
import Testing

@Suite("Words") struct WordsTests {
    @Test(
        "the language follows the address, then the browser, then is Chinese",
        arguments: [
            (nil, nil, Language.chinese), (nil, "", .chinese), (nil, "en", .english), (nil, "en-GB,en;q=0.9", .english),
            (nil, "zh-CN,zh;q=0.9,en;q=0.8", .chinese), (nil, "en;q=0.5, zh-TW;q=0.7", .chinese),
            (nil, "fr-FR, de;q=0.9, en;q=0.1", .english), (nil, "fr, *", .chinese), (nil, "en;q=0", .chinese),
            (nil, ";;,,q=,en;q=x", .chinese), ("en", "zh-CN", .english), ("zh", "en", .chinese),
            ("zh-Hans", "en", .chinese), ("xx", "en", .english), (nil, "english", .chinese),
        ] as [(String?, String?, Language)])
    func language(asked: String?, accept: String?, expected: Language) {
        #expect(Words(asked: asked, accept: accept).language == expected)
    }

    @Test("a hostile Accept-Language is read in bounded time and memory") func hostile() {
        #expect(Words(asked: nil, accept: String(repeating: "en;q=0.1,", count: 200_000)).language == .english)
    }

    @Test(
        "sizes read as people say them",
        arguments: [
            (1, "1 字节"), (1023, "1023 字节"), (1024, "1\u{A0}KB"), (1536, "1.5\u{A0}KB"), (200 << 20, "200\u{A0}MB"),
            (1 << 30, "1\u{A0}GB"),
            (1_610_612_736, "1.5\u{A0}GB"),
        ] as [(Int64, String)])
    func sizes(bytes: Int64, expected: String) {
        #expect(Words(.chinese).size(bytes) == expected)
    }

    @Test("times are told in the zone of the city") func moments() throws {
        let zone = try #require(Zone("Asia/Shanghai"))
        let instant = Instant(milliseconds: 1_795_239_900_000)
        #expect(Words(.chinese).moment(instant, in: zone) == "2026年11月21日（周六）13:45")
        #expect(Words(.english).moment(instant, in: zone) == "Sat 21 Nov 2026, 13:45")
        #expect(Words(.english).deadline(instant, in: zone) == "Sat 21 Nov 2026, 13:45")
        // The end of a day is that day, not the first minute of the next.
        let midnight = instant - .seconds(13 * 3600 + 45 * 60)
        #expect(Words(.chinese).deadline(midnight, in: zone) == "2026年11月20日（周五）")
    }

    @Test("every state and kind has words in both languages")
    func states() {
        for words in Language.allCases.map(Words.init) {
            #expect(Set(Ticket.State.allCases.map(words.name)).count == Ticket.State.allCases.count)
            #expect(Set(Kind.allCases.map(words.name)).count == Kind.allCases.count)
        }
    }

    @Test("a look-up code is shown in groups and read however it is typed")
    func lookup() {
        #expect(LookupCode.shown("k3m9x0ab77qz") == "k3m9-x0ab-77qz")
        #expect(LookupCode.read(" K3M9－XOAB 77qz\n") == "k3m9x0ab77qz")
        #expect(LookupCode.read("ｋ３ｍ９il") == "k3m911")
        #expect(LookupCode.read(String(repeating: "a", count: 10_000)).count == 40)
    }
}
