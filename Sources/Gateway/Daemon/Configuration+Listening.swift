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

    /// What is allowed but probably not meant, of this file; the city has warnings of its own.
    var warnings: [Complaint] {
        var warnings: [Complaint] = []
        func warn(_ path: String, _ expected: Phrase, _ found: Phrase, line: Int = 1) {
            warnings.append(Complaint(file: file, line: line, path: path, expected: expected, found: found))
        }
        if case .tcp(let host, _) = fixed.privateAddress, host != "localhost",
            NetAddress(host)?.isLoopback != true
        {
            warn(
                "listen.private",
                Phrase(zh: "本机地址（它不验证谁来读指标）", en: "an address of this machine (it asks nobody who reads metrics)"),
                quoted(host))
        }
        if alerts == nil {
            warn(
                "alerts", Phrase(zh: "紧急情况提醒送到的目的地", en: "the destination that emergencies are told to"),
                Phrase(zh: "未写（只记入日志）", en: "none (they are only logged)"))
        }
        if channels.isEmpty {
            warn("channels", Phrase(zh: "至少一个渠道", en: "at least one channel"), Phrase(zh: "没有", en: "none"))
        }
        return warnings
    }
}
