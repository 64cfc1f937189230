import Intake
import Testing

@Suite("Hostile settings") struct HostileSettingsTests {
    func complaints(_ text: String) -> [Complaint] {
        do throws(ConfigurationError) {
            let settings = Settings.read(text: text, file: "f")
            settings.ignoreRest()
            try settings.conclude()
            return []
        } catch {
            return error.complaints
        }
    }

    @Test("a key written twice is a complaint with its line")
    func twice() {
        let found = complaints("x:\n  host: a\n  port: 1\n  host: b\n")
        #expect(found.count == 1)
        #expect(found.first?.line == 2)
        #expect(found.first?.found.en == "\"host\" more than once")
        #expect(complaints("!!str a: 1\n!!int a: 2\n").count == 1)
    }

    @Test("anchors are refused before anything expands")
    func bomb() {
        var text = "a0: &a0 [x, x]\n"
        for level in 1...40 { text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
        let found = complaints(text)
        #expect(found.count == 1)
        #expect(found.first?.line == 1)
        #expect(complaints("a: [1,&x 2]\nb: {&y c: 1}").first?.line == 1)
        #expect(complaints("a: *x").count == 1)
    }

    @Test("an ampersand in a text is no anchor")
    func ampersand() { #expect(complaints("a: https://x/?a=1&b=2\nb: R&D 科 & 室\n").isEmpty) }

    @Test("deep nesting is a complaint, not a crash", arguments: ["[", "{a: ", "- ", "? "])
    func deep(opening: String) { #expect(complaints(String(repeating: opening, count: 100_000)).count == 1) }

    @Test("nesting a little over the bound is a complaint with its line")
    func overBound() {
        let found = complaints("b: 1\na: " + String(repeating: "[", count: 40) + String(repeating: "]", count: 40))
        #expect(found.map(\.line) == [2])
    }

    @Test("a file over 8 MiB is a complaint")
    func huge() { #expect(complaints("a: " + String(repeating: "x", count: 8 << 20)).count == 1) }

    @Test("more values than the bound are a complaint")
    func many() { #expect(complaints("a: [" + String(repeating: "1,", count: 600_000) + "]").count == 1) }

    @Test("control characters, tabs and odd keys are complaints")
    func odd() {
        for text in ["a: \u{0}", "a:\n\tb: 1", "? [a]\n: 1", "? {a: 1}\n: 2", "a: \"\\uD800\"", "%FOO", "a: !<"] {
            #expect(complaints(text).count == 1, "\(text)")
        }
    }

    @Test("no prefix of a file makes the reader trap")
    func prefixes() {
        let text =
            "# c\nchannels:\n- {kind: \"web\\u4e2d\", p: 'a''b', l: |\n   x\n   y\n- !!str q: >-\n   z\n  ? w\n  : [1, {a: b}]\n"
        for count in 0...text.count { _ = complaints(String(text.prefix(count))) }
    }

    @Test("no more than 500 complaints are kept, the rest are counted")
    func bounded() throws {
        let text = (0..<700).map { "k\($0): 1" }.joined(separator: "\n")
        let error = try #require(throws: ConfigurationError.self) {
            try Settings.read(text: text, file: "f").conclude()
        }
        #expect(error.complaints.count == 500)
        #expect(error.more == 200)
    }
}
