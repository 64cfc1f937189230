import Foundation
import Intake
import Storage

/// The ledger and the machine it lies on.
extension Checkup {
    func integrity() async throws -> [Finding] {
        var findings = try await ledger.store.integrity().map { text in
            Finding(
                .serious, Phrase(zh: "账本损坏：\(text)", en: "the ledger is damaged: \(text)"),
                mend: Phrase(
                    zh: "停下守护进程，从备份恢复，再运行 intake audit verify",
                    en: "stop the daemon, restore a backup, then run intake audit verify"))
        }
        if try await ledger.store.hasChecksums() == false {
            findings.append(
                Finding(
                    .notice,
                    Phrase(
                        zh: "PostgreSQL 没有开校验和：磁盘悄悄改坏的内容，数据库自己看不出来",
                        en: "PostgreSQL runs without checksums: it does not see by itself what the disk quietly changed"
                    ),
                    mend: Phrase(
                        zh: "停下守护进程和 PostgreSQL，以 postgres 账号运行 pg_checksums --enable -D 数据目录，再启动",
                        en:
                            "stop the daemon and PostgreSQL, run pg_checksums --enable -D DATA_FOLDER as postgres, start both"
                    )))
        }
        return findings
    }

    /// Whether a row, a file of the ledger and a scratch file could be kept. What the daemon says of commits it says itself.
    func writing() async throws -> [Finding] {
        let mend = Phrase(
            zh:
                "findmnt -T \(fixed.state)；journalctl -k | grep -i -e error -e remount；修好磁盘再 mount -o remount,rw，然后 systemctl restart intake",
            en:
                "findmnt -T \(fixed.state); journalctl -k | grep -i -e error -e remount; mend the disk, mount -o remount,rw, "
                + "then systemctl restart intake")
        if ledger.isReadOnly {
            return [
                Finding(
                    .serious,
                    Phrase(
                        zh: "账本所在的文件系统是只读的：收不了件，命令只能看",
                        en:
                            "the file system of the ledger is mounted read-only: nothing is taken, commands can only look"
                    ),
                    mend: mend)
            ]
        }
        do throws(Trouble) {
            try await ledger.blobs.probe()
            try SyncedFile(path: fixed.state + "/.probe-\(UUID().uuidString)").discard()
            return []
        } catch {
            return [
                Finding(
                    .serious,
                    Phrase(
                        zh: "\(fixed.state) 或其中的 blobs 写不进：\(error.words.zh)（\(error.detail ?? "")）",
                        en: "\(fixed.state) or its blobs cannot be written: \(error.reason) (\(error.detail ?? ""))"),
                    mend: mend)
            ]
        }
    }

    func space() async throws -> [Finding] {
        // With PostgreSQL it is scratch files and what is handed over by folder that need room here.
        let here = try? FileManager.default.attributesOfFileSystem(forPath: fixed.state)[.systemFreeSize] as? NSNumber
        guard let free = try await ledger.blobs.free() ?? here?.int64Value else {
            throw Unseen(
                why: Phrase(zh: "\(fixed.state) 所在的磁盘问不到", en: "the disk of \(fixed.state) does not tell"),
                mend: "df \(fixed.state)")
        }
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
