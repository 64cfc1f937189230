package import Intake

/// Everything our pages say, in the language of whoever reads them.
///
/// One table, spread over `Words*.swift` by page: each line gives both languages to `say`, so a text without its
/// translation does not compile.
package struct Words: Sendable, Equatable {
    package let language: Language

    package init(_ language: Language) { self.language = language }

    /// The language of the answer: what the address asks for (`?lang=`), else what the browser prefers, else Chinese.
    ///
    /// - Parameter accept: the Accept-Language field (RFC 9110, 12.5.4), of which the first 1,000 bytes are read.
    package init(asked: String?, accept: String?) {
        if let asked, let language = Language(tag: asked) {
            self.init(language)
        } else {
            self.init(Self.preferred(accept ?? "") ?? .chinese)
        }
    }

    func say(_ chinese: String, _ english: String) -> String {
        switch language {
        case .chinese: chinese
        case .english: english
        }
    }

    func say(_ phrase: Phrase) -> String { phrase[language] }

    /// The other language, for the link that changes it.
    var other: Words { Words(language == .chinese ? .english : .chinese) }

    /// BCP 47 tag for `lang` attributes.
    var tag: String { say("zh-Hans", "en") }

    /// What the link that changes to this language says; always in this language.
    var ownName: String { say("中文", "English") }

    private static func preferred(_ accept: String) -> Language? {
        var best: (language: Language, weight: Double)?
        for range in accept.utf8.prefix(1000).split(separator: UInt8(ascii: ",")) {
            let parts = String(decoding: range, as: UTF8.self).split(separator: ";").map(\.trimmed)
            guard let tag = parts.first, let language = Language(tag: tag) else { continue }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
            if weight > 0, weight > best?.weight ?? 0 { best = (language, weight) }
        }
        return best?.language
    }
}

extension Language {
    /// The language of a BCP 47 tag by its first subtag: "zh-CN" is Chinese, "en-GB" English, others are not ours.
    package init?(tag: String) {
        let first = tag.split(whereSeparator: { $0 == "-" || $0 == "_" }).first?.lowercased()
        switch first {
        case "zh": self = .chinese
        case "en": self = .english
        default: return nil
        }
    }
}

/// What stands on every page.
extension Words {
    var skip: String { say("跳到正文", "Skip to the main part") }
    var report: String { say("我要反映", "Report") }
    var follow: String { say("查进度", "Track") }
    var menu: String { say("主菜单", "Main menu") }
    func call(_ phone: String) -> String { say("不方便上网？请拨打 \(phone)", "Rather talk? Call \(phone)") }
    var privacy: String {
        say("身份信息加密保存，谁看过都有记录。", "Who you are is kept encrypted, and every look at it is recorded.")
    }

    var emergencyTitle: String {
        say("有危险、火情或急病？请先打电话", "Danger, a fire or somebody hurt? Call first")
    }
    var police: String { say("报警", "Police") }
    var fire: String { say("火警", "Fire") }
    var ambulance: String { say("急救", "Ambulance") }
    var roadAccident: String { say("交通事故", "Road accident") }
    var emergencyFound: String {
        say("您写的内容像是紧急情况", "What you wrote sounds like an emergency")
    }
    var emergencyAdvice: String {
        say(
            "热线不能代替出警和急救。如果危险还在，请现在就打电话：",
            "This hotline sends no police car and no ambulance. If the danger is not over, call now:"
        )
    }

    /// A count of bytes as people read it: "200 MB", "1 GB", "640 KB", never broken before the unit.
    func size(_ bytes: Int64) -> String {
        let kilo = 1024.0
        let amount = Double(bytes)
        for (unit, value) in [("GB", kilo * kilo * kilo), ("MB", kilo * kilo), ("KB", kilo)] where amount >= value {
            let tenths = (amount / value * 10).rounded()
            let whole = Int(tenths / 10)
            return tenths.truncatingRemainder(dividingBy: 10) == 0
                ? "\(whole)\u{A0}\(unit)" : "\(whole).\(Int(tenths) % 10)\u{A0}\(unit)"
        }
        return say("\(bytes) 字节", bytes == 1 ? "1 byte" : "\(bytes) bytes")
    }

    func name(_ kind: Kind) -> String {
        switch kind {
        case .consultation: say(kind.chinese, "Question")
        case .help: say(kind.chinese, "Need help")
        case .complaint: say(kind.chinese, "Complaint")
        case .report: say(kind.chinese, "Wrongdoing")
        case .suggestion: say(kind.chinese, "Suggestion")
        case .praise: say(kind.chinese, "Praise")
        case .other: say(kind.chinese, "Other")
        }
    }
}
