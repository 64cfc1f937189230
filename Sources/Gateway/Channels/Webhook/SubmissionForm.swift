package import Intake

/// One report in our own JSON form, as the webhook channel and `POST /api/v1/submissions` take it:
///
///     {
///       "id": "evt-20240101-0001",          the sender's own id of this report, up to 200 bytes; a number is its digits
///       "kind": "complaint",                consultation help complaint report suggestion praise other, or 投诉 …
///       "subject": "路灯不亮",               up to 1,000 bytes
///       "text": "幸福路12号门前路灯三天不亮",   what happened; required; up to 262,144 bytes
///       "category": "0203",                 a code of the city's tree
///       "place": {"text": "幸福路12号", "area": "110105", "lat": 39.9, "lon": 116.4, "datum": "GCJ-02"},
///       "contact": {"name": "王芳", "phone": "13800138000", "mail": "a@example.cn", "wechat": "openid"},
///       "anonymous": false,                 true: no contact is kept, even if one is sent
///       "confidential": false,              保密: the handling department does not learn who reports
///       "urgent": false,
///       "language": "zh",                   zh or en: the language of the receipt
///       "said": "2024-01-01T08:00:00+08:00", when it was said (ISO 8601 with its zone)
///       "consent": "2024-1",                version of the consent line that was shown
///       "attachments": [{"url": "https://…", "sha256": "…", "mime": "image/jpeg", "name": "a.jpg"}],  up to 20
///       "follows_up": "20261121-000042",    the number of an earlier report that this one goes on about
///       "follows_up_code": "k3m9x0ab77qz"   its look-up code, where another sender made it
///     }
///
/// Lengths are bytes of UTF-8. `lat` and `lon` stand together, as numbers or text; `datum` is WGS-84 (the default) or
/// GCJ-02. `location` is read as `place`. Every field but `text` may be missing or null; other fields are ignored, with
/// a remark. `follows_up` is taken for an open report that came from the same channel (and API key), or with its code;
/// otherwise the report stands alone and says what it named.
package struct SubmissionForm: Sendable, Equatable {
    /// `id` of the item.
    package var id: String?
    package var submission: Submission
    /// The look-up code of the report it follows up, as it was given.
    package var followsUpCode: String?

    static let longestText = 262_144
    static let longestLine = 1_000
    static let longestID = 200
    static let mostAttachments = 20

    /// Reads one item. Throws every complaint about it at once.
    package static func read(_ item: JSONValue) throws(FieldProblems) -> SubmissionForm {
        var fields = FieldReader(item)
        var submission = Submission()
        let id = fields.text("id", longest: longestID, numbers: true)
        submission.kind = kind(&fields)
        submission.subject = fields.text("subject", longest: longestLine) ?? ""
        let before = fields.problems.count
        submission.text = fields.text("text", longest: longestText) ?? ""
        if submission.text.isEmpty, fields.problems.count == before, case .object = item {
            fields.complain("text", .missing)
        }
        submission.category = fields.text("category", longest: longestID, numbers: true)
        submission.place = place(&fields)
        submission.confidential = fields.flag("confidential")
        submission.urgent = fields.flag("urgent")
        submission.followsUp = fields.text("follows_up", longest: longestID, numbers: true)
        submission.consent = fields.text("consent", longest: longestID, numbers: true)
        let code = fields.text("follows_up_code", longest: longestID, numbers: true)
        submission.language = language(&fields, &submission.remarks)
        if let said = fields.text("said", longest: longestID) {
            submission.said = Instant(text: said)
            if submission.said == nil {
                fields.complain(
                    "said",
                    .malformed(
                        Phrase(
                            zh: "带时区的时间，例如 2024-01-01T08:00:00+08:00", en: "a time such as 2024-01-01T08:00:00+08:00")))
            }
        }
        let party = party(&fields)
        if fields.flag("anonymous") {
            if party != nil {
                let words = Phrase(
                    zh: "匿名件附有联系方式，未留存", en: "a contact came with an anonymous report and was not kept")
                submission.remarks.append(words.kept)
            }
        } else if let party {
            submission.people = [party]
        }
        submission.attachments = attachments(&fields)
        if !fields.unasked.isEmpty {
            let names = fields.unasked.joined(separator: ", ")
            submission.remarks.append(Phrase(zh: "不认识的字段：\(names)", en: "fields not understood: \(names)").kept)
        }
        guard fields.problems.isEmpty else { throw FieldProblems(fields.problems) }
        return SubmissionForm(id: id, submission: submission, followsUpCode: code)
    }

    /// Which ticket it may join: one of the same sender, or the one whose code it shows.
    func joining(sender: String?) -> Joining { .claimed(sender: sender, code: followsUpCode.map(LookupCode.read)) }

    /// Chinese where nothing, or nothing known, is said.
    private static func language(_ fields: inout FieldReader, _ remarks: inout [String]) -> Language {
        guard let word = fields.text("language", longest: longestID)?.lowercased() else { return .chinese }
        if let known = Language.allCases.first(where: { word.hasPrefix($0.rawValue) }) { return known }
        let shown = Masker.mask(word, cutTo: 60)
        let words = Phrase(
            zh: "language “\(shown)” 不是 zh 或 en，按 zh 处理",
            en: "language \"\(shown)\" is neither zh nor en; zh was taken")
        remarks.append(words.kept)
        return .chinese
    }

    private static func kind(_ fields: inout FieldReader) -> Kind? {
        guard let word = fields.text("kind", longest: longestID) else { return nil }
        let kind = Kind(rawValue: word.lowercased()) ?? Kind.allCases.first { $0.chinese == word }
        if kind == nil { fields.complain("kind", .choice(Kind.allCases.map(\.rawValue))) }
        return kind
    }

    private static func place(_ fields: inout FieldReader) -> Place {
        let place = fields.object("place")
        let location = fields.object("location")
        if place != nil, location != nil { fields.complain("location", .twice) }
        guard var inner = place ?? location else { return Place() }
        let text = inner.text("text", longest: longestLine)
        let area = inner.text("area", longest: longestID, numbers: true)
        let before = inner.problems.count
        let latitude = inner.number("lat")
        let longitude = inner.number("lon")
        var datum = Point.Datum.wgs84
        if let word = inner.text("datum", longest: longestID) {
            if let known = Point.Datum.allCases.first(where: { plain($0.rawValue) == plain(word) }) {
                datum = known
            } else {
                inner.complain("datum", .choice(Point.Datum.allCases.map(\.rawValue)))
            }
        }
        var point: Point?
        switch (latitude, longitude) {
        case (nil, nil): break
        case (let latitude?, let longitude?):
            point = Point(latitude: latitude, longitude: longitude, datum: datum)
            if point == nil {
                inner.complain(
                    "lat", .malformed(Phrase(zh: "-90 至 90，lon 为 -180 至 180", en: "-90 to 90, and lon -180 to 180")))
            }
        case (nil, _): if inner.problems.count == before { inner.complain("lat", .missing) }
        case (_, nil): if inner.problems.count == before { inner.complain("lon", .missing) }
        }
        fields.absorb(inner)
        return Place(text: text, area: area, point: point)
    }

    /// "gcj-02", "GCJ02" and "Gcj-02" are one word.
    private static func plain(_ datum: String) -> String { datum.lowercased().filter { $0 != "-" && $0 != "_" } }

    private static func party(_ fields: inout FieldReader) -> Party? {
        guard var inner = fields.object("contact") else { return nil }
        let name = inner.text("name", longest: longestID)
        var contacts: [Contact] = []
        if let phone = inner.text("phone", longest: longestID, numbers: true) {
            let contact = Contact(kind: .phone, value: phone)
            if contact.value.utf8.count >= 3 {
                contacts.append(contact)
            } else {
                inner.complain("phone", .malformed(Phrase(zh: "电话号码", en: "a telephone number")))
            }
        }
        if let mail = inner.text("mail", longest: longestLine) {
            let parts = mail.split(separator: "@", omittingEmptySubsequences: false)
            if parts.count == 2, parts.allSatisfy({ !$0.isEmpty }), !mail.contains(where: \.isWhitespace) {
                contacts.append(Contact(kind: .mail, value: mail))
            } else {
                inner.complain("mail", .malformed(Phrase(zh: "邮箱地址", en: "a mail address")))
            }
        }
        if let wechat = inner.text("wechat", longest: longestID) {
            contacts.append(Contact(kind: .wechat, value: wechat))
        }
        fields.absorb(inner)
        return name == nil && contacts.isEmpty ? nil : Party(name: name, contacts: contacts)
    }

    private static func attachments(_ fields: inout FieldReader) -> [Attachment] {
        var result: [Attachment] = []
        for (position, value) in fields.list("attachments", most: mostAttachments).enumerated() {
            var inner = FieldReader(value, path: "attachments[\(position)].")
            let url = inner.text("url", longest: 2_000)
            let digest = inner.text("sha256", longest: longestID)?.lowercased()
            let type = inner.text("mime", longest: longestID) ?? "application/octet-stream"
            let name = inner.text("name", longest: longestLine)
            if let digest, digest.utf8.count != 64 || !digest.allSatisfy(\.isHexDigit) {
                inner.complain("sha256", .malformed(Phrase(zh: "64 位十六进制数", en: "64 hexadecimal digits")))
            }
            if url == nil, inner.problems.isEmpty { inner.complain("url", .missing) }
            if let url, !RemoteFile.isAddress(url) {
                inner.complain("url", .malformed(Phrase(zh: "https 地址", en: "an https address")))
            }
            if let url, inner.problems.isEmpty {
                let remote = RemoteFile(address: url, digest: digest)
                let content = Attachment.Content.remote(remote.text)
                result.append(Attachment(name: name ?? remote.name, type: type, content: content))
            }
            fields.absorb(inner)
        }
        return result
    }
}
