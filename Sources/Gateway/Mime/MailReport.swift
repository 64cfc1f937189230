import Intake

extension MailReport {
    /// Reads a multipart/report; texts longer than 64 KiB are read in their first part only.
    init(_ top: MimePart) {
        type = top.typeParameter("report-type")?.lowercased() ?? ""
        for part in top.children.prefix(10) {
            switch part.type {
            case "message/delivery-status", "message/disposition-notification", "message/feedback-report",
                "message/global-delivery-status":
                if type.isEmpty { type = String(part.type.dropFirst("message/".count)) }
                fields = MailReport.fields(MailText.of(part, limit: 16_384))
            case "message/rfc822", "message/global":
                original = original ?? part.enclosed?.header("Message-ID").flatMap { MessageIDs.read($0).first }
            case "text/rfc822-headers", "message/rfc822-headers", "message/global-headers":
                let headers = MailReport.fields(MailText.of(part, limit: 16_384))
                original = original ?? headers["message-id"].flatMap { MessageIDs.read(Array($0.utf8)).first }
            default: break
            }
        }
        original = original ?? fields["original-message-id"].flatMap { MessageIDs.read(Array($0.utf8)).first }
    }

    private static func fields(_ text: String) -> [String: String] {
        var found: [String: String] = [:]
        var last: String?
        for line in text.split(separator: "\n") {
            if line.first?.isWhitespace == true, let name = last {
                found[name]? += " " + line.trimmed
                continue
            }
            guard let colon = line.firstIndex(of: ":") else { continue }
            let name = line[..<colon].trimmed.lowercased()
            last = found[name] == nil ? name : nil
            guard last != nil else { continue }
            found[name] = line[line.index(after: colon)...].trimmed
        }
        return found.mapValues { value in
            guard let semicolon = value.firstIndex(of: ";"),
                value[..<semicolon].allSatisfy({ $0.isLetter || $0 == "-" || $0 == "8" })
            else { return value }
            return value[value.index(after: semicolon)...].trimmed
        }
    }
}
