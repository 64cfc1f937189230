import Foundation
import Intake

@testable import Gateway

/// One row of the table of what departments' servers do wrong.
struct DepartmentFault: Sendable {
    /// What becomes of the orders in the end.
    enum End: Sendable {
        /// All arrive once the server is healed.
        case delivered
        /// Held with an alert: only a person can mend it.
        case held
        /// They wait, and nothing is held: it may pass by itself.
        case waiting
    }
    enum Way: Sendable { case http, mail }

    /// Also the code of the department, and the name of its destination and its door.
    var name: String
    var way: Way
    /// As `faulty.py` takes it.
    var fault: String
    /// Of the first try.
    var result: Attempt.Result
    var end: End
    /// Whether the destination itself is to blame, so that its circuit opens.
    var opens: Bool
    /// Lines of its destination that differ.
    var networks = "127.0.0.0/8"
    var isSecure = false
    var host = "127.0.0.1"

    private static func says(_ text: String) -> String { "say:" + Data(text.utf8).base64EncodedString() }
    private static func http(_ line: String, _ headers: String = "") -> String {
        says("HTTP/1.1 \(line)\r\n\(headers)Content-Length: 0\r\nConnection: close\r\n\r\n")
    }

    private init(
        _ name: String, _ way: Way, _ fault: String, _ result: Attempt.Result, _ end: End = .delivered,
        opens: Bool = true
    ) {
        (self.name, self.way, self.fault) = (name, way, fault)
        (self.result, self.end, self.opens) = (result, end, opens)
    }

    static let all: [DepartmentFault] = {
        var forbidden = DepartmentFault("forbidden", .http, "hang", .needsPerson, .held, opens: false)
        // A name: what stands there as an address is refused by `intake check`.
        (forbidden.host, forbidden.networks) = ("department.localhost", "10.0.0.0/8")
        let files = try? TestCertificate.files.get()
        let untrusted = "tls:\(files?.certificate ?? ""):\(files?.key ?? "")"
        var certificate = DepartmentFault("certificate", .http, untrusted, .passing, .waiting)
        certificate.isSecure = true
        var mailCertificate = DepartmentFault("mail-certificate", .mail, untrusted, .passing, .waiting)
        mailCertificate.isSecure = true
        return [
            DepartmentFault("refuses", .http, "refuse", .passing),
            DepartmentFault("hangs", .http, "hang", .unclear),
            DepartmentFault("drips", .http, "drip", .unclear),
            DepartmentFault("babbles", .http, "garbage", .unclear),
            DepartmentFault("resets", .http, "reset", .unclear),
            // The department has the order, and its 200 is cut in the middle, or never comes.
            DepartmentFault("dies", .http, "cut:12", .unclear),
            DepartmentFault("silent", .http, "silent:0", .unclear),
            DepartmentFault("busy", .http, http("503 Busy", "Retry-After: 2\r\n"), .passing),
            DepartmentFault("limits", .http, http("429 Slow down", "Retry-After: 3\r\n"), .passing),
            // More than anybody is left alone for.
            DepartmentFault("sulks", .http, http("429 Tomorrow", "Retry-After: 86400\r\n"), .passing, .waiting),
            DepartmentFault("broken", .http, http("500 Oops"), .passing),
            DepartmentFault(
                "redirects", .http, http("302 Found", "Location: /status/200\r\n"), .lasting, .held, opens: false),
            DepartmentFault("gone", .http, http("410 Gone"), .lasting, .held, opens: false),
            forbidden, certificate,
            DepartmentFault("mail-refuses", .mail, "refuse", .passing),
            DepartmentFault("mail-closes", .mail, says("421 4.3.2 going down\r\n"), .passing),
            DepartmentFault("mail-cut", .mail, "cut:20", .passing),
            mailCertificate,
        ]
            + (Proof.isLong
                ? [
                    DepartmentFault("mail-babbles", .mail, "garbage", .passing),
                    DepartmentFault("mail-hangs", .mail, "hang", .passing),
                    DepartmentFault("mail-drips", .mail, "drip", .passing),
                    // It has the mail, and whether it keeps it nobody hears.
                    DepartmentFault("mail-silent", .mail, "silent:100", .unclear),
                ] : [])
    }()

    func destination(port: Int) -> String {
        switch way {
        case .http:
            """
            - name: \(name)
              kind: http
              url: \(isSecure ? "https" : "http")://\(host):\(port)/status/200
              plain-http: \(!isSecure)
              networks: [\(networks)]
              secrets: ["credential:hook-secret"]
            """
        case .mail:
            """
            - name: \(name)
              kind: smtp
              host: 127.0.0.1
              port: \(port)
              security: \(isSecure ? "tls" : "plain")
              from: hotline@example.com
              address: "{department}@example.com"
              networks: [\(networks)]
            """
        }
    }
}
