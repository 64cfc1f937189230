/// Every address a page of ours links to or is served at. Nothing else spells one out.
package enum Path: Sendable, Equatable {
    /// The citizen's form: read with GET, handed in with POST.
    case form
    /// The areas inside one area, as JSON, for the form's script.
    case areas(within: String)
    case track
    case ticket(String)
    case receipt(String)
    case style
    case script
    case submissions
    case submission(String)
    case files
    case openAPI

    /// The path as it stands in a link: each variable part percent-encoded.
    package var text: String {
        switch self {
        case .form: "/"
        case .areas(let code): "/areas/\(Self.encoded(code))"
        case .track: "/t"
        case .ticket(let number): "/t/\(Self.encoded(number))"
        case .receipt(let number): "/t/\(Self.encoded(number))/receipt"
        case .style: "/style-\(Style.digest).css"
        case .script: "/form-\(Script.digest).js"
        case .submissions: "/api/v1/submissions"
        case .submission(let number): "/api/v1/submissions/\(Self.encoded(number))"
        case .files: "/api/v1/files"
        case .openAPI: "/api/v1/openapi.json"
        }
    }

    /// The path with a query, for an attribute (HTML escapes it when it is interpolated) or a Location header.
    package func link(_ query: [(name: String, value: String)]) -> String {
        let pairs = query.map { "\(Self.encoded($0.name))=\(Self.encoded($0.value))" }
        return pairs.isEmpty ? text : text + "?" + pairs.joined(separator: "&")
    }

    /// Everything but the unreserved characters of RFC 3986, 2.3 as %XX.
    package static func encoded(_ part: String) -> String {
        var text = ""
        for byte in part.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                text.unicodeScalars.append(UnicodeScalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                text += hex.count == 1 ? "%0\(hex)" : "%\(hex)"
            }
        }
        return text
    }
}
