import Intake

/// The daemon and its work.
extension Checkup {
    func daemon() async throws -> [Finding] {
        do throws(Trouble) { _ = try await Control.call(.get, "/readyz", at: fixed.privateAddress) } catch {
            return [
                Finding(
                    .serious, Phrase(zh: "守护进程没有就绪：\(error.words.zh)", en: "the daemon is not ready: \(error.reason)"),
                    mend: "systemctl status intake; journalctl -u intake -n 50")
            ]
        }
        let states = await ListChannels.running(ledger.configuration) ?? [:]
        let up = ledger.configuration.channels.map(\.name).filter { states[$0] == .up }
        return states.filter { ![.up, .standby].contains($0.value) }.keys.sorted().map { name in
            Finding(
                .serious, Phrase(zh: "渠道 \(name) 停了", en: "channel \(name) is down"),
                mend: "journalctl -u intake | grep channel=\(name)")
        } + Checkup.overdue(gauges, up, ledger.now)
    }

    func lanes() async throws -> [Finding] {
        let now = ledger.now
        // Of these another finding tells why.
        let alone = Set(
            try await DestinationState.all(ledger, gauges).filter { $0.leftAlone == true }.map(\.destination))
        return try await ledger.store.lanes().compactMap { lane, due in
            let (known, name): (Bool, String) =
                switch lane {
                case .settle, .screen: (true, lane.description)
                case .fetch(let channel): (ledger.configuration.channels.contains { $0.name == channel }, channel)
                case .deliver(let name): (ledger.configuration.destinations.contains { $0.name == name }, name)
                }
            if !known {
                return Finding(
                    .serious,
                    Phrase(zh: "“\(lane)”有活，但配置里没有 \(name)", en: "\(lane) holds work, but \(name) is not configured"),
                    mend: Phrase(zh: "把 \(name) 加回配置再 intake reload", en: "add \(name) again and run intake reload"))
            }
            if case .deliver = lane, alone.contains(name) { return nil }
            guard now - due > Checkup.patience else { return nil }
            let minutes = (now - due).components.seconds / 60
            return Finding(
                .serious, Phrase(zh: "“\(lane)”积压 \(minutes) 分钟", en: "\(lane) has lain still for \(minutes) minutes"),
                mend: Phrase(
                    zh: "守护进程在运行吗？看日志：journalctl -u intake", en: "is the daemon running? see journalctl -u intake"))
        }
    }

    func held() async throws -> [Finding] {
        let held = Dictionary(grouping: try await Release.held(ledger), by: \.destination)
        return held.sorted { $0.key < $1.key }.map { name, deliveries in
            Finding(
                .serious,
                Phrase(
                    zh: "目的地 \(name) 有 \(deliveries.count) 件派发搁置",
                    en: "\(deliveries.count) deliveries to \(name) are held"),
                mend: Phrase(
                    zh: "看原因：intake release；修复后：intake release --destination \(name)",
                    en: "see why: intake release; once mended: intake release --destination \(name)"))
        }
    }

    func quarantine() async throws -> [Finding] {
        let count = try await ledger.store.books().quarantined
        if count == 0 { return [] }
        return [
            Finding(
                .notice, Phrase(zh: "隔离区有 \(count) 件", en: "\(count) arrivals are in quarantine"),
                mend: Phrase(
                    zh: "看原因：intake quarantine；修好后先试：intake replay --dry-run 编号，再去掉 --dry-run",
                    en: "see why: intake quarantine; once mended try intake replay --dry-run ID, then without --dry-run"
                ))
        ]
    }

    func city() async throws -> [Finding] {
        ledger.city.warnings.map { warning in
            Finding(.notice, Phrase(zh: warning.text(in: .chinese), en: warning.text(in: .english)))
        }
    }

    /// Tries after which work does not look as if it would ever be done.
    private static let tries = 6

    /// Deliveries have an end of their own (held), and a finding; so have tickets that cannot be routed.
    func stuck() async throws -> [Finding] {
        let jobs = try await ledger.store.stuck(attempts: Checkup.tries, limit: 500).filter { job in
            if case .fetch = job.lane { true } else { false }
        }
        return jobs.prefix(10).map { job in
            Finding(
                .serious,
                Phrase(
                    zh: "工单 \(job.subject) 的附件取不来（\(job.lane)）：试过 \(job.attempts) 次",
                    en: "ticket \(job.subject) waits for its files (\(job.lane)): tried \(job.attempts) times"),
                mend: Phrase(
                    zh: "看原因：journalctl -u intake | grep 'a job is put off'；看工单：intake ticket \(job.subject)",
                    en: "see why: journalctl -u intake | grep 'a job is put off'; see it: intake ticket \(job.subject)")
            )
        }
    }

    func leftAlone() async throws -> [Finding] {
        try await DestinationState.all(ledger, try wantedGauges()).filter { $0.leftAlone == true }.map { state in
            let next = state.until.map { ledger.time($0) } ?? ledger.time(ledger.now)
            return Finding(
                .serious,
                Phrase(
                    zh: "目的地 \(state.destination) 暂停：\(state.waiting) 件派发等待，\(next) 再试一件",
                    en: "\(state.destination) is left alone: \(state.waiting) orders wait, one is tried at \(next)"),
                mend: Phrase(
                    zh: "看原因：journalctl -u intake | grep destination=\(state.destination)；修好后自己继续，要立即试：intake reload",
                    en:
                        "see why: journalctl -u intake | grep destination=\(state.destination); once mended it goes on by "
                        + "itself, at once after: intake reload"))
        }
    }
}
