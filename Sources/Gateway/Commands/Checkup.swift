import Foundation
import Intake

/// What the doctor looks at; each check gives nothing when all is well. That the key is the right one is known before:
/// no command gets a ledger without it.
struct Checkup {
    let ledger: OpenLedger
    /// Work due longer than this lies still.
    static let patience = Duration.seconds(600)
    /// What is to be done once the other side, the setting or the credential is mended.
    private static let mended = Phrase(
        zh: "修好后自己继续，不会丢件；改了配置：intake reload；换了 systemd 凭据：systemctl restart intake",
        en:
            "once mended it goes on by itself, nothing is lost; after a changed setting: intake reload; after a changed "
            + "systemd credential: systemctl restart intake")

    private var fixed: Configuration.Fixed { ledger.configuration.fixed }

    var all: [(Phrase, () async throws -> [Finding])] {
        [
            (Phrase(zh: "主密钥与账本相符", en: "the master key fits the ledger"), { [] }),
            (Phrase(zh: "守护进程应答并能提交", en: "the daemon answers and can commit"), daemon),
            (Phrase(zh: "来客分得清", en: "senders can be told apart"), senders),
            (Phrase(zh: "账本文件完好", en: "the ledger is whole"), integrity),
            (Phrase(zh: "账平", en: "the books balance"), books),
            (Phrase(zh: "磁盘空间够", en: "there is free space"), space),
            (Phrase(zh: "时钟正常", en: "the clock is sane"), clock),
            (Phrase(zh: "目录权限正常", en: "owners and modes of the folders are right"), folders),
            (Phrase(zh: "没有积压", en: "no work lies still"), lanes),
            (Phrase(zh: "没有搁置的派发", en: "no delivery is held"), held),
            (Phrase(zh: "没有派不下去的工单", en: "no ticket waits to be routed"), unsettled),
            (Phrase(zh: "渠道的来源可达", en: "the sources of channels can be entered"), channels),
            (Phrase(zh: "目的地可达", en: "destinations can be reached"), destinations),
            (Phrase(zh: "隔离区是空的", en: "the quarantine is empty"), quarantine),
            (Phrase(zh: "城市数据没有警告", en: "the city's data gives no warning"), city),
        ]
    }

    private func daemon() async throws -> [Finding] {
        do throws(Trouble) { _ = try await Control.call(.get, "/readyz", at: fixed.privateAddress) } catch {
            return [
                Finding(
                    .serious, Phrase(zh: "守护进程没有就绪：\(error.words.zh)", en: "the daemon is not ready: \(error.reason)"),
                    mend: "systemctl status intake; journalctl -u intake -n 50")
            ]
        }
        let states = await ListChannels.running(ledger.configuration) ?? [:]
        return states.filter { $0.value != .up }.keys.sorted().map { name in
            Finding(
                .serious, Phrase(zh: "渠道 \(name) 停了", en: "channel \(name) is down"),
                mend: "journalctl -u intake | grep channel=\(name)")
        }
    }

    private func integrity() async throws -> [Finding] {
        try await ledger.store.integrity().map { text in
            Finding(
                .serious, Phrase(zh: "账本损坏：\(text)", en: "the ledger is damaged: \(text)"),
                mend: Phrase(
                    zh: "停下守护进程，从备份恢复，再运行 intake audit verify",
                    en: "stop the daemon, restore a backup, then run intake audit verify"))
        }
    }

    private func books() async throws -> [Finding] {
        let books = try await ledger.store.books()
        return books.complaints.map { text in
            let unowned = text.en.hasPrefix("tickets without owner")
            return Finding(
                .serious, Phrase(zh: "账不平：\(text.zh)", en: "the books do not balance: \(text.en)"),
                mend: unowned
                    ? Phrase(
                        zh: "用 intake tickets --in-state received 找到它们，再 intake requeue",
                        en: "find them with intake tickets --in-state received, then intake requeue")
                    : Phrase(zh: "运行 intake audit verify，并报告此问题", en: "run intake audit verify and report this"))
        }
    }

    private func space() async throws -> [Finding] {
        guard let free = try await ledger.blobs.free() else { return [] }
        let (left, floor) = (free >> 20, fixed.floor >> 20)
        if free >= fixed.floor * 2 { return [] }
        return [
            Finding(
                free < fixed.floor ? .serious : .notice,
                Phrase(
                    zh: "剩 \(left) MiB，低于 \(floor) MiB 就不再收件",
                    en: "\(left) MiB are left; below \(floor) MiB nothing is taken"),
                mend: Phrase(zh: "腾出空间：\(fixed.state)", en: "free some space: \(fixed.state)"))
        ]
    }

