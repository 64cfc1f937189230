import Intake

/// Text of single parts.
enum MailText {
    /// The part's words as plain text with LF line ends and without control characters, trimmed; HTML is turned into
    /// text. Reads little more than `limit` bytes of it, four times as much where markup may be most of it.
    static func of(_ part: MimePart, limit: Int) -> String {
        guard let content = part.bytes() else { return "" }
        let html = part.type == "text/html"
        var bytes: [UInt8] = []
        while bytes.count < (html ? 4 * limit : limit + 1) {
            let piece = content.next()
            if piece.isEmpty { break }
            bytes += piece
        }
        let label = part.typeParameter("charset") ?? (html ? declared(in: bytes) : nil)
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { bytes.removeFirst(3) }
        let text = Charset.decode(bytes, label: label)
        return clean(html ? HTMLText.plain(text) : text)
    }

    /// charset= of a meta element, looked for in the first 2,000 bytes.
    private static func declared(in bytes: [UInt8]) -> String? {
        let start = bytes.prefix(2000).map { (65...90).contains($0) ? $0 + 32 : $0 }
        guard let found = start.firstRange(of: Array("charset=".utf8)) else { return nil }
        let value = start[found.upperBound...].drop { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "'") }
        return String(decoding: value.prefix { $0 > 32 && !"\"'>;/".utf8.contains($0) }, as: UTF8.self)
    }

    private static func clean(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var returned = false
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\r": result.append("\n")
            case "\n": if !returned { result.append("\n") }
            case "\t": result.append("\t")
            default: if scalar.properties.generalCategory != .control { result.append(scalar) }
            }
            returned = scalar == "\r"
        }
        return String(result).trimmed
    }

    static func hasName(_ part: MimePart) -> Bool {
        part.dispositionParameter("filename") != nil || part.typeParameter("name") != nil
    }

    /// What the sender calls the file: without folders, at most 200 characters, never empty.
    static func fileName(_ part: MimePart) -> String {
        var name = part.dispositionParameter("filename") ?? part.typeParameter("name") ?? ""
        // Encoded words have no place in parameters, and stand there all the same.
        if name.contains("=?") || name.contains("\u{fffd}") { name = EncodedWords.decode(Array(name.utf8)) }
        if name.isEmpty, let inside = part.enclosed {
            name = (inside.header("Subject").map(EncodedWords.decode) ?? "mail") + ".eml"
        }
        let plain = name.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
        // By scalars: to a character, marks before or behind a slash belong to it and hide it.
        let last =
            plain.split { $0 == "/" || $0 == "\\" }.last.map { String(String.UnicodeScalarView($0)).trimmed } ?? ""
        let safe = String(last.prefix(200))
        return safe.isEmpty || safe.allSatisfy({ $0 == "." }) ? "file" : safe
    }
}
