import HTTPTypes
import Hummingbird
import Intake

extension Response {
    /// A page of ours. It runs nothing inline, loads nothing from elsewhere, cannot be framed, and is never stored: it
    /// may hold what somebody typed.
    static func page(_ html: HTML, _ words: Words, _ status: HTTPResponse.Status = .ok, retryAfter: Duration? = nil)
        -> Response
    {
        var fields: HTTPFields = [
            .contentType: "text/html; charset=utf-8", .cacheControl: "no-store", .vary: "Accept-Language",
            .contentSecurityPolicy: """
            default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; \
            form-action 'self'; base-uri 'none'; frame-ancestors 'none'
            """,
            .xContentTypeOptions: "nosniff", .contentLanguage: words.tag,
        ]
        fields["Referrer-Policy"] = "no-referrer"
        fields["Permissions-Policy"] = "geolocation=(self), camera=(), microphone=()"
        fields["Cross-Origin-Opener-Policy"] = "same-origin"
        if let retryAfter { fields[.retryAfter] = String(retryAfter.wholeSeconds) }
        return Response(status: status, headers: fields, body: .init(byteBuffer: ByteBuffer(string: html.text)))
    }

    /// Something served as it stands in the program, under an address that changes with it.
    static func asset(_ text: String, type: String) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: type, .cacheControl: "public, max-age=31536000, immutable",
                .xContentTypeOptions: "nosniff",
            ], body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    /// To another page with GET, so that a reload there sends nothing again (RFC 9110, 15.4.4).
    static func see(_ link: String) -> Response {
        Response(status: .seeOther, headers: [.location: link, .cacheControl: "no-store"])
    }
}

extension HTTPFields {
    /// A field by a name that is a valid token.
    fileprivate subscript(_ name: String) -> String? {
        get { HTTPField.Name(name).flatMap { self[$0] } }
        set { if let name = HTTPField.Name(name) { self[name] = newValue } }
    }
}

extension Duration {
    /// Rounded up, at least one: what Retry-After takes.
    var wholeSeconds: Int64 { max(1, components.seconds + (components.attoseconds > 0 ? 1 : 0)) }
}
