import Foundation
import Intake
import Servers

@testable import Gateway

/// A browser as far as forms go: posts fields and files, reads what comes back.
struct FormSender {
    static let channel = channel(waiting: "3s")

    /// - Parameter waiting: how long a form must have been looked at.
    static func channel(waiting: String) -> String {
        """
        - name: web
          kind: form
          title: 小城 12345 热线
          english: Smalltown 12345
          consent: { version: "v7", text: 同意办理, english: May be handled }
          files: { count: 3, size: 8KiB, video: 64KiB, together: 128KiB, keep-free: 0B }
          limits: { fill-time: \(waiting), forms: 5, failed-look-ups: 3, within: 1h }
        """
    }

    let gateway: RunningGateway
    /// The gateway's own: tokens of any age can be made.
    let keys: Keys

    init(_ gateway: RunningGateway) throws {
        self.gateway = gateway
        keys = try Keys(master: Data(repeating: 7, count: 32))
    }

    /// A token given out so long ago.
    func token(age: Duration = .seconds(90)) -> String { FormToken(issued: Instant.wall - age).text(keys) }

    /// A form that lacks nothing; `changes` replace its fields, "" leaves one out.
    func form(token: String, _ changes: [(String, String)] = []) -> SampleForm {
        var fields = [
            ("token", token), ("lang", "en"), ("text", "路灯不亮"), ("consent", "v7"), ("identity", "open"),
            ("act", "send"),
        ]
        for (name, _) in changes { fields.removeAll { $0.0 == name } }
        var form = SampleForm()
        for (name, value) in fields + changes where !value.isEmpty { form.field(name, value) }
        return form
    }

    func post(
        _ form: SampleForm, from sender: String? = nil, headers: [HTTPHeader] = []
    ) async throws -> HTTPAnswer {
        var headers = headers + [HTTPHeader("content-type", "multipart/form-data; boundary=\(SampleForm.boundary)")]
        if let sender { headers.append(HTTPHeader("forwarded", "for=\(sender)")) }
        return try await gateway.call(
            HTTPCall(.post, gateway.publicURL + "/", headers: headers, body: .bytes(form.whole)))
    }

    func get(_ path: String, headers: [HTTPHeader] = []) async throws -> HTTPAnswer {
        try await gateway.call(HTTPCall(.get, gateway.publicURL + path, headers: headers))
    }
}

extension HTTPAnswer {
    var text: String { String(decoding: body, as: UTF8.self) }

    /// The value of the first element with this name.
    func value(of name: String) -> String? {
        guard let start = text.range(of: "name=\"\(name)\" value=\"") else { return nil }
        return String(text[start.upperBound...].prefix { $0 != "\"" })
    }

    /// Values of all elements with this name.
    func values(of name: String) -> [String] {
        text.components(separatedBy: "name=\"\(name)\" value=\"").dropFirst().map { String($0.prefix { $0 != "\"" }) }
    }

    /// The ticket of a receipt's address.
    var receipt: TicketNumber? {
        header("location").flatMap { link in
            link.hasPrefix("/t/") ? TicketNumber(link.dropFirst(3).prefix { $0 != "/" && $0 != "?" }) : nil
        }
    }
}