    private func clock() async throws -> [Finding] {
        let now = ledger.now
        let newest = try await ledger.store.latest(before: nil, limit: 1).first?.received
        let last = [try await ledger.store.lastCheckpoint()?.at, newest].compactMap(\.self).max()
        guard let last, last > now + .seconds(60) else { return [] }
        return [
            Finding(
                .serious,
                Phrase(
                    zh: "时钟慢了：账本里最晚是 \(ledger.time(last))",
                    en: "the clock is behind the ledger, which has \(ledger.time(last))"),
                mend: "timedatectl status; timedatectl set-ntp true")
        ]
    }

    private func folders() async throws -> [Finding] {
        guard fixed.ledger == .sqlite else { return [] }
        func facts(_ path: String) -> (mode: Int, owner: Int)? {
            let found = try? FileManager.default.attributesOfItem(atPath: path)
            guard let mode = found?[.posixPermissions] as? NSNumber, let owner = found?[.ownerAccountID] as? NSNumber
            else { return nil }
            return (mode.intValue & 0o777, owner.intValue)
        }
        let owner = facts(fixed.state + "/ledger.sqlite")?.owner
        // A group may pass through the state folder to its outbox and its calls, never to the files of citizens.
        return [("", 0o027), ("/blobs", 0o077)].compactMap { part, closed in
            let path = fixed.state + part
            guard let found = facts(path) else { return nil }
            if found.mode & closed == 0, found.owner == owner { return nil }
            return Finding(
                .serious,
                Phrase(
                    zh: "\(path) 的权限是 \(String(found.mode, radix: 8))、属主 \(found.owner)，应为 700、与账本同主",
                    en:
                        "\(path) has mode \(String(found.mode, radix: 8)) and owner \(found.owner); 700 and the ledger's owner are wanted"
                ),
                mend: "chmod 700 \(path); chown \(owner ?? 0) \(path)")
        }
    }

    private func lanes() async throws -> [Finding] {
        let now = ledger.now
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
            guard now - due > Checkup.patience else { return nil }
            let minutes = (now - due).components.seconds / 60
            return Finding(
                .serious, Phrase(zh: "“\(lane)”积压 \(minutes) 分钟", en: "\(lane) has lain still for \(minutes) minutes"),
                mend: Phrase(
                    zh: "守护进程在运行吗？看日志：journalctl -u intake", en: "is the daemon running? see journalctl -u intake"))
        }
    }

    private func held() async throws -> [Finding] {
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

    private func channels() async throws -> [Finding] {
        var findings: [Finding] = []
        for (name, channel) in try ledger.works().channels.sorted(by: { $0.key < $1.key }) {
            do throws(Trouble) { try await channel.reach() } catch {
                findings.append(
                    Finding(
                        .serious, Phrase(zh: "渠道 \(name)：\(error.words.zh)", en: "channel \(name): \(error.reason)"),
                        mend: Checkup.mended))
            }
        }
        return findings
    }

    private func destinations() async throws -> [Finding] {
        var findings: [Finding] = []
        for (name, dispatcher) in try ledger.works().dispatchers.sorted(by: { $0.key < $1.key }) {
            do throws(Trouble) { try await dispatcher.reach() } catch {
                findings.append(
                    Finding(
                        .serious,
                        Phrase(zh: "目的地 \(name)：\(error.words.zh)", en: "destination \(name): \(error.reason)"),
                        mend: Checkup.mended))
            }
        }
        if ledger.configuration.alerts == nil {
            findings.append(
                Finding(
                    .notice, Phrase(zh: "没有配置提醒去处（alerts）", en: "alerts go nowhere but to the journal"),
                    mend: Phrase(zh: "在配置里写 alerts: 目的地名称", en: "set alerts: to the name of a destination")))
        }
        return findings
    }

    private func quarantine() async throws -> [Finding] {
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

    private func city() async throws -> [Finding] {
        ledger.city.warnings.map { warning in
            Finding(.notice, Phrase(zh: warning.text(in: .chinese), en: warning.text(in: .english)))
        }
    }
}
