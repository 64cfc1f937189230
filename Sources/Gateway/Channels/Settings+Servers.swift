import Foundation
import Intake

/// What is checked of every server that is called: what is refused here could never work.
extension Settings {
    /// Where an address without TLS may lead.
    enum Plain {
        case anywhere, thisMachine, nowhere
    }

    /// Complains of an http address that nobody can be called at. `{department}` may stand in it; an empty one is
    /// somebody else's complaint.
    func check(url text: String, _ key: String, plain: Plain, within egress: Egress) {
        guard !text.isEmpty else { return }
        guard let address = WebAddress(text.replacing("{department}", with: "x")) else {
            complain(
                key,
                expected: Phrase(
                    zh: "网址，如 https://主机/路径（不含空格、用户名和密码）",
                    en: "an address such as https://host/path, without blanks, user or password"),
                found: text.contains("@") ? notShown : quoted(text))
            return
        }
        if !address.isSecure, plain == .nowhere || plain == .thisMachine && !isThisMachine(address.host) {
            complain(
                key,
                expected: plain == .nowhere
                    ? Phrase(
                        zh: "https:// 网址；内网中无 TLS 的另须写 plain-http: true",
                        en: "an https:// address; one without TLS, in an inner network, needs plain-http: true as well")
                    : Phrase(zh: "https 地址，或 http://127.0.0.1:端口", en: "an https address, or http://127.0.0.1:PORT"),
                found: quoted(text))
        }
        check(reach: address.host, key, within: egress)
    }

    /// `host`, `port`, `security`, `user`, `password` and `ca-file`. `port` gives the usual one; with `mustLogIn` a user
    /// must be written.
    func mailServer(
        _ tools: Tools, within egress: Egress = .anywhere, mustLogIn: Bool = false,
        port: (MailServer.Security) -> Int
    ) -> MailServer {
        let security = choice("security", default: MailServer.Security.tls)
        let host = host(within: egress)
        if security == .plain, !host.isEmpty, !isThisMachine(host) {
            complain(
                "security",
                expected: Phrase(
                    zh: "tls 或 starttls（plain 只可用于本机）", en: "tls or starttls (plain is for this machine only)"),
                found: quoted("plain"))
        }
        let user = mustLogIn ? line("user") : optionalLine("user")
        return MailServer(
            host: host, port: int("port", default: port(security), in: 1...65_535), security: security,
            login: user.map { MailServer.Login(user: $0, password: secret("password")) }, caFile: authorities(tools))
    }

    private func host(within egress: Egress) -> String {
        let host = string("host")
        guard !host.isEmpty else { return host }
        if isHostName(host) {
            check(reach: host, "host", within: egress)
        } else {
            complain(
                "host",
                expected: Phrase(
                    zh: "主机名或 IP 地址，不带协议、端口和路径", en: "the name or address of a server, without scheme, port or path"),
                found: quoted(host))
        }
        return host
    }

    /// An address that stands in the settings itself must be one that calls are let out to.
    private func check(reach host: String, _ key: String, within egress: Egress) {
        let local = host == "localhost" ? ["127.0.0.1", "::1"] : [host]
        let addresses = local.compactMap { NetAddress($0) }
        guard !addresses.isEmpty, !addresses.contains(where: egress.allows) else { return }
        complain(
            key,
            expected: Phrase(
                zh: "networks 所列网段内的主机（没有列出时只连公网；请在 networks 中补上）",
                en: "a host within networks (public addresses only where none is listed); add its network there"),
            found: quoted(host))
    }

    /// A PEM file of authorities that are believed instead of the system's; nil where none is named.
    func authorities(_ tools: Tools) -> String? {
        guard let path = optionalString("ca-file").map(tools.place) else { return nil }
        let found: Phrase
        if let bytes = boundedContents(path, limit: 8 << 20) {
            if PEM.holdsCertificate(String(decoding: bytes, as: UTF8.self)) { return path }
            found = Phrase(zh: "\(path) 中没有证书", en: "no certificate in \(path)")
        } else {
            found = Phrase(zh: "\(path) 不存在或不可读", en: "\(path) is not there or cannot be read")
        }
        complain(
            "ca-file",
            expected: Phrase(
                zh: "PEM 证书文件（-----BEGIN CERTIFICATE-----）",
                en: "a file of PEM certificates (-----BEGIN CERTIFICATE-----)"),
            found: found)
        return path
    }
}

let notShown = Phrase(zh: "其他内容（不予显示）", en: "something else (not shown)")

/// A value as a complaint shows it: without what would steer a terminal, and not at any length.
func quoted(_ text: String) -> Phrase {
    let shown = text.unicodeScalars.prefix(80).map { Terminal.steers($0) ? "·" : String($0) }.joined()
    return Phrase(stringLiteral: "\"\(shown)\"")
}

private func isThisMachine(_ host: String) -> Bool { NetAddress(host).map(\.isLoopback) ?? (host == "localhost") }

/// Whether a name can be looked up (RFC 1123 section 2.1; letters beyond ASCII and `_` are let through), or an address.
func isHostName(_ text: String) -> Bool {
    if NetAddress(text) != nil { return !text.hasPrefix("[") }
    let name = text.hasSuffix(".") ? text.dropLast() : text[...]
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...253).contains(name.utf8.count), labels.last?.allSatisfy({ $0.isASCII && $0.isNumber }) == false else {
        return false
    }
    return labels.allSatisfy { label in
        (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
            && label.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
    }
}

/// The parts of an http address that say whom a call goes to.
private struct WebAddress {
    let isSecure: Bool
    let host: String

    /// Nil unless it has a scheme of the two, a host, and neither user nor password.
    init?(_ text: String) {
        guard let parts = URLComponents(string: text, encodingInvalidCharacters: false),
            let scheme = parts.scheme?.lowercased(), ["http", "https"].contains(scheme),
            parts.user == nil, parts.password == nil, parts.port.map({ (1...65_535).contains($0) }) ?? true,
            let host = parts.host
        else { return nil }
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        guard isHostName(bare) else { return nil }
        isSecure = scheme == "https"
        self.host = bare
    }
}

private enum PEM {
    /// Whether a block that says it is a certificate holds DER (RFC 7468 section 5.1).
    static func holdsCertificate(_ text: String) -> Bool {
        let blocks = text.matches(of: #/-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END /#)
        return blocks.contains { block in
            let base64 = String(block.output.1.filter { !$0.isWhitespace })
            return Data(base64Encoded: base64).map { $0.count > 100 && $0.first == 0x30 } ?? false
        }
    }
}
