import CCurl
import Intake

/// What a failed transfer means, for every protocol alike. The one place where libcurl's codes are read.
enum NetTrouble {
    /// - Parameters:
    ///   - sent: part of a request that may not simply be repeated had left when it failed
    ///   - host: named in the reason; never a path or query, which may hold secrets
    static func of(_ code: CURLcode, sent: Bool, host: String) -> Trouble {
        let said = unsafe String(cString: curl_easy_strerror(code))
        let detail = "libcurl \(code.rawValue): \(said)"
        switch code {
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT:
            return .lasting("expected a complete address with an allowed scheme; mend the address", detail: detail)
        case CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM, CURLE_SSL_ISSUER_ERROR:
            return .needsPerson("the CA file for \(host) cannot be read; mend it", detail: detail)
        case CURLE_LOGIN_DENIED, CURLE_AUTH_ERROR:
            return .needsPerson("\(host) refused the log-in; check user and credential", detail: detail)
        case CURLE_COULDNT_RESOLVE_HOST:
            return .passing("the name \(host) cannot be resolved; check DNS", detail: detail)
        case CURLE_COULDNT_CONNECT:
            return .passing("no connection to \(host)", detail: detail)
        case CURLE_PEER_FAILED_VERIFICATION:
            return .passing("the certificate of \(host) is not valid; it must be renewed there", detail: detail)
        case CURLE_SSL_CONNECT_ERROR, CURLE_USE_SSL_FAILED:
            return .passing("no TLS connection to \(host)", detail: detail)
        case CURLE_OUT_OF_MEMORY:
            return sent ? .unclear("out of memory", detail: detail) : .passing("out of memory", detail: detail)
        default:
            if sent {
                return .unclear("the answer of \(host) was lost after the request was sent", detail: detail)
            }
            let what = code == CURLE_OPERATION_TIMEDOUT ? "\(host) took too long" : "the connection to \(host) broke"
            return .passing(what, detail: detail)
        }
    }

    static func blocked(_ address: NetAddress?, host: String) -> Trouble {
        .needsPerson(
            "\(host) leads to \(address.map(\.description) ?? "no IP address"), outside the networks it may be in; "
                + "list the network if this is meant")
    }

    /// Our own cancellation (shutdown, lease lost).
    static func cancelled(sent: Bool, host: String) -> Trouble {
        sent
            ? .unclear("stopped by us while \(host) was answering")
            : .passing("stopped by us before anything was sent to \(host)")
    }
}
