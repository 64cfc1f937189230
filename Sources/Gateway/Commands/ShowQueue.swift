import ArgumentParser
import Intake

/// What lies with the departments, by age: one screen.
struct ShowQueue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue", abstract: Terminal.both("各单位在办工单，按时长", "What lies with the departments, by age"),
        discussion: Terminal.both("其后是有派发在等的目的地。", "Then the destinations that orders wait for."))

    @OptionGroup var place: Where
    @OptionGroup var form: Form
    @Option(help: "最多几个单位，多的先列 At most so many departments, fullest first") var limit = 40

    func run() async throws {
        try await place.withLedger { ledger in
            let rows = try await Self.unsettled(ledger) + ledger.store.queue(now: ledger.now)
            let states = try await DestinationState.all(ledger, await Gauges(ledger.configuration))
                .filter { $0.waiting > 0 || $0.leftAlone == true }
            if form.json {
                try rows.forEach { try Terminal.say(json: $0) }
                return try states.forEach { try Terminal.say(json: $0) }
            }
            var table = Table(
                heads: [
                    Terminal.both("单位", "department"), Terminal.both("合计", "all"), "<1h", "<1d", "<3d", "<7d", "≥7d",
                    Terminal.both("超期", "overdue"),
                ], right: Set(1...7))
            func line(_ name: String, _ ages: [Int], _ overdue: Int) -> [String] {
                let dotted = ages.map { $0 == 0 ? "·" : String($0) }
                return [name, String(ages.reduce(0, +))] + dotted + [overdue == 0 ? "·" : String(overdue)]
            }
            let sums = (0..<5).map { age in rows.map { $0.ages[age] }.reduce(0, +) }
            table.rows = [line(Terminal.both("全部", "all"), sums, rows.map(\.overdue).reduce(0, +))]
            table.rows += rows.prefix(limit).map { row in
                let name =
                    row.department == Self.nobody
                    ? Terminal.both("派不下去，等人处理", "cannot be routed, waits for a person")
                    : ledger.department(row.department)
                return line(name, row.ages, row.overdue)
            }
            Terminal.say(table.text)
            if rows.count > limit {
                Terminal.complain(
                    Terminal.both(
                        "还有 \(rows.count - limit) 个单位：--limit", "\(rows.count - limit) more departments: --limit"))
            }
            if !states.isEmpty { Terminal.say("\n" + waiting(states, ledger)) }
        }
    }

    /// Stands for the department of tickets that no department has yet.
    static let nobody = "unsettled"

    /// Tickets whose settling was put off, by age since they came; none if there is none. At most a thousand are counted.
    private static func unsettled(_ ledger: OpenLedger) async throws -> [QueueRow] {
        let waiting = try await ledger.store.unsettled(limit: 1000)
        if waiting.isEmpty { return [] }
        let bounds = [Duration.seconds(3600), .seconds(86_400), .seconds(3 * 86_400), .seconds(7 * 86_400)]
        var row = QueueRow(department: nobody, ages: [0, 0, 0, 0, 0], overdue: 0)
        for ticket in try await ledger.store.tickets(waiting.map(\.ticket)) {
            row.ages[bounds.count { ledger.now - ticket.received >= $0 }] += 1
            if let by = ticket.resolveBy, by < ledger.now { row.overdue += 1 }
        }
        return [row]
    }

    private func waiting(_ states: [DestinationState], _ ledger: OpenLedger) -> String {
        var table = Table(
            heads: [Terminal.both("目的地", "destination"), Terminal.both("等待", "wait"), Terminal.both("状态", "state")],
            right: [1])
        for state in states {
            let word =
                state.leftAlone == nil
                ? "?"
                : state.leftAlone == true
                    ? Terminal.both("暂停，逐个试：intake doctor", "left alone, one is tried now and then: intake doctor")
                    : state.until == nil
                        ? Terminal.both("正常", "well") : Terminal.both("对方要求稍候", "asked us to wait")
            let until = state.until.map { Terminal.both("，至 ", ", until ") + ledger.time($0) } ?? ""
            table.rows.append([state.destination, String(state.waiting), word + until])
        }
        return table.text
    }
}
