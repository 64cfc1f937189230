import ArgumentParser
import Glibc
import Intake

/// The executable. Exit 0 done, 1 failed, 64 wrong usage, 74 storage, 75 try later, 78 bad configuration (sysexits.h).
@main
struct Command: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "intake",
        abstract: Terminal.both("城市诉求受理网关", "Intake gateway for a city's reports"),
        version: Version.text,
        subcommands: [ShowVersion.self],
        groupedSubcommands: [
            CommandGroup(
                name: Terminal.both("运行", "Run"), subcommands: [Serve.self, Check.self, Reload.self, Example.self]),
            CommandGroup(
                name: Terminal.both("查看", "Look"),
                subcommands: [
                    ListChannels.self, ListTickets.self, ShowTicket.self, ShowQueue.self, RouteCommands.self,
                    Doctor.self,
                    AuditCommands.self, AccessLog.self,
                ]),
            CommandGroup(
                name: Terminal.both("处理", "Act"),
                subcommands: [
                    QuarantineCommands.self, Replay.self, Hold.self, Release.self, Requeue.self, KeyCommands.self,
                    SendTest.self, PreserveTicket.self, EraseTicket.self,
                ]),
            CommandGroup(name: Terminal.both("备份", "Back up"), subcommands: [Backup.self, Restore.self]),
        ])

    /// Nothing that is made can be read by everybody, whatever the umask was: ledger, log, files, backups.
    static func main() async {
        _ = umask(umask(0o077) | 0o007)
        await main(nil)
    }
}

enum Version {
    static let text = "0.1.0"
}

/// Says which version this is.
struct ShowVersion: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: Terminal.both("显示版本", "Show the version"))

    @OptionGroup var form: Form

    func run() throws {
        if form.json { return try Terminal.say(json: ["version": Version.text]) }
        Terminal.say("intake \(Version.text)")
    }
}
