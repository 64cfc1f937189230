import Intake

/// Whether everything that came is accounted for (rule 3).
extension Checkup {
    func books() async throws -> [Finding] {
        let books = try await ledger.store.books()
        var findings = books.complaints.filter { $0 != books.ownerless }.map { text in
            Finding(
                .serious, Phrase(zh: "账不平：\(text.zh)", en: "the books do not balance: \(text.en)"),
                mend: Phrase(zh: "运行 intake audit verify，并报告此问题", en: "run intake audit verify and report this"))
        }
        if let text = books.ownerless { findings += try await ownerless(text) }
        return findings
    }

    /// So many tickets are named.
    private static let named = 10

    /// Tickets that nobody works on and nothing will be done about.
    private func ownerless(_ text: Phrase) async throws(Trouble) -> [Finding] {
        let ids = try await ledger.store.ownerless(limit: Checkup.named + 1)
        let tickets = try await ledger.store.tickets(Array(ids.prefix(Checkup.named)))
        let more = ids.count > Checkup.named ? "…" : ""
        func finding(_ some: [Ticket], _ mend: (String) -> Phrase) -> Finding? {
            if some.isEmpty { return nil }
            let numbers = some.map(\.number.description)
            return Finding(
                .serious,
                Phrase(
                    zh: "账不平：\(text.zh)：\(numbers.joined(separator: "、"))\(more)",
                    en: "the books do not balance: \(text.en): \(numbers.joined(separator: ", "))\(more)"),
                mend: mend(numbers.joined(separator: " ")))
        }
        return [
            finding(tickets.filter { Pipeline.requeueable.contains($0.state) }) { numbers in
                Phrase(
                    zh: "重新分派：intake requeue \(numbers)；再运行 intake doctor",
                    en: "have them routed again: intake requeue \(numbers); then run intake doctor again")
            },
            // Somebody had signed; who it was stands in the history.
            finding(tickets.filter { !Pipeline.requeueable.contains($0.state) }) { numbers in
                Phrase(
                    zh:
                        "派单记录被人从数据库里删了：intake audit verify；承办单位看历史（intake ticket \(numbers.prefix { $0 != " " })）；从备份恢复",
                    en:
                        "somebody removed their assignments from the database: intake audit verify; the history tells who had "
                        + "them (intake ticket \(numbers.prefix { $0 != " " })); restore a backup")
            },
        ].compactMap(\.self)
    }
}
