/// What later words, a later place or a later choice mean for a ticket that was settled before.
struct News {
    /// Whether it is to be decided anew: what came leads elsewhere, and no department has signed.
    let moves: Bool
    /// What became known and what was done about it; nil where that is nothing.
    let words: Phrase?

    init(_ grounds: Pipeline.Grounds, _ settled: Settlement, _ ticket: Ticket, _ city: City) {
        let isSigned = grounds.assignments.contains {
            $0.round == ticket.round && ![.sent, .returned, .cancelled].contains($0.state)
        }
        let isOpen = Pipeline.requeueable.contains(ticket.state) && !isSigned
        let (parts, stored) = (Orders.parts(grounds.found.decision), Orders.parts(settled.found.decision))
        // Where the city's data of today would decide otherwise without the new words too, a person has to ask.
        let leads = grounds.earlier.map { Orders.parts($0.decision) != parts } ?? false
        let gone = stored.map(\.department).filter { city.departments[$0] == nil }
        moves = isOpen && (leads && parts != stored || !gone.isEmpty)

        var notes = News.facts(grounds, city)
        if leads, notes.isEmpty { notes = [Phrase(zh: "补充的内容符合另一条规则", en: "the new words fit another rule")] }
        if moves {
            notes.append(Phrase(zh: "尚无单位签收，重新分派", en: "nobody has signed yet, so it is routed anew"))
        } else if leads, parts != stored {
            notes.append(
                Phrase(
                    zh: "已有单位签收，不改派，只发更新的派单", en: "a department has signed, so it stays there with a revised order"))
        }
        if !gone.isEmpty {
            let codes = gone.joined(separator: "、")
            notes.append(Phrase(zh: "单位 \(codes) 已不在名录中", en: "\(codes) is in the city's data no more"))
            if !moves {
                let triage = city.departments[city.triage]?.name ?? ""
                notes.append(Phrase(zh: "转 \(triage.zh) 处理", en: "so it goes to \(triage.en)"))
            }
        }
        words =
            notes.isEmpty
            ? nil
            : Phrase(zh: notes.map(\.zh).joined(separator: "；"), en: notes.map(\.en).joined(separator: "; "))
    }

    private static func facts(_ grounds: Pipeline.Grounds, _ city: City) -> [Phrase] {
        var notes: [Phrase] = []
        if let area = grounds.found.located.area, area != grounds.earlier?.located.area {
            let (zh, en) = (city.areas.pathName(of: area, in: .chinese), city.areas.pathName(of: area, in: .english))
            notes.append(Phrase(zh: "补充说明了区域：\(zh)", en: "the area became known: \(en)"))
        }
        if let category = grounds.found.classified.category, category != grounds.earlier?.classified.category {
            let zh = city.categories.pathName(of: category, in: .chinese)
            let en = city.categories.pathName(of: category, in: .english)
            notes.append(Phrase(zh: "补充说明了事项：\(zh)", en: "the matter became known: \(en)"))
        }
        return notes
    }
}
