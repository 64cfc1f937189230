import CCurl
import Intake

/// What a failed transfer means, for every protocol alike. The one place where libcurl's codes are read.
enum NetTrouble {
    /// - Parameters:
    ///   - sent: part of a request that may not simply be repeated had left when it failed
    ///   - host: named in the reason; never a path or query, which may hold secrets
    ///   - verified: what OpenSSL says of the certificate (CURLINFO_SSL_VERIFYRESULT)
    static func of(_ code: CURLcode, sent: Bool, host: String, verified: Int = 0) -> Trouble {
        let said = unsafe String(cString: curl_easy_strerror(code))
        let detail = "libcurl \(code.rawValue): \(said)"
        switch code {
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT:
            return .lasting(
                "地址应完整并使用允许的协议；请修正地址", "expected a complete address with an allowed scheme; mend the address",
                detail: detail)
        case CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM, CURLE_SSL_ISSUER_ERROR:
            return .needsPerson(
                "用于 \(host) 的 CA 文件读不出；请修正", "the CA file for \(host) cannot be read; mend it", detail: detail)
        case CURLE_LOGIN_DENIED, CURLE_AUTH_ERROR:
            return refusedLogin(host, detail: detail)
        case CURLE_COULDNT_RESOLVE_HOST:
            return .passing("域名 \(host) 解析不了；请检查 DNS", "the name \(host) cannot be resolved; check DNS", detail: detail)
                .ofServer
        case CURLE_COULDNT_CONNECT:
            return .passing("连不上 \(host)", "no connection to \(host)", detail: detail).ofServer
        // X509_V_ERR_…: no issuer, self-signed, self-signed in the chain, no issuer here, first not verifiable (x509_vfy.h).
        case CURLE_PEER_FAILED_VERIFICATION where [2, 18, 19, 20, 21].contains(verified):
            return .passing(
                "本机不认识签发 \(host) 证书的机构；若是自建的，请用 ca-file 写明它的证书，否则须由对方更换",
                "who signed the certificate of \(host) is not known here; name the authority's certificate as ca-file if this is "
                    + "meant, otherwise it must be renewed there", detail: detail
            ).ofServer
        case CURLE_PEER_FAILED_VERIFICATION:
            return .passing(
                "\(host) 的证书无效；须由对方更换", "the certificate of \(host) is not valid; it must be renewed there",
                detail: detail
            ).ofServer
        case CURLE_SSL_CONNECT_ERROR, CURLE_USE_SSL_FAILED:
            return .passing("与 \(host) 建立不了 TLS 连接", "no TLS connection to \(host)", detail: detail).ofServer
        case CURLE_OUT_OF_MEMORY:
            return sent
                ? .unclear("内存不足", "out of memory", detail: detail) : .passing("内存不足", "out of memory", detail: detail)
        default:
            if sent {
                return .unclear(
                    "请求已发出，但没有等到 \(host) 的应答", "the answer of \(host) was lost after the request was sent",
                    detail: detail
                ).ofServer
            }
            if code == CURLE_OPERATION_TIMEDOUT {
                return .passing("\(host) 太久没有应答", "\(host) took too long", detail: detail).ofServer
            }
            return .passing("与 \(host) 的连接中断", "the connection to \(host) broke", detail: detail).ofServer
        }
    }

    static func refusedLogin(_ host: String, detail: String) -> Trouble {
        var refused = Trouble.needsPerson(
            "\(host) 拒绝登录；请检查用户名和凭据", "\(host) refused the log-in; check user and credential", detail: detail)
        refused.isRefusedLogin = true
        return refused
    }

    static func blocked(_ address: NetAddress?, host: String) -> Trouble {
        let found = address?.description
        return .needsPerson(
            "\(host) 指向 \(found ?? "非 IP 地址")，不在允许的网络之内；若确实要连，请把该网络列入 networks",
            "\(host) leads to \(found ?? "no IP address"), outside the networks it may be in; list the network if this is "
                + "meant")
    }

    /// Our own cancellation (shutdown, lease lost).
    static func cancelled(sent: Bool, host: String) -> Trouble {
        sent
            ? .unclear("\(host) 应答期间被本程序中止", "stopped by us while \(host) was answering")
            : .passing("尚未向 \(host) 发送即被本程序中止", "stopped by us before anything was sent to \(host)")
    }
}
