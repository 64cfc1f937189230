import Crypto
import Foundation

@testable import Gateway

/// A sender of signed webhooks, with signing code of its own.
struct HookSender {
    static let channel = """
        - name: cti
          kind: webhook
          secrets: ["credential:hook-secret"]
        """
    static let secret = Data(base64Encoded: "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw") ?? Data()

    static func call(_ gateway: RunningGateway, id: String, body: String, channel: String = "cti") -> HTTPCall {
        let bytes = Array(body.utf8)
        return HTTPCall(
            .post, "\(gateway.publicURL)/hooks/\(channel)", headers: headers(id: id, body: bytes), body: .bytes(bytes))
    }

    /// The headers of a signed body, sent so many seconds ago.
    static func headers(id: String, body: [UInt8], secret: Data = secret, age: Int64 = 0) -> [HTTPHeader] {
        let time = Int64(Date().timeIntervalSince1970) - age
        let mac = HMAC<SHA256>.authenticationCode(
            for: Data("\(id).\(time).".utf8) + Data(body), using: SymmetricKey(data: secret))
        return [
            HTTPHeader("content-type", "application/json"), HTTPHeader("webhook-id", id),
            HTTPHeader("webhook-timestamp", "\(time)"),
            HTTPHeader("webhook-signature", "v1,\(Data(mac).base64EncodedString())"),
        ]
    }

    static func report(_ text: String, phone: String? = nil) -> String {
        let contact = phone.map { #","contact":{"name":"测试员","phone":"\#($0)"}"# } ?? ""
        return #"{"type":"intake.submitted","timestamp":"2026-11-21T00:00:00Z","data":{"text":"\#(text)"\#(contact)}}"#
    }
}
