import Foundation
import Intake

/// The ledger and the machine it lies on.
extension Checkup {
    func integrity() async throws -> [Finding] {
        try await ledger.store.integrity().map { text in
            Finding(
                .serious, Phrase(zh: "账本损坏：\(text)", en: "the ledger is damaged: \(text)"),
                mend: Phrase(
                    zh: "停下守护进程，从备份恢复，再运行 intake audit verify",
                    en: "stop the daemon, restore a backup, then run intake audit verify"))
        }
    }

    func books() async throws -> [Finding] {
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

    func space() async throws -> [Finding] {
        // With PostgreSQL it is scratch files and what is handed over by folder that need room here.
        let here = try? FileManager.default.attributesOfFileSystem(forPath: fixed.state)[.systemFreeSize] as? NSNumber
        guard let free = try await ledger.blobs.free() ?? here?.int64Value else { return [] }
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

    func clock() async throws -> [Finding] {
        let now = ledger.now
        let newest = try await ledger.store.latest(before: nil, limit: 1).first?.received
        let last = [try await ledger.store.lastCheckpoint()?.at, newest].compactMap(\.self).max()
        let findings = drift()
        guard let last, last > now + .seconds(60) else { return findings }
        return findings + [
            Finding(
                .serious,
                Phrase(
                    zh: "时钟慢了：账本里最晚是 \(ledger.time(last))",
                    en: "the clock is behind the ledger, which has \(ledger.time(last))"),
                mend: "timedatectl status; timedatectl set-ntp true")
        ]
    }

    func folders() async throws -> [Finding] {
        func facts(_ path: String) -> (mode: Int, owner: Int)? {
            let found = try? FileManager.default.attributesOfItem(atPath: path)
            guard let mode = found?[.posixPermissions] as? NSNumber, let owner = found?[.ownerAccountID] as? NSNumber
            else { return nil }
            return (mode.intValue & 0o777, owner.intValue)
        }
        let owner = facts(fixed.state + "/ledger.sqlite")?.owner ?? facts(fixed.state)?.owner
        let file = ledger.configuration.file
        var findings: [Finding] = []
        if let mode = facts(file)?.mode, mode & 0o022 != 0 {
            findings.append(
                Finding(
                    .serious,
                    Phrase(
                        zh: "配置文件 \(file) 别人可写（\(String(mode, radix: 8))）",
                        en: "others can write the configuration \(file) (mode \(String(mode, radix: 8)))"),
                    mend: "chmod go-w \(file)"))
        }
        // A group may pass through the state folder to its outbox and its calls, never to the files of citizens.
        return findings
            + [("", 0o027), ("/blobs", 0o077)].compactMap { part, closed in
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

    /// This machine's clock beside others: the database's, the file system's, and itself as the daemon watched it.
    private func drift() -> [Finding] {
        let set = Phrase(
            zh: "timedatectl status；timedatectl set-ntp true", en: "timedatectl status; timedatectl set-ntp true")
        func off(_ ahead: Duration?, _ chinese: String, _ english: String) -> Finding? {
            guard let ahead, max(ahead, .zero - ahead) > .seconds(2) else { return nil }
            let seconds = ahead.components.seconds
            return Finding(
                max(ahead, .zero - ahead) > .seconds(60) ? .serious : .notice,
                Phrase(
                    zh: "本机时钟与\(chinese)差 \(seconds) 秒",
                    en: "this machine's clock and that of \(english) are \(seconds) s apart"),
                mend: set)
        }
        var findings = [
            off(.zero - ledger.ahead, "数据库", "the database"), off(aheadOfFiles(), "文件系统", "the file system"),
        ].compactMap(\.self)
        if let steps = gauges?["clock_steps_total"], steps > 0 {
            findings.append(
                Finding(
                    .notice,
                    Phrase(
                        zh: "守护进程启动以来，本机时钟被拨动 \(Int(steps)) 次",
                        en: "since the daemon started, this machine's clock was set \(Int(steps)) times"),
                    mend: Phrase(
                        zh: "journalctl -u intake | grep 'clock was stepped'；时间应由 NTP 缓慢校正",
                        en: "journalctl -u intake | grep 'clock was stepped'; NTP should correct it slowly")))
        }
        return findings
    }

    /// Nil where no file can be written: the folders have their own finding.
    private func aheadOfFiles() -> Duration? {
        let path = fixed.state + "/.clock-\(UUID().uuidString)"
        guard FileManager.default.createFile(atPath: path, contents: Data()) else { return nil }
        defer { try? FileManager.default.removeItem(atPath: path) }
        let date = try? FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
        return date.map { .wall - Instant(milliseconds: Int64($0.timeIntervalSince1970 * 1000)) }
    }
}
