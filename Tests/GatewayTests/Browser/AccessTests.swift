import Foundation
import Intake
import Testing

@testable import Gateway

extension BrowserTests {
    @Test("Every page can be used by everybody: nothing axe finds, nothing too small to touch, nothing foreign")
    func everyPage() async throws {
        try await Self.visit { visit in
            for reader in Reader.all where reader.scripts && (reader.width == 390) == (reader.language == .chinese) {
                try await everyPage(visit.by(reader))
            }
        }
    }

    private func everyPage(_ visit: Visit) async throws {
        let browser = visit.browser
        try await visit.open()
        try await browser.accessible("form")
        try await browser.type("有人晕倒，着火了，还撞车了", into: "#text")
        #expect(try await browser.find("#danger").isShown)
        try await browser.accessible("form while an emergency is typed")

        try await visit.trustNothing()
        try await browser.type("1", into: "#phone")
        let large = try visit.file("large.png", Visit.picture + [UInt8](repeating: 0, count: 1 << 20))
        let files = try (1...9).map { try visit.file("现场照片\($0).png", Visit.picture + [UInt8($0)]) } + [large]
        try await browser.type(files.joined(separator: "\n"), into: "#files")
        try await visit.send()
        #expect(try await browser.find(".kept li:nth-child(9)").isShown)
        try await browser.accessible("form with errors, nine files and an emergency")
        try await browser.clear("#phone")
        try await browser.click("#consent")
        try await visit.send()
        let receipt = try await visit.receipt()
        try await browser.accessible("receipt")
        _ = try await visit.order(receipt.number)
        try await browser.click(".actions .button")
        #expect(try await browser.find(".history").isShown)
        try await browser.accessible("progress")

        try await visit.open(.track)
        try await browser.accessible("look-up")
        try await visit.open(.ticket("\(receipt.number)"), [("code", "nope")])
        try await browser.accessible("look-up without a match")
        try await browser.go(visit.gateway.publicURL + "/no/such/page?lang=\(visit.reader.language.rawValue)")
        #expect(try await browser.find("h1").text == visit.words.title(.notFound))
        try await browser.accessible("404")
    }

    @Test("A file too large, a server that is full, and too many forms: the page says what to do, and can be used")
    func refusals() async throws {
        let settings = [
            "files: { size: 1KiB, keep-free: 900000GiB }", "limits: { fill-time: 0s, forms: 5, failed-look-ups: 1 }",
        ]
        for language in Language.allCases {
            let reader = Reader(language: language, width: 390, scripts: true)
            try await Self.visit(.sqlite, reader, settings) { visit in
                let visit = try await visit.by(reader, from: "203.0.113.9")
                let (browser, words) = (visit.browser, visit.words)
                func refused(_ file: [UInt8], _ flaw: String, _ page: String) async throws {
                    try await visit.open()
                    try await browser.type("路灯不亮", into: "#text")
                    try await browser.type(try visit.file("灯.png", file), into: "#files")
                    try await browser.click("#consent")
                    try await visit.send()
                    #expect(try await browser.find(".flaws li").text == flaw)
                    #expect(try await visit.value(.text) == "路灯不亮")
                    #expect(try await visit.value(.consent) == "true")
                    try await browser.accessible(page)
                }
                try await refused(Visit.picture, words.say(Flaw.busy), "503")
                for _ in 0..<4 {
                    try await visit.open()
                    try await visit.report("路灯不亮")
                    _ = try await visit.receipt()
                }
                try await visit.open()
                try await visit.report("路灯不亮")
                #expect(try await browser.find(".flaws li").text == words.say(Flaw.tooMany(minutes: 2)))
                try await browser.accessible("429")
                for miss in [words.notFound, words.trackTooMany] {
                    try await visit.open(.ticket("20260101-000001"), [("code", "x")])
                    #expect(try await browser.find("#problem").text == miss)
                    try await browser.accessible("look-up refused")
                }
            }
        }
    }
}

extension Browser {
    /// The page as it stands, in light and dark: nothing axe finds, nothing to touch under 44 px (WCAG 2.2, 2.5.5),
    /// nothing wider than the screen, nothing loaded from elsewhere.
    func accessible(_ page: String) async throws {
        try await run(axe)
        for scheme in ["dark", "light"] {
            try await cdp(
                "Emulation.setEmulatedMedia", ["features": [["name": "prefers-color-scheme", "value": scheme]]])
            // Only the colours differ.
            let colours = ["runOnly": ["type": "rule", "values": ["color-contrast"]]]
            let found = try await run(Self.complaints, [scheme == "dark" ? colours : [:]], as: [String].self)
            guard found.isEmpty else { throw Failed(text: "\(page), \(scheme): \(found.joined(separator: "\n"))") }
        }
    }

    private static let complaints = """
        const text = [];
        const name = element => element.outerHTML.slice(0, 120);
        const shown = element => element.getClientRects().length > 0 && !element.closest(".apart, .skip, .first, [hidden]");
        const touched = document.querySelectorAll("button:not(.first), select, nav a, .button, .numbers a, footer a, " +
          "textarea, input:not([type=hidden], [type=radio], [type=checkbox]), .chips label, .tick label");
        for (const element of [...touched].filter(shown)) {
          if (element.getBoundingClientRect().height < 43.5) text.push("too small to touch: " + name(element));
        }
        if (document.documentElement.scrollWidth > innerWidth) text.push("wider than the screen");
        for (const { name } of performance.getEntriesByType("resource")) {
          if (!name.startsWith(location.origin + "/")) text.push("loaded from elsewhere: " + name);
        }
        return axe.run(arguments[0]).then(({ violations }) => text.concat(violations.flatMap(
          ({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} ${target}: ${failureSummary}`))));
        """
}
