import Intake

/// Where each recipient of a mail destination takes its mail.
struct Recipients: Sendable {
    /// By the code of a department, or `operator`, who gets alerts.
    private let addresses: [String: String]
    /// For all others; `{department}` stands for the code.
    private let other: String?
    /// Whom alerts go to.
    private static let operators = "operator"

    /// Reads `addresses` and `address`, and holds them against the departments of the city.
    init(_ settings: Settings, destination: String, _ tools: Tools) {
        var addresses: [String: String] = [:]
        if let table = settings.optionalTable("addresses") {
            let codes = tools.comingCity?.departments.codes
            for (code, texts) in table.lists() {
                addresses[code] = texts.first ?? ""
                if texts.count == 1 {
                    table.check(mail: texts[0], code)
                } else {
                    table.complain(
                        code, expected: Phrase(zh: "一个邮件地址", en: "one mail address"),
                        found: Phrase(zh: "\(texts.count) 个", en: "\(texts.count) of them"))
                }
                if let codes, code != Recipients.operators, !codes.contains(code) {
                    table.complain(
                        code,
                        unknown: Phrase(
                            zh: "单位代码，或 \(Recipients.operators)（收提醒的值班人员）",
                            en: "the code of a department, or \(Recipients.operators) (who gets alerts)"),
                        found: code, among: codes + [Recipients.operators])
                }
            }
        }
        other = settings.optionalString("address")
        self.addresses = addresses
        if let other { settings.check(mail: other, "address") } else { checkAll(settings, destination, tools) }
    }

    /// Without an address for all others, everybody who is sent to by this destination must have one.
    private func checkAll(_ settings: Settings, _ destination: String, _ tools: Tools) {
        guard let city = tools.comingCity else { return }
        var wanted = city.departments.list.filter { $0.destination == destination }.map(\.code)
        if tools.alerts == destination { wanted.append(Recipients.operators) }
        let missing = wanted.filter { addresses[$0] == nil }
        guard !missing.isEmpty else { return }
        let names = missing.prefix(5).joined(separator: ", ")
        settings.complain(
            "address",
            expected: Phrase(
                zh: "\(names) 等 \(missing.count) 个收件方的地址：写进 addresses，或写 address 供其余单位用",
                en: "an address for \(names) (\(missing.count) in all): in addresses, or address for all others"),
            found: Phrase(zh: "未写", en: "none"))
    }

    /// The address one delivery goes to; needs a person where none is known.
    func address(of outgoing: Outgoing) throws(Trouble) -> String {
        if outgoing.recipient == "citizen" {
            guard let contact = outgoing.contact else {
                throw .needsPerson("群众没有留邮件地址", "the citizen left no mail address")
            }
            return contact.value
        }
        if let address = addresses[outgoing.recipient] { return address }
        guard let other else {
            throw .needsPerson(
                "没有 \(outgoing.recipient) 的邮件地址；请补进该目的地的 addresses",
                "no mail address is set for \(outgoing.recipient); add it to the destination's addresses")
        }
        return other.replacing("{department}", with: outgoing.recipient)
    }
}
