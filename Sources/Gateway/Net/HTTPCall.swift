import Intake

/// One HTTP request to somewhere outside, with all its limits. No redirects, no proxies, no cookies.
package struct HTTPCall: Sendable {
    package enum Method: String, Sendable {
        case get = "GET", head = "HEAD", post = "POST", put = "PUT", delete = "DELETE"
    }

    package enum Body: Sendable {
        case none
        case bytes([UInt8])
        /// The whole file at this path, streamed.
        case file(String)
    }

    package enum Keep: Sendable {
        /// The first `limit` bytes of the answer; the rest is not read and `HTTPAnswer.cut` says so.
        case memory(limit: Int)
        /// The answer in a new file at this path. More than `limit` bytes is a lasting trouble, and any trouble removes
        /// the file.
        case file(String, limit: Int64)
    }

    package var method: Method
    package var url: String
    package var headers: [HTTPHeader]
    package var body: Body
    package var keep: Keep = .memory(limit: 20 * 1024)
    package var egress: Egress = .publicOnly
    /// Path of a Unix socket to connect to instead of the host of the URL; with `Egress.anywhere` only.
    package var socket: String?
    /// `http:` addresses are refused unless the destination allows them.
    package var plainAllowed = false
    /// PEM file believed instead of the system's authorities.
    package var caFile: String?
    /// Sending it twice is the same as once (an idempotency key is honoured, or nothing changes). Only then may a kept
    /// connection be used, which libcurl repeats on when it turns out dead, and only then is a lost answer passing.
    package var repeatable: Bool
    package var connect: Duration = .seconds(5)
    package var total: Duration = .seconds(20)

    /// `repeatable` starts as true for GET and HEAD.
    package init(_ method: Method, _ url: String, headers: [HTTPHeader] = [], body: Body = .none) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        repeatable = method == .get || method == .head
    }
}

package struct HTTPHeader: Sendable, Equatable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// A name is a token (RFC 9110 section 5.6.2), a value holds no control characters.
    var isSound: Bool {
        let marks = Set("!#$%&'*+-.^_`|~".utf8)
        let named =
            !name.isEmpty
            && name.utf8.allSatisfy {
                marks.contains($0) || (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
            }
        return named && value.utf8.allSatisfy { $0 >= 32 && $0 != 127 || $0 == 9 }
    }
}

package struct HTTPAnswer: Sendable {
    package var status: Int
    package var headers: [HTTPHeader]
    /// Empty where the body went to a file.
    package var body: [UInt8]
    /// The body was longer than what was to be kept.
    package var cut: Bool
    /// Bytes in the file, 0 without one.
    package var fileSize: Int64
    /// Address that answered.
    package var address: String?
    package var retryAfter: Duration?

    /// First value of a header, by its name in any case.
    package func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}
