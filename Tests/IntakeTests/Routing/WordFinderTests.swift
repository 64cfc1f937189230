import Testing

@testable import Intake

@Suite("Finding words") struct WordFinderTests {
    func finder(_ words: [String]) -> WordFinder {
        var finder = WordFinder()
        for word in words { _ = finder.add(word) }
        finder.seal()
        return finder
    }

    func found(_ words: [String], in text: String) -> [String] {
        finder(words).matches(in: PlainText(text)).map { "\(words[$0.word])@\($0.range.lowerBound)" }
    }

    @Test("words inside words and across one another are all found")
    func overlapping() {
        #expect(
            found(["路灯", "路灯不亮", "灯不", "不亮了"], in: "路灯不亮了") == ["路灯@0", "灯不@1", "路灯不亮@0", "不亮了@2"])
        #expect(found(["aab"], in: "aaab") == [])
        #expect(found(["他她", "她它"], in: "他她它") == ["他她@0", "她它@1"])
    }

    @Test("of overlapping words the longest is kept, of equally long ones the first")
    func longest() {
        let words = ["桃源", "桃源北路", "北路社区"]
        let matches = finder(words).longestMatches(in: PlainText("桃源北路社区在桃源"))
        #expect(matches.map { words[$0.word] } == ["桃源北路", "桃源"])
    }

    @Test("Latin words stand alone, Chinese ones anywhere")
    func latin() {
        #expect(found(["east", "12路"], in: "beast east, EAST. 112路 12路") == ["east@6", "east@12", "12路@23"])
        #expect(found(["KTV"], in: "楼下ＫＴＶ扰民") == ["KTV@2"])
    }

    @Test("the same matches as by trying every word at every place", arguments: 0..<20)
    func bruteForce(seed: Int) {
        var state = UInt64(seed) &* 6_364_136_223_846_793_005 &+ 1
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        func text(_ length: Int) -> String { String((0..<length).map { _ in ["路", "灯", "不", "亮"][next(4)] }.joined()) }
        let words = Array(Set((0..<30).map { _ in text(1 + next(4)) }))
        let haystack = Array(PlainText(text(300)).scalars)
        var expected: Set<String> = []
        for word in words {
            let needle = PlainText(word).scalars
            for start in 0...(haystack.count - needle.count)
            where Array(haystack[start..<start + needle.count]) == needle {
                expected.insert("\(word)@\(start)")
            }
        }
        let plain = String(String.UnicodeScalarView(haystack.compactMap(Unicode.Scalar.init)))
        #expect(Set(found(words, in: plain)) == expected)
    }

    @Test("text is compared half-width, lower-case, simplified and without breaks between Chinese characters")
    func plain() {
        func text(_ text: String) -> String {
            String(String.UnicodeScalarView(PlainText(text).scalars.compactMap(Unicode.Scalar.init)))
        }
        #expect(text("ＡＢＣ１２３！") == "abc123!")
        #expect(text("路燈不亮，臺階") == "路灯不亮,台阶")
        #expect(text("光明\r\n　路 12 号") == "光明路 12 号")
        #expect(text("Main \t Street\n") == "main street")
        #expect(text("路\u{200B}灯\u{FEFF}") == "路灯")
        #expect(text("乾") == text("乾"))
    }

    @Test("a text is looked at up to a bound")
    func bounded() {
        #expect(PlainText(String(repeating: "路", count: 300_000)).scalars.count == PlainText.limit)
    }

    @Test("characters beyond the basic plane are passed over")
    func beyond() { #expect(found(["路灯", "😀路"], in: "😀路灯𠮷路灯") == ["路灯@1", "路灯@4"]) }
}
