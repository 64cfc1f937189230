import Foundation

/// What one ticket's chain says of itself, and of the row before it.
struct ChainVerdict {
    var entries = 0
    var findings: [Audit.Finding]

    init(findings: [Audit.Finding]) { self.findings = findings }

    init(_ ticket: Ticket, _ entries: [Entry], _ keys: Keys) {
        findings = []
        self.entries = entries.count
        let id = ticket.number.id
        func tell(_ what: Audit.Finding.What, _ entry: Int?, _ zh: String, _ en: String) {
            findings.append(.init(what: what, ticket: id, entry: entry, words: Phrase(zh: zh, en: en)))
        }
        var (head, expected) = (Data(), 1)
        var settled: Settlement?
        // What another version wrote may read otherwise: nothing follows from it, and its digest tells whether it was bent.
        var isReadable = true
        let erased = entries.last { $0.kind == .erased }?.sequence ?? 0
        for entry in entries {
            if entry.sequence != expected {
                tell(.entryMissing, expected, "缺第 \(expected) 条", "entry \(expected) is missing")
            }
            let hash = Chain.hash(
                after: head, ticket: id, sequence: entry.sequence, at: entry.at, kind: entry.kind.rawValue,
                actor: entry.actor, digest: entry.digest)
            if hash != entry.hash {
                tell(
                    .entryChanged, entry.sequence, "第 \(entry.sequence) 条被改、被换位，或前一条不是原来那条",
                    "entry \(entry.sequence) was changed or moved, or the one before it is another")
            }
            do throws(Trouble) {
                let opened = try keys.opened(entry)
                if entry.kind == .settled, opened != nil {
                    settled = (try? keys.payload(Settlement.self, of: entry)) ?? nil
                    isReadable = settled != nil
                }
                if opened == nil, entry.sequence >= erased {
                    tell(
                        .payload, entry.sequence, "第 \(entry.sequence) 条没有内容，也没有依法删除的记录",
                        "entry \(entry.sequence) has no payload, and no later entry says that it was erased")
                }
            } catch {
                tell(
                    .payload, entry.sequence, "第 \(entry.sequence) 条的内容与摘要不符：\(error.words.zh)",
                    "the payload of entry \(entry.sequence) does not match its digest: \(error.reason)")
            }
            (head, expected) = (entry.hash, entry.sequence &+ 1)
        }
        if (entries.last?.sequence ?? 0) < ticket.entries {
            let last = entries.last?.sequence ?? 0
            tell(
                .tailCut, last &+ 1, "尾部被截：应有 \(ticket.entries) 条，到 \(last) 为止",
                "the tail was cut: \(ticket.entries) entries expected, the last is \(last)")
        } else if head != ticket.head || entries.last?.sequence != ticket.entries {
            tell(
                .headDiffers, ticket.entries, "最后一条与工单行上的链头不符",
                "the last entry is not the head on the ticket's row")
        } else if isReadable, !entries.contains(where: { [.moved, .erased].contains($0.kind) }) {
            for (column, kept, derived) in Self.row(ticket, entries, settled) where kept != derived {
                tell(
                    .rowDiffers, nil, "工单行的 \(column) 是 \(kept)，按历史应为 \(derived)",
                    "the ticket's row says \(column) \(kept), its history says \(derived)")
            }
        }
    }

    /// Columns that follow from the history alone while no person has moved the ticket: what the row says, what it
    /// ought to say.
    private static func row(
        _ ticket: Ticket, _ entries: [Entry], _ settled: Settlement?
    ) -> [(column: String, kept: String, derived: String)] {
        let received = entries.first?.at ?? ticket.received
        let state: Ticket.State = settled?.found.classified.category == nil ? .received : .accepted
        var columns = [
            ("received", "\(ticket.received.milliseconds)", "\(received.milliseconds)"),
            ("state", ticket.state.rawValue, state.rawValue),
        ]
        if let settled {
            columns.append(("category", ticket.category ?? "–", settled.found.classified.category ?? "–"))
            columns.append(("area", ticket.area ?? "–", settled.found.located.area ?? "–"))
        }
        return columns
    }
}
