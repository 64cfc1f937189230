import ArgumentParser
import Intake

/// The configured channels: whether they run, and what came by them.
struct ListChannels: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "channels",
        abstract: Terminal.both("渠道、运行状态与来件数", "Channels, whether they run, and what came by them"))

    @OptionGroup var place: Where
    @OptionGroup var form: Form

    private struct Row: Encodable {
        var name: String
        /// Nil for a channel that left the configuration but not the ledger.
        var kind: String?
        /// Nil where the daemon does not say.
        var up: Bool?
        /// Another node of this ledger reads its source.
        var standby: Bool?
        /// It stopped for a reason that only a person can mend, such as a refused log-in.
        var needsPerson: Bool?
        var arrivals: [String: Int]
    }

    func run() async throws {
        try await place.withLedger { ledger in
            let running = await ListChannels.running(ledger.configuration)
            let counts = Dictionary(grouping: try await ledger.store.classes(), by: \.channel)
                .mapValues { Dictionary($0.map { ($0.arrival.rawValue, $0.count) }, uniquingKeysWith: +) }
            let configured = ledger.configuration.channels.map { channel in
                Row(
                    name: channel.name, kind: channel.type.kind,
                    up: running?[channel.name].map { [.up, .standby].contains($0) },
                    standby: running?[channel.name].map { $0 == .standby },
                    needsPerson: running?[channel.name].map { $0 == .needsPerson },
                    arrivals: counts[channel.name] ?? [:])
            }
            let gone = counts.keys.filter { name in !configured.contains { $0.name == name } }.sorted()
            let rows = configured + gone.map { Row(name: $0, kind: nil, arrivals: counts[$0] ?? [:]) }
            if form.json { return try rows.forEach { try Terminal.say(json: $0) } }
            show(rows, running: running != nil)
        }
    }

    private func show(_ rows: [Row], running: Bool) {
        if !running {
            Terminal.complain(Terminal.both("守护进程没有应答，运行状态未知", "the daemon does not answer: states are unknown"))
        }
        var table = Table(
            heads: [Terminal.both("渠道", "channel"), Terminal.both("种类", "kind"), Terminal.both("状态", "state")]
                + ArrivalClass.allCases.map { $0.name[Terminal.language] }, right: Set(3...7))
        for row in rows {
            let state =
                row.kind == nil
                ? Terminal.both("已不在配置中", "no longer configured")
                : row.needsPerson == true
                    ? Terminal.both("停止，须人处理：intake doctor", "down, needs a person: intake doctor")
                    : row.standby == true
                        ? Terminal.both("待命，由另一节点读取", "stands by, another node reads it")
                        : row.up.map { $0 ? Terminal.both("运行", "up") : Terminal.both("停止", "down") } ?? "?"
            table.rows.append(
                [row.name, row.kind ?? "—", state]
                    + ArrivalClass.allCases.map { String(row.arrivals[$0.rawValue] ?? 0) })
        }
        Terminal.say(table.text)
    }

    enum State { case up, standby, down, needsPerson }

    /// What the running daemon says of its channels in its metrics; nil if it does not answer.
    static func running(_ configuration: Configuration) async -> [String: State]? {
        guard let gauges = await Gauges(configuration) else { return nil }
        let waiting = gauges.values("intake_channel_needs_person", by: "channel")
        let standby = gauges.values("intake_channel_standby", by: "channel")
        return gauges.values("intake_channel_up", by: "channel").reduce(into: [:]) { states, one in
            states[one.key] =
                waiting[one.key] == 1
                ? .needsPerson : one.value != 1 ? .down : standby[one.key] == 1 ? .standby : .up
        }
    }
}
