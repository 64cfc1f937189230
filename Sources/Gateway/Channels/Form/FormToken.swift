import Foundation
import Intake

/// What makes a form ours: a random id, which becomes the source id of the report, so that a double click or a reload
/// is the same report; and when it was given out. Signed, so that neither can be made up.
struct FormToken: Sendable, Equatable {
    /// 22 characters for 16 random bytes.
    var id: String
    var issued: Instant

    /// Older ones are renewed under the same id.
    static let mostTime = Duration.seconds(24 * 3600)

    private static let purpose = "form"

    /// A fresh one.
    init(issued: Instant) {
        id = Self.randomID()
        self.issued = issued
    }

    /// 16 random bytes as 22 characters: nobody guesses one.
    static func randomID() -> String {
        var random = SystemRandomNumberGenerator()
        let bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        return Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing(
            "=", with: "")
    }

    /// Reads what `text` wrote; nil for anything else and for what another key signed.
    init?(_ text: String, keys: Keys) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= 100, parts.count == 3, parts[0].utf8.count == 22,
            let milliseconds = Int64(parts[1]),
            let signature = Data(hex: parts[2]),
            keys.verify(Self.purpose, "\(parts[0]).\(parts[1])", signature)
        else { return nil }
        id = String(parts[0])
        issued = Instant(milliseconds: milliseconds)
    }

    /// `id.milliseconds.signature`.
    func text(_ keys: Keys) -> String {
        let signed = "\(id).\(issued.milliseconds)"
        return "\(signed).\(keys.sign(Self.purpose, signed).hex)"
    }

    /// What is wrong with handing it in now; nil if nothing. `leastTime`: nobody fills in a form in less. A clock that
    /// went back makes no form old or quick.
    func flaw(now: Instant, leastTime: Duration) -> Flaw? {
        let age = now - issued
        if age < .zero { return nil }
        if age < leastTime { return .tooFast }
        return age > Self.mostTime ? .tokenOld : nil
    }
}
