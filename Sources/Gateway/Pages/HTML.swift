/// Text that is safe to send as HTML. Whatever is interpolated is escaped, unless it is `HTML` already.
///
/// Interpolated text may stand between tags and inside double-quoted attribute values, nowhere else: attribute names,
/// script and style are never interpolated (HTML Standard, 13.3 "Escaping a string").
package struct HTML: Sendable, Equatable, ExpressibleByStringInterpolation {
    package private(set) var text: String

    package init(stringLiteral literal: String) { text = literal }
    package init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

    /// The parts one after the other, `separator` between them.
    package init(_ parts: [HTML], separator: HTML = "") {
        text = parts.map(\.text).joined(separator: separator.text)
    }

    package static func + (left: HTML, right: HTML) -> HTML { "\(left)\(right)" }

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        package init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + interpolationCount * 16)
        }
        package mutating func appendLiteral(_ literal: String) { text += literal }
        package mutating func appendInterpolation(_ html: HTML) { text += html.text }
        package mutating func appendInterpolation(_ html: HTML?) { text += html?.text ?? "" }
        package mutating func appendInterpolation(_ parts: [HTML]) { for part in parts { text += part.text } }
        package mutating func appendInterpolation(_ number: some BinaryInteger) { text += String(number) }
        /// An attribute or element that stands only under a condition: `\(" checked", if: chosen)`.
        package mutating func appendInterpolation(_ html: HTML, if condition: Bool) {
            if condition { text += html.text }
        }
        /// Disfavoured so that a literal, alone or in a condition, is HTML of ours; a variable of type `String` never is.
        @_disfavoredOverload
        package mutating func appendInterpolation(_ string: some StringProtocol) {
            for byte in string.utf8.lazy.map({ UnicodeScalar($0) }) where byte.isReserved {
                return escape(string)
            }
            text += string
        }

        private mutating func escape(_ string: some StringProtocol) {
            for scalar in string.unicodeScalars {
                switch scalar {
                case "&": text += "&amp;"
                case "<": text += "&lt;"
                case ">": text += "&gt;"
                case "\"": text += "&quot;"
                case "'": text += "&#39;"
                // Control characters are parse errors in HTML; the replacement character shows that one was here.
                case "\u{0}"..."\u{8}", "\u{B}", "\u{C}", "\u{E}"..."\u{1F}", "\u{7F}": text += "\u{FFFD}"
                default: text.unicodeScalars.append(scalar)
                }
            }
        }
    }
}

extension UnicodeScalar {
    fileprivate var isReserved: Bool {
        switch self {
        case "&", "<", ">", "\"", "'", "\u{7F}": true
        default: value < 0x20
        }
    }
}
