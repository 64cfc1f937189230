import ArgumentParser
import Intake

/// Holds deliveries that wait to be sent.
struct Hold: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: Terminal.both("搁置派发，直到放行", "Hold deliveries until they are released"),
        discussion: Terminal.both(
            "派发编号见 intake ticket。已送达的不能搁置；同一收件方、同一工单的后续派发会等它。",
            "Numbers of deliveries are in intake ticket. What is delivered cannot be held; later deliveries about the same "
                + "ticket to the same recipient wait for a held one."))

    @OptionGroup var place: Where
    @OptionGroup var form: Form
    @Argument(help: "派发编号 Numbers of deliveries") var ids: [Int64]
    @Option(help: "理由（记入历史） Why, for the history") var reason = ""

    func run() async throws {
        try await place.withLedger { ledger in
            try await DeliveryNote.each(ids, .held, reason, ledger, form) { delivery, entry throws(Trouble) in
                try await ledger.store.hold(delivery: delivery, entry: entry)
            }
        }
    }
}

/// Lets held deliveries go by the same way.
struct Release: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: Terminal.both("放行搁置的派发（同一去处再试）", "Release held deliveries: the same way again"),
        discussion: Terminal.both(
            "内容和去处不变，立即再试。要按现在的目录重新决定去处，用 intake requeue。结果不明的派发，放行前先问对方是否已收到。",
            "Content and destination stay, the next try is at once. To have the destination decided anew use intake requeue. "
                + "Where the outcome was unclear, ask the other side first whether they have it."))

    @OptionGroup var place: Where
    @OptionGroup var form: Form
    @Argument(help: "派发编号；不写则列出搁置的 Numbers of deliveries; without any the held ones are listed")
    var ids: [Int64] = []
    @Option(help: "这个目的地的全部 All of this destination") var destination: String?
    @Option(help: "理由（记入历史） Why, for the history") var reason = ""

    private struct Row: Encodable {
        var id: Int64
        var ticket: TicketNumber?
        var destination: String
        var recipient: String
        var created: Instant
        var attempts: Int
        var reason: String?
    }

    func run() async throws {
        try await place.withLedger { ledger in
            var ids = ids
            if let destination {
                let held = try await Release.held(ledger).filter { $0.destination == destination }.map(\.id)
                if held.isEmpty { try await ledger.expect(destination: destination) }
                ids += held
                if ids.isEmpty {
                    Terminal.complain(
                        Terminal.both("目的地 \(destination) 没有搁置的派发", "no delivery to \(destination) is held"))
                }
            } else if ids.isEmpty {
                return try await list(ledger)
            }
            try await DeliveryNote.each(ids, .released, reason, ledger, form) { delivery, entry throws(Trouble) in
                try await ledger.store.release(delivery: delivery, at: ledger.now, entry: entry)
            }
        }
    }

    /// Everything that waits for a person.
    static func held(_ ledger: OpenLedger) async throws(Trouble) -> [Delivery] {
        var (all, after): ([Delivery], Int64) = ([], 0)
        while true {
            let page = try await ledger.store.held(after: after, limit: 500)
            guard let last = page.last else { return all }
            all += page
            after = last.id
        }
    }

    private func list(_ ledger: OpenLedger) async throws {
        let held = try await Release.held(ledger)
        let numbers = Dictionary(
            try await ledger.store.tickets(Array(Set(held.map(\.ticket)))).map { ($0.number.id, $0.number) },
            uniquingKeysWith: { first, _ in first })
        var rows: [Row] = []
        for one in held {
            rows.append(
                Row(
                    id: one.id, ticket: numbers[one.ticket], destination: one.destination, recipient: one.recipient,
                    created: one.created, attempts: one.attempts,
                    reason: try await ledger.store.attempts(of: one.id).last?.reason))
        }
        if form.json { return try rows.forEach { try Terminal.say(json: $0) } }
        if rows.isEmpty { return Terminal.say(Terminal.both("没有搁置的派发", "no delivery is held")) }
        var table = Table(
            heads: [
                Terminal.both("派发", "delivery"), Terminal.both("工单", "ticket"), Terminal.both("目的地", "destination"),
                Terminal.both("收件方", "recipient"), Terminal.both("决定于", "decided"), Terminal.both("试过", "tries"),
                Terminal.both("最后原因", "last reason"),
            ], right: [0, 5])
        table.rows = rows.map { row in
            [
                String(row.id), row.ticket?.description ?? "—", row.destination, row.recipient,
                ledger.time(row.created),
                String(row.attempts), row.reason.map { Phrase(kept: $0)[Terminal.language] } ?? "—",
            ]
        }
        Terminal.say(table.text)
    }
}

/// What became of one delivery, as scripts read it.
private struct Acted: Encodable {
    var id: Int64
    var destination: String
    var recipient: String
    /// As it is now.
    var state: Delivery.State
    var changed: Bool
}

extension DeliveryNote {
    /// Does something to each delivery with an entry about it; exit 1 if one was in no fitting state.
    fileprivate static func each(
        _ ids: [Int64], _ kind: EntryKind, _ reason: String, _ ledger: OpenLedger, _ form: Form,
        act: (Int64, NewEntry) async throws(Trouble) -> Bool
    ) async throws {
        let rows = try await ledger.store.delivery(ids)
        var failed = false
        for id in Set(ids).sorted() {
            guard let delivery = rows.first(where: { $0.id == id }) else {
                Terminal.complain(Terminal.both("没有派发 \(id)", "there is no delivery \(id)"))
                failed = true
                continue
            }
            let note = DeliveryNote(
                delivery: id, destination: delivery.destination, recipient: delivery.recipient,
                said: Masker.mask(reason.trimmed))
            let entry = try ledger.keys.entry(kind, at: ledger.now, actor: ledger.actor, note)
            let done = try await act(id, entry)
            if !done { failed = true }
            if form.json {
                guard let now = try await ledger.store.delivery([id]).first else { continue }
                try Terminal.say(
                    json: Acted(
                        id: id, destination: now.destination, recipient: now.recipient, state: now.state, changed: done)
                )
            } else if done {
                let state = kind == .held ? Delivery.State.held.name : Phrase(zh: "已放行", en: "released")
                Terminal.say("#\(id)  \(delivery.destination) → \(delivery.recipient)  \(state[Terminal.language])")
            } else {
                let state = try await ledger.store.delivery([id]).first?.state.name ?? "?"
                Terminal.complain(
                    Terminal.both(
                        "派发 \(id) 现在是“\(state.zh)”，没有动", "delivery \(id) is \(state.en) now and was left as it is"))
            }
        }
        if failed { throw ExitCode(1) }
    }
}
