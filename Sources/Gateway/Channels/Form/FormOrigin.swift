import HTTPTypes
import Hummingbird

/// Where the page was from that sent a form, as far as the browser says (Fetch Metadata; Fetch standard, 3.1, `Origin`).
/// Another site can have somebody's browser send us a form (cross-site request forgery); what it sends must not become a
/// report before that person has seen it here.
enum FormOrigin {
    /// - Parameters:
    ///   - site: `Sec-Fetch-Site`.
    ///   - origin: `Origin`. Our own pages send no referrer, so that theirs is "null", which says nothing.
    ///   - hosts: by which we were asked, with or without a port.
    ///
    /// Who says nothing is believed: old telephones' browsers do not.
    static func isForeign(site: String?, origin: String?, hosts: [String]) -> Bool {
        switch site?.lowercased() {
        case "cross-site": return true
        // What the browser compared itself, whatever a proxy makes of our name.
        case "same-origin", "none": return false
        default: break
        }
        guard let origin, !origin.isEmpty, origin != "null" else { return false }
        guard let scheme = origin.firstRange(of: "://") else { return true }
        let asked = name(origin[scheme.upperBound...])
        return !hosts.contains { name($0) == asked }
    }

    /// Without the port: a proxy may be asked on another one than we are, and whoever has the name has the site.
    private static func name(_ authority: some StringProtocol) -> String {
        let text = authority.lowercased()
        return text.hasPrefix("[") ? "\(text.prefix { $0 != "]" })]" : String(text.prefix { $0 != ":" })
    }
}

extension Tools {
    /// Whether another site's page sent this form.
    func isForeign(_ request: Request, _ context: GatewayContext) -> Bool {
        FormOrigin.isForeign(
            site: HTTPField.Name("Sec-Fetch-Site").flatMap { request.headers[$0] }, origin: request.headers[.origin],
            hosts: hosts(request, context))
    }
}
