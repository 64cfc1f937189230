import Intake

/// Whether the keys are the ledger's, and a change of the master key was carried through.
extension Checkup {
    /// The canary was opened when the ledger was; this opens what the ledger is kept for, and ties its history again.
    func masterKey() async throws -> [Finding] {
        let (keys, store) = (ledger.keys, ledger.store)
        let mend = Phrase(
            zh: "不要删改账本；恢复备份到另一处核对（intake restore），再运行 intake audit verify",
            en:
                "leave the ledger as it is; restore a backup elsewhere to compare (intake restore), then run intake audit "
                + "verify")
        var findings: [Finding] = []
        for sample in try await Evidence.samples(of: store) {
            do throws(Trouble) { _ = try keys.open(sample.sealed, as: sample.context) } catch {
                findings.append(
                    Finding(
                        .serious,
                        Phrase(
                            zh: "打不开账本里的内容：\(error.words.zh)",
                            en: "what is in the ledger cannot be opened: \(error.reason)"),
                        mend: mend))
            }
        }
        let knots = [try await store.checkpoints(after: 0, limit: 1).first, try await store.lastCheckpoint()]
        for knot in knots {
            if try await Evidence.ties(keys, knot, in: store) { continue }
            findings.append(
                Finding(
                    .serious,
                    Phrase(
                        zh: "检查点 \(knot?.id ?? 0) 不是用这把密钥的根结成的：查询码、回执也会不符",
                        en:
                            "checkpoint \(knot?.id ?? 0) was not tied with the root of this key: look-up codes would differ too"
                    ),
                    mend: mend))
        }
        return findings
    }

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
