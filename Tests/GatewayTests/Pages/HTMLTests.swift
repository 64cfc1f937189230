@testable import Gateway
import Testing

@Suite("HTML") struct HTMLTests {
    @Test("text is escaped, HTML is not") func escapes() {
        let name = "<b>\"O'Neill\" & co</b>"
        let html: HTML = "<p title=\"\(name)\">\("<i>ours</i>" as HTML)\(name)</p>"
        let escaped = "&lt;b&gt;&quot;O&#39;Neill&quot; &amp; co&lt;/b&gt;"
        #expect(html.text == "<p title=\"\(escaped)\"><i>ours</i>\(escaped)</p>")
    }

    @Test("a literal in a condition is HTML, what is typed inside it is still text")
    func conditions() {
        let typed = "<script>"
        let html: HTML = "\(typed.isEmpty ? "<hr>" : "<p>\(typed)</p>")"
        #expect(html.text == "<p>&lt;script&gt;</p>")
    }

    @Test("control characters show as replacement characters, line ends and tabs stay")
    func controls() {
        let typed = "a\u{0}b\u{1B}c\u{7F}\td\r\ne"
        let html: HTML = "\(typed)"
        #expect(html.text == "a\u{FFFD}b\u{FFFD}c\u{FFFD}\td\r\ne")
    }

    @Test("parts, numbers, absent parts and conditional attributes") func parts() {
        let none: HTML? = nil
        let html: HTML =
            "<ol\(" reversed", if: true)\(" hidden", if: false)>\(["<li>1", "<li>2"] as [HTML])\(none)\(42)</ol>"
        #expect(html.text == "<ol reversed><li>1<li>242</ol>")
        #expect(HTML(["a", "b"], separator: "<br>").text == "a<br>b")
    }
}
