import ArgumentParser
import Intake

/// Has tickets located, classified and routed again.
struct Requeue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: Terminal.both("按现在的目录重新分派工单", "Route tickets again by the catalogue as it is now"),
        discussion: Terminal.both(
            """
            待分拣（received）的：重新定位、分类、套用规则；有了去处就离开分拣席。
            已派出、还没有单位签收（accepted）的：不再需要的单位撤单并收到撤单通知，新单位收到工单；单位不变的不再重发。
            已有单位签收或办理的：拒绝；先由该单位退回。
            守护进程接手去做；运行着时几秒内完成。
            """,
            """
            At triage (received): located, classified and held against the rules again; with a rule it leaves the triage desk.
            Routed, and no department has signed for it (accepted): departments no longer wanted are
            cancelled and told so, new ones get a work order, those that stay get none again.
            Signed for or in hand: refused; the department must return it first.
            The daemon does the work; it takes seconds while one is running.
            """))

    @OptionGroup var place: Where
    @OptionGroup var form: Form
    @Argument(help: "工单号 Numbers of tickets") var numbers: [String]
    @Option(help: "理由（记入历史） Why, for the history") var reason = ""

    private struct Line: Encodable {
        var number: TicketNumber
        /// Of the ticket before.
        var state: Ticket.State
        /// Whether it will be routed again.
        var requeued: Bool
    }

    func run() async throws {
        try await place.withLedger { ledger in
            var failed = false
            for text in numbers {
                let ticket = try await ledger.ticket(text)
                let now = ledger.now
                var outcome = Outcome(ticket: ticket.number.id)
                outcome.from = Pipeline.requeueable
                outcome.entries = [
                    try ledger.keys.entry(
                        .requeued, at: now, actor: ledger.actor, Requeued(reason: Masker.mask(reason.trimmed)))
                ]
                outcome.jobs = [NewJob(lane: .settle, due: now)]
                let done = try await ledger.store.apply([outcome]) == [true]
                if !done { failed = true }
                if form.json {
                    try Terminal.say(json: Line(number: ticket.number, state: ticket.state, requeued: done))
                } else if done {
                    Terminal.say(Terminal.both("\(ticket.number) 将重新分派", "\(ticket.number) will be routed again"))
                } else {
                    let state = Words(Terminal.language).name(ticket.state)
                    Terminal.complain(
                        Terminal.both(
                            "\(ticket.number) 是“\(state)”，不能重新分派：先由承办单位退回",
                            "\(ticket.number) is “\(state)” and cannot be routed again: its department must return it first"
                        ))
                }
            }
            if failed { throw ExitCode(1) }
        }
    }
}
