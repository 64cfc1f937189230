import ArgumentParser
import Foundation
import Intake
import Storage

extension KeyCommands {
    /// Draws a new root for codes, tokens and knots, sealed with the master key in use: nothing made from now on can be
    /// computed from an older master key.
    struct Renew: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: Terminal.both(
                "换根：此后的查询码、标记、检查点与旧主密钥无关",
                "A new root: codes, tokens and checkpoints from now on owe nothing to an older key"),
            discussion: Terminal.both(
                """
                知道旧主密钥的人离开后用：先做完 intake keys rotate，再停下所有节点，运行本命令，然后启动。已有工单的查询码不变，编号接着排。
                联系方式的索引、来件编号、文件名仍由最初的根派生：有旧主密钥又有账本副本的人，能核对一个号码是否在账本里，但打不开任何内容。
                """,
                """
                For when somebody who knew the master key has left: finish intake keys rotate, stop every node, run this, start \
                again. Codes of tickets there are stay, numbers go on. Hashes of contacts and source ids, and names of files, \
                still come from the first root: whoever has an old master key and a copy of the ledger can test whether a number \
                is in it, and can open nothing.
                """))

        @OptionGroup var place: Where

        func run() async throws {
            var held: FolderLock?
            do {
                let configuration = try place.configuration()
                try configuration.fixed.actAsOwner()
                held = try FolderLock(folder: try Opening.makeState(configuration.fixed.state))
                if case .postgres(let connection, _) = configuration.fixed.ledger,
                    try PostgresStore.isInUse(conninfo: connection)
                {
                    throw Trouble.passing(
                        "还有程序连着这个数据库：先停下每个节点", "somebody is connected to the database: stop every node first")
                }
            } catch { throw Exit.with(error) }
            try await place.withLedger { ledger in
                guard try await ledger.store.canary()?.key == ledger.keys.id else {
                    throw Trouble.lasting(
                        "更换主密钥还没做完：先运行 intake keys rotate",
                        "the change of the master key is not finished: run intake keys rotate first")
                }
                let generation = try await ledger.keys.begin(on: ledger.store)
                Terminal.say(
                    Terminal.both(
                        "已换根：自 \(generation.ticket) 号工单起用新根。启动守护进程。",
                        "A new root counts from ticket \(generation.ticket) on. Start the daemon."))
            }
            withExtendedLifetime(held) {}
        }
    }
}
