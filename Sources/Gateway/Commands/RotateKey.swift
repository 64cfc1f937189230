import ArgumentParser
import Foundation
import Intake

extension KeyCommands {
    /// Seals everything anew with the master key the configuration names now.
    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: Terminal.both("更换主密钥：把旧密钥封存的全部重新封存", "Change the master key: seal everything anew"),
            discussion: Terminal.both(
                """
                步骤：一、生成新密钥（head -c 32 /dev/urandom | base64），设为 keys.master，原来那把写进 keys.older，重启每个节点；此后新内容用新密钥封存，旧内容照样读得出。
                二、运行 intake keys rotate，守护进程照常工作；中断了再运行一次，接着办。三、完成后从 keys.older 去掉旧密钥，重启。
                以前的备份仍要旧密钥才能恢复：请另处保管到那些备份都已销毁。查询码、回执、历史链都不变。
                """,
                """
                Steps: 1. make a new key (head -c 32 /dev/urandom | base64), name it as keys.master and the one before in keys.older, \
                restart every node; from then on the new one seals and both open. 2. Run intake keys rotate while the daemon \
                goes on; cut short, run it again, it goes on with what is left. 3. Take the old key out of keys.older and \
                restart. Older backups still need the old key: keep it elsewhere as long as there are such backups. Look-up \
                codes, receipts and chains stay as they are.
                """))

        @OptionGroup var place: Where
        @OptionGroup var form: Form
        @Flag(help: "只数，不改 Count only") var dryRun = false

        private struct Sum: Encodable {
            var key: String
            /// Values by the id of the key that sealed them.
            var sealed: [String: Int]
            var values: Int
            var files: Int
        }

        func run() async throws {
            try await place.withLedger { ledger in
                var done = Resealing.Progress()
                if !dryRun {
                    if let used = await Gauges(ledger.configuration)?.masterKey, used != ledger.keys.id.description {
                        throw Trouble.passing(
                            "守护进程还在用主密钥 \(used)：先让每个节点换上新密钥重启（systemctl restart intake），再运行一次",
                            "the daemon still seals with the master key \(used): restart every node with the new one "
                                + "(systemctl restart intake), then run this again")
                    }
                    done = try await Resealing.run(ledger.store, ledger.blobs, keys: ledger.keys) { so in
                        Terminal.progress(
                            Terminal.both(
                                "重新封存 \(so.done)/\(so.all)，文件 \(so.files)",
                                "sealed anew \(so.done)/\(so.all), files \(so.files)"))
                    }
                    Terminal.progress("")
                }
                let counts = try await Resealing.count(ledger.store)
                let sealed = Dictionary(uniqueKeysWithValues: counts.map { ($0.key.description, $0.value) })
                if form.json {
                    return try Terminal.say(
                        json: Sum(
                            key: ledger.keys.id.description, sealed: sealed, values: done.done, files: done.files))
                }
                for (key, count) in sealed.sorted(by: { $0.key < $1.key }) {
                    let now = key == ledger.keys.id.description ? Terminal.both("（现用）", " (in use)") : ""
                    Terminal.say(
                        Terminal.both("主密钥 \(key)\(now)：\(count) 项", "master key \(key)\(now): \(count) values"))
                }
                if ledger.keys.ids.count == 1 {
                    return Terminal.say(
                        Terminal.both(
                            "配置里只有这一把主密钥，没有要重新封存的。要更换：先把新密钥设为 keys.master、原来那把写进 keys.older，重启，再运行（步骤见 --help）。",
                            "This is the only master key configured: nothing is to be sealed anew. To change it, first name a new "
                                + "one as keys.master and this one in keys.older, restart, then run this (steps: --help)."
                        ))
                }
                if dryRun { return }
                Terminal.say(
                    Terminal.both(
                        "重新封存 \(done.done) 项、\(done.files) 个文件。账本只需主密钥 \(ledger.keys.id)：可从 keys.older 去掉旧密钥；以前的备份仍要它。",
                        "sealed \(done.done) values and \(done.files) files anew. The ledger needs only the master key "
                            + "\(ledger.keys.id): older ones may go from keys.older; older backups still need them."))
            }
        }
    }
}
