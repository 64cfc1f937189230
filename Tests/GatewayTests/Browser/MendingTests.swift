import Foundation
import Intake
import Servers
import Testing

@testable import Gateway

extension BrowserTests {
    @Test("What is wrong is said first and has the focus, leads to its field, and all typed and uploaded is kept")
    func mended() async throws {
        try await Self.visit { visit in
            for reader in Reader.all where (reader.width == 390) == reader.scripts {
                try await mended(visit.by(reader))
            }
        }
    }

    private func mended(_ visit: Visit) async throws {
        let (browser, words) = (visit.browser, visit.words)
        try await visit.open()
        try await visit.trustNothing()
        try await browser.click("#kind-help")
        try await browser.type("幸福路\"12\"号", into: "#place")
        try await browser.click("#identity-confidential")
        try await browser.type("12", into: "#phone")
        try await browser.type(
            "\(try visit.file("现场.png"))\n\(try visit.file("notes.exe", Array("MZ\0\0".utf8)))", into: "#files")
        try await visit.send()

        #expect(try await browser.find("#flaws-title").text == words.flawsTitle(4))
        #expect(try await browser.focused() == "flaws")
        let flaws: [Flaw] = [.textMissing, .fileRefused("notes.exe"), .phoneUnreadable, .consentMissing]
        #expect(try await browser.find(".flaws ul").text == flaws.map(words.say).joined(separator: "\n"))
        try await browser.click(".flaws a[href='#phone']")
        #expect(try await browser.focused() == "phone")
        #expect(try await visit.value(.place) == "幸福路\"12\"号")
        #expect(try await visit.value(.phone) == "12")
        #expect(try await browser.find(".kept").text.contains("现场.png"))

        try await browser.clear("#phone")
        try await browser.type("１３８ 0013 8000", into: "#phone")
        try await visit.report("路灯不亮")
        let receipt = try await visit.receipt()
        #expect(try await browser.find(".steps").text.contains(words.nextRelay))
        let order = try await visit.order(receipt.number)
        #expect(order.kind == .help && order.confidential && order.attachments.map(\.name) == ["现场.png"])
    }

    @Test("A double click, a reload, and going back to send again give the same receipt", arguments: Backend.allCases)
    func once(_ ledger: Backend) async throws {
        try await Self.visit(ledger) { visit in
            let readers = [Reader.scripted, Reader(language: .english, width: 1280, scripts: false)]
            for reader in readers {
                let visit = try await visit.by(reader)
                let browser = visit.browser
                try await visit.open()
                try await browser.type("路灯不亮", into: "#text")
                try await browser.type(try visit.file("灯.png"), into: "#files")
                try await browser.click("#consent")
                try await browser.doubleClick(".end .button")
                let number = try await visit.receipt().number
                try await browser.reload()
                #expect(try await visit.receipt().number == number)
                try await browser.back()
                #expect(try await visit.value(.text) == "路灯不亮")
                try await visit.send()
                #expect(try await visit.receipt().number == number)
            }
            #expect(try await visit.gateway.books().tickets == readers.count)
        }
    }

    @Test("Changing the language keeps what was typed and uploaded") func otherLanguage() async throws {
        try await Self.visit { visit in
            let browser = visit.browser
            try await visit.open()
            try await browser.type("路灯不亮", into: "#text")
            try await browser.type(try visit.file("灯.png"), into: "#files")
            try await browser.click(".tongue")
            #expect(try await browser.find("html[lang=en] h1").text == Words(.english).formTitle)
            #expect(try await visit.value(.text) == "路灯不亮")
            #expect(try await browser.find(".kept").text.contains("灯.png"))
        }
    }

    @Test("Emergency words show whom to call: while they are typed, and without scripts on the next page")
    func emergency() async throws {
        try await Self.visit { visit in
            let browser = visit.browser
            try await visit.open()
            try await browser.type("楼道有火灾隐患", into: "#text")
            #expect(try await !browser.find("#danger").isShown)
            try await browser.type("，刚才煤气泄漏", into: "#text")
            #expect(try await browser.find("#danger").isShown)
            #expect(try await browser.find("#danger").text.contains("请立即拨打 119"))
            #expect(try await browser.find("#danger a[href='tel:119']").isShown)
            #expect(try await visit.gateway.books().tickets == 0)

            for reader in Reader.all where !reader.scripts && reader.width == 390 {
                let visit = try await visit.by(reader)
                try await visit.open()
                try await visit.report("厨房着火了")
                let shown = try await browser.find("section.urgent.loud").text
                #expect(shown.contains(visit.words.emergencyFound) && shown.contains("119"))
                #expect(try await browser.find("section.urgent.loud a[href='tel:119']").isShown)
                _ = try await visit.receipt()
            }
            _ = try await eventually("a person is alerted of both") {
                visit.gateway.handedOver(to: "operator").count == 2 ? true : nil
            }
        }
    }
}
