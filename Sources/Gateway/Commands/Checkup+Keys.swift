import Intake

/// Whether a change of the master key was carried through.
extension Checkup {
    func sealing() async throws -> [Finding] {
        let (keys, counts) = (ledger.keys, try await Resealing.count(ledger.store))
        let lost = counts.filter { !keys.ids.contains($0.key) }
        let old = counts.filter { $0.key != keys.id && keys.ids.contains($0.key) }
        var findings = lost.sorted { $0.value > $1.value }.map { key, count in
            Finding(
                .serious,
                Phrase(
                    zh: "有 \(count) 项是用主密钥 \(key) 封存的，配置里没有它，打不开",
                    en:
                        "\(count) values were sealed with the master key \(key), which is not configured: they cannot be "
                        + "read"),
                mend: Phrase(
                    zh: "把那把密钥写进 keys.older，重启每个节点，再运行 intake keys rotate",
                    en: "name that key in keys.older, restart every node, then run intake keys rotate"))
        }
        let begun = try await ledger.store.canary(try keys.canary()).key != keys.id
        if !old.isEmpty || begun {
            let left = old.values.reduce(0, +)
            findings.append(
                Finding(
                    .notice,
                    Phrase(
                        zh: "更换主密钥还没做完：\(left) 项及其文件仍用旧密钥封存",
                        en:
                            "the change of the master key is not finished: \(left) values, and files, are sealed with an "
                            + "older one"),
                    mend: "intake keys rotate"))
        } else if lost.isEmpty, keys.ids.count > 1 {
            findings.append(
                Finding(
                    .notice, Phrase(zh: "账本已不需要 keys.older", en: "the ledger needs nothing of keys.older any more"),
                    mend: Phrase(
                        zh: "从配置里去掉，重启每个节点；以前的备份还需要它，另处保管",
                        en: "take it out and restart every node; keep it elsewhere as long as there are backups from "
                            + "before")))
        }
        return findings + otherKey()
    }

    /// The daemon beside us may not have been restarted since the key was changed.
    private func otherKey() -> [Finding] {
        guard let used = gauges?.masterKey, used != ledger.keys.id.description else { return [] }
        return [
            Finding(
                .serious,
                Phrase(
                    zh: "守护进程还在用主密钥 \(used)，配置里现用的是 \(ledger.keys.id)",
                    en: "the daemon still seals with the master key \(used), the configuration names \(ledger.keys.id)"),
                mend: "systemctl restart intake")
        ]
    }
}

extension Gauges {
    /// Id of the key the running daemon seals with; nil where it does not say.
    var masterKey: String? { values(Gauges.masterKey, by: "id").keys.first }

    static let masterKey = "intake_master_key"
}
