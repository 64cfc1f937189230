import CCurl
package import Intake

/// A mail server and how it is entered: the same for mail that is fetched and mail that is handed over.
package struct MailServer: Sendable {
    package enum Security: String, Sendable, CaseIterable {
        /// TLS from the first byte.
        case tls
        /// STARTTLS, demanded.
        case startTLS = "starttls"
        /// Nothing is hidden; only for a server on the same machine.
        case plain
    }
    package struct Login: Sendable {
        package var user: String
        package var password: Secret

        package init(user: String, password: Secret) {
            self.user = user
            self.password = password
        }
    }
    package enum Scheme: String { case imap, smtp }

    /// A name or an address, without brackets.
    package var host: String
    package var port: Int
    package var security: Security
    package var login: Login?
    /// PEM file believed instead of the system's authorities.
    package var caFile: String?

    package init(
        host: String, port: Int, security: Security, login: Login? = nil, caFile: String? = nil
    ) {
        self.host = host
        self.port = port
        self.security = security
        self.login = login
        self.caFile = caFile
    }

    /// Sets where a connection goes, its TLS and its log-in.
    func prepare(_ easy: Easy, _ scheme: Scheme, within connect: Duration, total: Duration) {
        easy.connect(within: connect, total: total, caFile: caFile)
        let name = host.contains(":") ? "[\(host)]" : host
        let scheme = scheme.rawValue + (security == .tls ? "s" : "")
        // The path is the name an SMTP server is greeted with.
        easy.set(CURLOPT_URL, "\(scheme)://\(name):\(port)/" + (scheme.hasPrefix("smtp") ? "localhost" : ""))
        easy.set(CURLOPT_PROTOCOLS_STR, scheme)
        easy.set(CURLOPT_USE_SSL, Int(security == .plain ? CURLUSESSL_NONE.rawValue : CURLUSESSL_ALL.rawValue))
        guard let login else { return }
        easy.set(CURLOPT_USERNAME, login.user)
        easy.set(CURLOPT_PASSWORD, login.password.text)
    }
}
