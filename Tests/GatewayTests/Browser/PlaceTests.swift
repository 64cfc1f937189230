import Foundation
import Intake
import Testing

@testable import Gateway

extension BrowserTests {
    /// Whether the citizen lets the page know where the device is.
    private func allow(_ allowed: Bool, _ visit: Visit) async throws {
        try await visit.browser.cdp(
            "Browser.setPermission",
            [
                "permission": ["name": "geolocation"], "setting": allowed ? "granted" : "denied",
                "origin": visit.gateway.publicURL,
            ])
        try await visit.browser.cdp(
            "Emulation.setGeolocationOverride", ["latitude": 30.6, "longitude": 118.315, "accuracy": 12])
    }

    @Test("The browser's position is added when it is allowed, kept as WGS-84, and decides the area")
    func position() async throws {
        try await Self.visit { visit in
            let browser = visit.browser
            try await allow(true, visit)
            try await visit.open()
            try await browser.click("#locate")
            let said: String = try await eventually("the position is there") {
                let text = try await browser.find("#located").text
                return text == visit.words.pointBusy || text.isEmpty ? nil : text
            }
            #expect(said == visit.words.pointKept + " ±12 m")
            try await visit.report("这里的路灯不亮")
            let order = try await visit.order(visit.receipt().number)
            #expect(order.place.point == Point(latitude: 30.6, longitude: 118.315, datum: .wgs84))
            #expect(order.area?.code == "gulou-bowuguan")
        }
    }

    @Test("A position that was added is taken away again by the same button, also after an error")
    func taken() async throws {
        try await Self.visit { visit in
            let browser = visit.browser
            try await allow(true, visit)
            try await visit.open()
            try await visit.trustNothing()
            try await browser.click("#locate")
            _ = try await eventually("the position is there") {
                try await visit.value(.latitude) == "30.600000" ? true : nil
            }
            try await visit.send()
            #expect(try await browser.find("#flaws-title").isShown)
            #expect(try await visit.value(.latitude) == "30.600000")
            #expect(try await browser.find("#locate").text == visit.words.pointRemove)
            try await browser.click("#locate")
            #expect(try await browser.find("#locate").text == visit.words.pointButton)
            try await visit.report("这里的路灯不亮")
            #expect(try await visit.order(visit.receipt().number).place.point == nil)
        }
    }

    @Test("Without permission the page says so, and the report goes without a position") func refused() async throws {
        try await Self.visit { visit in
            let browser = visit.browser
            try await allow(false, visit)
            try await visit.open()
            try await browser.click("#locate")
            _ = try await eventually("the page says so") {
                try await browser.find("#located").text == visit.words.pointFailed ? true : nil
            }
            try await visit.report("这里的路灯不亮")
            #expect(try await visit.order(visit.receipt().number).place.point == nil)
        }
    }

    @Test("Areas are narrowed level by level in the reader's language, with scripts and without") func areas()
        async throws
    {
        try await Self.visit { visit in
            for reader in Reader.all where reader.width == 1280 {
                let visit = try await visit.by(reader)
                let browser = visit.browser
                func choose(_ level: String, _ code: String) async throws {
                    try await browser.click("#\(level) option[value='\(code)']")
                    if !reader.scripts { try await browser.click("#more-areas") }
                }
                try await visit.open()
                if reader.scripts { #expect(try await !browser.find("#more-areas").isShown) }
                try await browser.type("路灯不亮", into: "#text")
                try await choose("district", "tingzhou")
                let street = try await browser.find("#street option[value='tingzhou-gulou']").text
                #expect(street == visit.words.say("鼓楼前街道", "Gulouqian Street"))
                try await choose("street", "tingzhou-gulou")
                try await browser.click("#community option[value='gulou-xinhua']")
                #expect(try await visit.value(.text) == "路灯不亮")
                try await browser.click("#consent")
                try await visit.send()
                #expect(try await visit.order(visit.receipt().number).area?.code == "gulou-xinhua")
            }
        }
    }
}
