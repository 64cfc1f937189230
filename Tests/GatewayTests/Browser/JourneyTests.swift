import Foundation
import Intake
import Servers
import Testing

@testable import Gateway

extension BrowserTests {
    @Test(
        "A citizen sends a picture, gets a receipt and follows it: both languages, phone and desktop, scripts on and off",
        arguments: Backend.allCases)
    func journey(_ ledger: Backend) async throws {
        try await Self.visit(ledger) { visit in
            // The database changes nothing that a browser sees: half of them are enough on the second.
            let readers = Reader.all.filter { ledger == .sqlite || $0.scripts == ($0.width == 390) }
            for reader in readers { try await journey(visit.by(reader)) }
            #expect(try await visit.gateway.books().tickets == readers.count)
        }
    }

    private func journey(_ visit: Visit) async throws {
        let (browser, words) = (visit.browser, visit.words)
        try await visit.open()
        try await browser.click("#kind-complaint")
        try await browser.type("门口的路灯不亮三天了", into: "#text")
        try await browser.type("幸福路12号", into: "#place")
        try await browser.type(try visit.file("路灯.png"), into: "#files")
        try await browser.type("13800138000", into: "#phone")
        try await browser.click("#consent")
        try await visit.send()

        let receipt = try await visit.receipt()
        #expect(try await browser.find("h1").text == words.receiptTitle)
        #expect(try await browser.find(".steps").text.contains(words.nextContact))
        let order = try await visit.order(receipt.number)
        #expect(order.kind == .complaint && order.text == "门口的路灯不亮三天了" && order.place.text == "幸福路12号")
        #expect(order.attachments.map(\.name) == ["路灯.png"] && order.attachments.first?.type == "image/png")

        try await browser.click(".actions .button")
        let history = try await browser.find(".history").text
        #expect(history.contains(words.text(.received)))
        #expect(history.contains(words.say("市城市管理局", "Urban management bureau")))
    }

    @Test("The ticket number and the code open the ticket however they are typed; a wrong code opens nothing")
    func lookUp() async throws {
        try await Self.visit { visit in
            let browser = visit.browser
            try await visit.open()
            try await visit.report("路灯不亮")
            let receipt = try await visit.receipt()

            for reader in Reader.all where reader.width == 390 {
                let visit = try await visit.by(reader)
                try await visit.open(.track)
                try await browser.type("\(receipt.number)", into: "#number")
                try await browser.type("aaaa-aaaa-aaaa", into: "#code")
                try await browser.click("form .button")
                #expect(try await browser.find("#problem").text == visit.words.notFound)
                #expect(try await browser.focused() == "flaws")

                try await browser.clear("#number")
                try await browser.type(" \(receipt.number) ", into: "#number")
                try await browser.type(receipt.code.uppercased().replacing("-", with: " "), into: "#code")
                try await browser.click("form .button")
                #expect(try await browser.find(".state h1").text.contains(visit.words.stateLabel))
            }
        }
    }

    @Test("With the keyboard alone, from the first key to the receipt, anonymously") func keyboard() async throws {
        try await Self.visit { visit in
            let browser = visit.browser
            try await visit.open()
            try await browser.press([.tab, .enter])
            #expect(try await browser.focused() == "main")
            try await browser.reach("kind-consultation")
            try await browser.press([.space])
            try await browser.reach("text")
            try await browser.press(Array("Street light 不亮"))
            try await browser.reach("identity-open")
            try await browser.press([.down, .down])
            try await browser.reach("phone")
            try await browser.press(Array("13800138000"))
            try await browser.reach("consent")
            try await browser.press([.space])
            try await browser.reach("send")
            try await browser.press([.enter])
            let receipt = try await visit.receipt()
            // Anonymous: of the number that was typed nothing is kept, so nobody can call.
            #expect(try await browser.find(".steps").text.contains(visit.words.nextRead))
            let order = try await visit.order(receipt.number)
            #expect(order.kind == .consultation && order.text == "Street light 不亮")
        }
    }
}

extension Browser {
    /// What has the focus: its id, its value where it is a button, or its class.
    func focused() async throws -> String {
        try await run(
            "const { id, value, className } = document.activeElement; return id || value || className", as: String.self)
    }

    /// Presses Tab until this has the focus, which must be seen to have it.
    func reach(_ wanted: String) async throws {
        for _ in 0..<40 {
            try await press([.tab])
            guard try await focused() == wanted else { continue }
            let seen = try await run(
                """
                const seen = element => getComputedStyle(element).outlineStyle !== "none";
                const focus = document.activeElement;
                return seen(focus) || seen(focus.nextElementSibling);
                """, as: Bool.self)
            guard seen else { throw Failed(text: "nothing shows that \(wanted) has the focus") }
            return
        }
        throw Failed(text: "Tab does not lead to \(wanted)")
    }
}
