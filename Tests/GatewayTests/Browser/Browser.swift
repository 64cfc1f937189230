import Foundation
import Servers

@testable import Gateway

/// A headless Chromium, driven by chromedriver over WebDriver (W3C WebDriver 2; `cdp` is chromedriver's own).
struct Browser: Sendable {
    struct Failed: Error { var text: String }
    struct Driver: Decodable { var port: Int, browser: String, axe: String }
    /// Whatever the answer is.
    struct Anything: Decodable { init(from decoder: any Decoder) {} }

    private static let started = Task { try await Browser() }

    /// The one browser of this test run: tests that use it run one after the other. It ends with the test process.
    static var shared: Browser { get async throws { try await started.value } }

    /// axe-core.
    let axe: String
    private let process: ServerProcess
    private let network: Network
    private let session: String

    private init() async throws {
        process = try ServerProcess("chromedriver.py", [])
        let driver = try await process.next(ServerProcess.Ready<Driver>.self).ready
        axe = try String(contentsOfFile: driver.axe, encoding: .utf8)
        network = try Network(now: { .wall })
        // The sandbox of Chromium does not start as root, as in a container.
        let options: [String: Any] = [
            "binary": driver.browser,
            "args": [
                "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run",
                "--disable-background-networking", "--disable-component-update",
            ],
        ]
        let wanted: [String: Any] = [
            "browserName": "chrome", "goog:chromeOptions": options,
            "timeouts": ["implicit": 20_000, "pageLoad": 30_000, "script": 30_000],
        ]
        struct Session: Decodable { var sessionId: String }
        let root = "http://127.0.0.1:\(driver.port)/session"
        let opened: Session = try await Self.call(
            network, .post, root, ["capabilities": ["alwaysMatch": wanted]])
        session = "\(root)/\(opened.sessionId)"
    }

    private struct Wrapped<Answer: Decodable>: Decodable { var value: Answer }

    private static func call<Answer: Decodable>(
        _ network: Network, _ method: HTTPCall.Method, _ address: String, _ parameters: [String: Any]
    ) async throws -> Answer {
        let body = try JSONSerialization.data(withJSONObject: parameters)
        var call = HTTPCall(
            method, address, headers: [HTTPHeader("content-type", "application/json")],
            body: method == .post ? .bytes(Array(body)) : .none)
        call.plainAllowed = true
        call.egress = .anywhere
        call.keep = .memory(limit: 64 << 20)
        call.total = .seconds(60)
        let answer = try await network.call(call)
        guard answer.status == 200 else {
            throw Failed(text: "\(answer.text.prefix(400)) to \(address)")
        }
        return try JSONDecoder().decode(Wrapped<Answer>.self, from: Data(answer.body)).value
    }

    private func post<Answer: Decodable>(
        _ command: String, _ parameters: [String: Any] = [:], as form: Answer.Type = Anything.self
    ) async throws -> Answer {
        try await Self.call(network, .post, "\(session)/\(command)", parameters)
    }

    func go(_ url: String) async throws { _ = try await post("url", ["url": url]) }
    func back() async throws { _ = try await post("back") }
    func reload() async throws { _ = try await post("refresh") }
    var address: String { get async throws { try await Self.call(network, .get, session + "/url", [:]) } }

    /// Runs the body of a function in the page, whatever its Content-Security-Policy says, and gives what it returns;
    /// a promise is awaited.
    @discardableResult
    func run<Answer: Decodable>(
        _ body: String, _ arguments: [Any] = [], as form: Answer.Type = Anything.self
    ) async throws -> Answer {
        try await post("execute/sync", ["script": body, "args": arguments], as: form)
    }

    /// One command of the Chrome DevTools Protocol.
    func cdp(_ command: String, _ parameters: [String: Any] = [:]) async throws {
        _ = try await post("goog/cdp/execute", ["cmd": command, "params": parameters])
    }

    /// Waits for the first element that matches.
    func find(_ selector: String) async throws -> Element {
        let found = try await post(
            "element", ["using": "css selector", "value": selector], as: [String: String].self)
        guard let id = found.values.first else { throw Failed(text: "no element \(selector)") }
        return Element(browser: self, id: id)
    }

    func click(_ selector: String) async throws { try await find(selector).command("click") }

    /// Types into a field, or names the files of a file field, one path a line.
    func type(_ text: String, into selector: String) async throws {
        try await find(selector).command("value", ["text": text])
    }

    func clear(_ selector: String) async throws { try await find(selector).command("clear") }

    /// Two clicks as quick as the browser takes them.
    func doubleClick(_ selector: String) async throws {
        let element = try await find(selector)
        let press: [[String: Any]] = [["type": "pointerDown", "button": 0], ["type": "pointerUp", "button": 0]]
        let move: [String: Any] = [
            "type": "pointerMove", "x": 0, "y": 0, "origin": ["element-6066-11e4-a52e-4f735466cecf": element.id],
        ]
        // A pointer that moves does not scroll (W3C WebDriver 2, 15.6.3).
        try await run(
            "arguments[0].scrollIntoView({ block: 'center' })", [["element-6066-11e4-a52e-4f735466cecf": element.id]])
        let actions: [String: Any] = ["type": "pointer", "id": "mouse", "actions": [move] + press + press]
        _ = try await post("actions", ["actions": [actions]])
    }

    /// Presses keys one after the other, wherever the focus is.
    func press(_ keys: [Character]) async throws {
        let strokes = keys.flatMap { key in
            [["type": "keyDown", "value": String(key)], ["type": "keyUp", "value": String(key)]]
        }
        _ = try await post("actions", ["actions": [["type": "key", "id": "keys", "actions": strokes]]])
    }

    struct Element {
        let browser: Browser
        let id: String

        fileprivate func command(_ name: String, _ parameters: [String: Any] = [:]) async throws {
            _ = try await browser.post("element/\(id)/\(name)", parameters)
        }
        private func ask<Answer: Decodable>(_ what: String) async throws -> Answer {
            try await Browser.call(browser.network, .get, "\(browser.session)/element/\(id)/\(what)", [:])
        }
        /// As it is shown.
        var text: String { get async throws { try await ask("text") } }
        var isShown: Bool { get async throws { try await ask("displayed") } }
    }
}

extension Character {
    /// W3C WebDriver 2, 17.4.2.
    static let tab: Character = "\u{E004}"
    static let space: Character = " "
    static let enter: Character = "\u{E007}"
    static let down: Character = "\u{E015}"
}
