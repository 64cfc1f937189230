import Foundation
import Intake
import Servers
import Testing

@testable import Gateway

/// What a citizen sees and does, in a real browser, before the real daemon with the example city. One browser serves all
/// of it, so these run one after the other.
@Suite("In a browser", .serialized) struct BrowserTests {
    /// How somebody looks at the pages.
    struct Reader: CustomTestStringConvertible, Sendable {
        var language: Language
        var width: Int
        var scripts: Bool
        var testDescription: String { "\(language), \(width) px, scripts \(scripts ? "on" : "off")" }

        static let all = Language.allCases.flatMap { language in
            [390, 1280].flatMap { width in
                [true, false].map { Reader(language: language, width: width, scripts: $0) }
            }
        }
        static let scripted = Reader(language: .chinese, width: 390, scripts: true)
    }

    /// Settings of the form; `more` is added to them.
    static func channel(_ more: [String] = []) -> String {
        let lines =
            [
                "name: web", "kind: form", "title: 云汀市12345市民服务热线", "english: Yunting 12345 Citizen Hotline",
                "consent: { version: \"v7\", text: 同意用于办理, english: May be used to handle it }",
            ] + (more.isEmpty ? plenty : more)
        return "- " + lines.joined(separator: "\n  ")
    }
    private static let plenty = [
        "files: { count: 9, size: 1MiB, together: 8MiB, keep-free: 0B }", "limits: { fill-time: 0s, forms: 1000 }",
    ]

    /// Runs `body` with a daemon and the browser; afterwards the books must balance.
    static func visit(
        _ ledger: Backend = .sqlite, _ reader: Reader = .scripted, _ settings: [String] = [],
        _ body: (Visit) async throws -> Void
    ) async throws {
        let destinations = ["outbox", "folder", "mail", "http"].map { "- { name: \($0), kind: folder, path: outbox }" }
        try await withGateway(
            ledger, channels: channel(settings), destinations: destinations.joined(separator: "\n"),
            prepare: { gateway in
                let file = URL(filePath: gateway.folder + "/intake.yaml")
                let text = try String(contentsOf: file, encoding: .utf8).replacing(
                    Fixtures.path("small-city"), with: Fixtures.path("../../config/example-city"))
                try Data((text + "\nproxies: { networks: [127.0.0.0/8] }\n").utf8).write(to: file)
            }
        ) { gateway in
            try await body(Visit(gateway: gateway, browser: try await Browser.shared, reader: .scripted).by(reader))
        }
    }
}

/// One reader before one daemon.
struct Visit {
    let gateway: RunningGateway
    let browser: Browser
    let reader: BrowserTests.Reader

    var words: Words { Words(reader.language) }

    /// The same browser, used by another reader, from this address.
    func by(_ reader: BrowserTests.Reader, from address: String? = nil) async throws -> Visit {
        try await browser.cdp("Emulation.setScriptExecutionDisabled", ["value": !reader.scripts])
        try await browser.cdp(
            "Emulation.setDeviceMetricsOverride",
            ["width": reader.width, "height": 844, "deviceScaleFactor": 1, "mobile": reader.width < 600])
        // Nobody is told apart on loopback, so nobody is slowed, unless a proxy says who it is.
        try await browser.cdp("Network.enable")
        try await browser.cdp(
            "Network.setExtraHTTPHeaders", ["headers": address.map { ["Forwarded": "for=\($0)"] } ?? [:]])
        return Visit(gateway: gateway, browser: browser, reader: reader)
    }

    /// Opens one of our pages in the reader's language.
    func open(_ path: Path = .form, _ query: [(name: String, value: String)] = []) async throws {
        try await browser.go(gateway.publicURL + words.link(path, query))
    }

    /// The smallest PNG: one pixel.
    static let picture = [UInt8](
        Data(
            base64Encoded:
                "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
            ?? Data())

    /// A file on disk that a browser can upload.
    func file(_ name: String, _ bytes: [UInt8] = picture) throws -> String {
        let path = gateway.folder + "/" + name
        try Data(bytes).write(to: URL(filePath: path))
        return path
    }

    func send() async throws { try await browser.click(".end .button") }

    /// Fills in what must be filled in, and sends it.
    func report(_ text: String) async throws {
        try await browser.type(text, into: "#text")
        try await browser.click("#consent")
        try await send()
    }

    /// What the browser itself would hold against the form (`required`, `type=email`) is let through to the server.
    func trustNothing() async throws { try await browser.run("document.getElementById('report').noValidate = true") }

    /// The value of a field as it stands in the page.
    func value(_ field: FormField) async throws -> String {
        try await browser.run(
            "const field = document.getElementById(arguments[0]); return field.type === 'checkbox' ? String(field.checked) : field.value",
            [field.rawValue], as: String.self)
    }

    /// The receipt the browser shows: number, and code as it is shown.
    func receipt() async throws -> (number: TicketNumber, code: String) {
        let text = try await browser.find("#number").text
        guard let number = TicketNumber(text) else { throw Browser.Failed(text: "no ticket number: \(text)") }
        return (number, try await browser.find("#code").text)
    }

    /// The work order of a ticket at its lead.
    func order(_ number: TicketNumber) async throws -> WorkOrder {
        struct Handed: Decodable {
            struct Message: Decodable { var workOrder: WorkOrder? }
            var message: Message
        }
        return try await eventually("a department has \(number)") {
            let departments = (try? FileManager.default.contentsOfDirectory(atPath: gateway.state + "/outbox")) ?? []
            for department in departments {
                for (name, json) in gateway.handedOver(to: department) where name.hasPrefix("\(number)-") {
                    if let order = try? JSONDecoder().decode(Handed.self, from: json).message.workOrder { return order }
                }
            }
            return nil
        }
    }
}
