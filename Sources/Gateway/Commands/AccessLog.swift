import ArgumentParser
import Intake

/// Who was shown identities, when, of which ticket, and why.
struct AccessLog: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "access",
        abstract: Terminal.both("谁在何时为何查看过身份或原件", "Who looked at identities or raw bytes, when and why"),
        discussion: Terminal.both(
            "每次 ticket --reveal、quarantine show --raw 和 quarantine discard 都先记在这里；保存期见设置 retention.access-log，至少六个月。",
            "Every ticket --reveal, quarantine show --raw and quarantine discard is written here first. Kept as retention.access-log says, six "
                + "months at least."))

    @OptionGroup var place: Where
    @OptionGroup var form: Form
    @Option(help: "只看这张工单 Of this ticket only") var ticket: String?
    @Option(help: "最多几条 At most so many") var limit = 100

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit: 1…") }
    }

    private struct Row: Encodable {
        var id: Int64
        var at: Instant
        var actor: String
        var ticket: TicketNumber?
        var shown: String
        var reason: String
    }

    func run() async throws {
        try await place.withLedger { ledger in
            let of = try await ticket == nil ? nil : ledger.ticket(ticket ?? "").number.id
            let found = try await ledger.store.accesses(of: of, before: nil, limit: limit)
            let numbers = Dictionary(
                try await ledger.store.tickets(Array(Set(found.compactMap(\.ticket)))).map {
                    ($0.number.id, $0.number)
                },
                uniquingKeysWith: { first, _ in first })
            var rows: [Row] = []
            for access in found {
                let note = try ledger.keys.open(AccessNote.self, access.sealed, as: "access")
                rows.append(
                    Row(
                        id: access.id, at: access.at, actor: access.actor,
                        ticket: access.ticket.flatMap { numbers[$0] },
                        shown: note.shown, reason: note.reason))
            }
            if form.json { return try rows.forEach { try Terminal.say(json: $0) } }
            var table = Table(heads: [
                Terminal.both("时间", "time"), Terminal.both("谁", "who"), Terminal.both("工单", "ticket"),
                Terminal.both("看了什么", "shown"), Terminal.both("理由", "why"),
            ])
            table.rows = rows.map { row in
                [
                    ledger.time(row.at), ledger.actor(row.actor), row.ticket?.description ?? "—", Self.words(row.shown),
                    row.reason,
                ]
            }
            Terminal.say(table.text)
        }
    }

    /// What was shown ("identity", "quarantine 7"), or erased ("discarded 7"), in words.
    private static func words(_ shown: String) -> String {
        let parts = shown.split(separator: " ", maxSplits: 1)
        return switch parts.first {
        case "identity": Terminal.both("身份", shown)
        case "quarantine": Terminal.both("隔离件 \(parts.last ?? "")", shown)
        case "discarded": Terminal.both("删除隔离件 \(parts.last ?? "")", shown)
        default: shown
        }
    }
}

extension OpenLedger {
    /// Written down before anything is shown; what cannot be written down is not shown.
    func noteAccess(to shown: String, of ticket: Int64? = nil, reason: String) async throws {
        let note = AccessNote(shown: shown, reason: Masker.mask(reason.trimmed))
        try await store.note(try keys.access(note, at: now, actor: actor, ticket: ticket), keys: keys)
    }
}
