import Foundation
import Intake

extension Configuration {
    /// `127.0.0.1:8311`, `[::1]:8311` or `unix:/path`; port 0 lets the system choose.
    static func address(_ settings: Settings, _ key: String) -> Listener.Address {
        let text = settings.string(key)
        if text.hasPrefix("unix:/") {
            let path = String(text.dropFirst(5))
            // sun_path of unix(7), with the zero at its end.
            if path.utf8.count > 107 {
                settings.complain(
                    key, expected: Phrase(zh: "不超过 107 字节的路径", en: "a path of at most 107 bytes"),
                    found: Phrase(zh: "\(path.utf8.count) 字节", en: "\(path.utf8.count) bytes"))
            }
            return .unix(path: path)
        }
        if let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) {
            let host = text[..<colon].trimmingCharacters(in: ["[", "]"])
            if isHostName(host) { return .tcp(host: host, port: Int(port)) }
        }
        if !text.isEmpty {
            settings.complain(
                key,
                expected: Phrase(
                    zh: "地址，如 127.0.0.1:8311 或 unix:/路径", en: "an address such as 127.0.0.1:8311 or unix:/path"),
                found: quoted(text))
        }
        return .tcp(host: "127.0.0.1", port: 0)
    }

    /// The two listeners cannot share one address.
    static func refuseOneDoor(_ settings: Settings, _ outside: Listener.Address, _ inside: Listener.Address) {
        let same =
            switch (outside, inside) {
            case (.tcp(let one, let first), .tcp(let two, let second)):
                first == second && first != 0
                    && (one == two || [one, two].contains { ["0.0.0.0", "::"].contains($0) })
            default: outside == inside
            }
        guard same else { return }
        settings.complain(
            "private", expected: Phrase(zh: "与 public 不同的地址或端口", en: "another address or port than public"),
            found: quoted(inside.description))
    }
}
