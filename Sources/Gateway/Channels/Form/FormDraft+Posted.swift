import Foundation
import Intake

extension FormDraft {
    /// Characters of one line.
    static let lineLimit = 300

    /// What was typed, as it came: the form is shown again with it. `consent`: the version that is shown now; agreeing to
    /// another one does not count.
    init(_ posted: [String: [String]], consent: String) {
        token = posted.value(.token)
        kind = Kind(rawValue: posted.value(.kind))
        text = posted.value(.text)
        category = posted.value(.category)
        place = posted.value(.place)
        district = posted.value(.district)
        street = posted.value(.street)
        community = posted.value(.community)
        if posted.value(.unplaced).isEmpty, Self.point(posted.value(.latitude), posted.value(.longitude)) != nil {
            latitude = posted.value(.latitude)
            longitude = posted.value(.longitude)
        }
        identity = Identity(rawValue: posted.value(.identity)) ?? .open
        name = posted.value(.name)
        phone = posted.value(.phone)
        mail = posted.value(.mail)
        consented = posted.value(.consent) == consent
        trap = posted.value(.trap)
    }

    /// A position as the browser gives it (W3C Geolocation, 3.3: WGS-84); nil for what is none.
    static func point(_ latitude: String, _ longitude: String) -> Point? {
        guard latitude.utf8.count <= 32, longitude.utf8.count <= 32, let latitude = Double(latitude),
            let longitude = Double(longitude)
        else { return nil }
        return Point(latitude: latitude, longitude: longitude, datum: .wgs84)
    }

    /// What is to be mended in what was typed, in the order of the page. `offer` lists what can be chosen.
    func flaws(_ offer: FormOffer) -> [Flaw] {
        var flaws: [Flaw] = []
        if text.trimmed.isEmpty { flaws.append(.textMissing) }
        if text.count > offer.textLength { flaws.append(.textTooLong(limit: offer.textLength)) }
        let categories = offer.categories.flatMap(\.choices)
        let choices: [(FormField, String, [Choice])] = [
            (.category, category, categories), (.district, district, offer.districts), (.street, street, offer.streets),
            (.community, community, offer.communities),
        ]
        for (field, chosen, offered) in choices where !chosen.isEmpty && !offered.contains(where: { $0.code == chosen })
        {
            flaws.append(.choiceUnknown(field))
        }
        for (field, line) in [(FormField.place, place), (.name, name)] where line.count > Self.lineLimit {
            flaws.append(.fieldTooLong(field, limit: Self.lineLimit))
        }
        if identity != .anonymous {
            if !phone.trimmed.isEmpty, !Self.isPhone(phone) { flaws.append(.phoneUnreadable) }
            if !mail.trimmed.isEmpty, !Self.isMail(mail) { flaws.append(.mailUnreadable) }
        }
        if !trap.isEmpty { flaws.append(.trapped) }
        if !consented { flaws.append(.consentMissing) }
        return flaws
    }

    /// 5 to 20 digits; the signs people group them with are forgiven, full-width digits too.
    static func isPhone(_ text: String) -> Bool {
        let plain = text.halfWidth
        return text.utf8.count <= 100 && (5...20).contains(plain.count(where: \.isNumber))
            && plain.allSatisfy { $0.isNumber || "+-–—() ./#*".contains($0) || $0.isWhitespace }
    }

    /// One @ with something before it and a name with a dot behind it: what is wrong beyond that, only sending tells.
    static func isMail(_ text: String) -> Bool {
        let parts = text.halfWidth.trimmed.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && !parts[0].isEmpty && parts[1].dropFirst().contains(".") && !parts[1].hasSuffix(".")
            && text.utf8.count <= 254 && !text.trimmed.contains(where: \.isWhitespace)
    }
}

extension [String: [String]] {
    /// The last value of a field, "" if it was not sent.
    func value(_ field: FormField) -> String { self[field.rawValue]?.last ?? "" }
    func values(_ field: FormField) -> [String] { self[field.rawValue] ?? [] }
}
