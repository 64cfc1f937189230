import Intake

/// Which parts of a mail are its words and which are files: the algorithm of JMAP (RFC 8621 section 4.1.4), with the
/// difference that pictures shown between the words are files too.
struct MailParts {
    private(set) var text: [MimePart] = []
    private(set) var html: [MimePart] = []
    private(set) var files: [MimePart] = []

    /// Parts inside parts; a mail nested deeper is refused.
    static let deepest = 100

    init(_ top: MimePart) throws(Trouble) {
        try walk([top], Place())
    }

    /// Where a part stands.
    private struct Place {
        /// Subtype of the multipart around it.
        var kind = "mixed"
        var alternative = false
        /// Which of the two versions it may belong to.
        var (inText, inHTML) = (true, true)
        var depth = 0

        func inside(_ sub: String) -> Place {
            var place = self
            place.kind = sub
            place.alternative = alternative || sub == "alternative"
            place.depth += 1
            return place
        }
    }

    private mutating func walk(_ parts: some Sequence<MimePart>, _ place: Place) throws(Trouble) {
        guard place.depth <= MailParts.deepest else {
            throw .lasting(
                "邮件的部分至多嵌套 \(MailParts.deepest) 层",
                "expected at most \(MailParts.deepest) parts inside each other in a mail, found more")
        }
        var place = place
        let (textBefore, htmlBefore) = (text.count, html.count)
        for (index, part) in parts.enumerated() {
            let type = part.type
            if part.isMultipart {
                try walk(part.children, place.inside(String(type.dropFirst("multipart/".count))))
                continue
            }
            let isText = type == "text/plain" || type == "text/html"
            let isFirst = index == 0 || (place.kind != "related" && !MailText.hasName(part))
            guard isText, part.disposition != "attachment", isFirst, !part.isEnclosed else {
                files.append(part)
                continue
            }
            if place.kind == "alternative" {
                if type == "text/plain" { text.append(part) } else { html.append(part) }
                continue
            }
            if place.alternative {
                // Inside one of several versions, what follows belongs to this version only.
                if type == "text/plain" { place.inHTML = false } else { place.inText = false }
            }
            if place.inText { text.append(part) }
            if place.inHTML { html.append(part) }
        }
        guard place.kind == "alternative", place.inText, place.inHTML else { return }
        let (textAfter, htmlAfter) = (text.count, html.count)
        if textBefore == textAfter { text += html[htmlBefore...] }
        if htmlBefore == htmlAfter { html += text[textBefore..<textAfter] }
    }
}
