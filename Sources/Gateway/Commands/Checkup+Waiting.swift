import Intake

/// What the doctor finds waiting for a person.
extension Checkup {
    /// Behind a proxy that does not say for whom it asks, nobody can be limited alone.
    func senders() async throws -> [Finding] {
        guard let number = try wantedGauges()[Tools.unknownSenders], let count = Int(exactly: number) else { return [] }
        return [
            Finding(
                .notice,
                Phrase(
                    zh: "有 \(count) 次请求分不清来自谁，它们合用一个限额",
                    en: "of \(count) requests nobody can tell who sent them: they share one limit"),
                mend: Phrase(
                    zh: "让反向代理带上 Forwarded（见 nginx.conf），并把它的网段写进配置 proxies",
                    en: "let the reverse proxy send Forwarded (see nginx.conf), and name its network under proxies"))
        ]
    }

    /// Folders of calls that ought to have been looked through long ago: their channels run, and do not get on. While more
    /// is sent than can be kept they are to wait.
    static func overdue(_ gauges: Gauges?, _ channels: [String], _ now: Instant) -> [Finding] {
        if gauges?["intake_stress"] == 1 { return [] }
        let due = gauges?.values("intake_drop_scan_due_seconds", by: "channel") ?? [:]
        return channels.sorted().compactMap { name in
            guard let due = due[name], now - Instant(seconds: Int64(due)) > Checkup.patience else { return nil }
            let minutes = (now - Instant(seconds: Int64(due))).components.seconds / 60
            return Finding(
                .serious,
                Phrase(
                    zh: "渠道 \(name) 的目录 \(minutes) 分钟前就该看完一遍",
                    en: "the folder of channel \(name) ought to have been looked through \(minutes) minutes ago"),
                mend: Phrase(
                    zh: "看日志：journalctl -u intake | grep channel=\(name)；查它的磁盘；再 systemctl restart intake",
                    en:
                        "see journalctl -u intake | grep channel=\(name); look at its disk; then systemctl restart intake"
                ))
        }
    }

    /// Tickets that no department has because we cannot read or route them.
    func unsettled() async throws -> [Finding] {
        let waiting = try await ledger.store.unsettled(limit: 1000)
        let tickets = try await ledger.store.tickets(waiting.prefix(3).map(\.ticket)).map { "\($0.number)" }
        guard let first = tickets.first else { return [] }
        let count = waiting.count < 1000 ? "\(waiting.count)" : "≥1000"
        return [
            Finding(
                .serious,
                Phrase(
                    zh: "有 \(count) 件工单派不下去：\(tickets.joined(separator: "、"))…",
                    en: "\(count) tickets could not be routed: \(tickets.joined(separator: ", "))…"),
                mend: Phrase(
                    zh: "看原因：intake ticket \(first)；修好后自己继续，每小时再试一次",
                    en: "see why: intake ticket \(first); once mended it goes on by itself, tried again each hour"))
        ]
    }
}
