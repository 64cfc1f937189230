import ArgumentParser
import Foundation
import Intake
import Storage

/// Copies the ledger and its files into a folder while the daemon goes on. Run again into the same folder, only files
/// that are new are copied.
struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: Terminal.both("备份账本和文件（不停机）", "Copy ledger and files while the daemon goes on"),
        discussion: Terminal.both(
            "备份里没有主密钥：没有它，备份谁也打不开，请另处保管；backup.json 记着需要哪几把（编号）。同一目录可反复备份，只复制新文件。",
            "The master key is not in it: keep it elsewhere, nobody can open the backup without; backup.json says which "
                + "ones it needs, by id. The same folder may be used again and again; only new files are copied."))

    @OptionGroup var place: Where
    @OptionGroup var form: Form
    @Argument(help: "备份目录 The folder of the backup") var folder: String

    func run() async throws {
        try await place.withLedger { ledger in
            let note = try await BackupFolder(path: folder).write(ledger) { files in
                Terminal.progress(Terminal.both("文件 \(files)", "files \(files)"))
            }
            Terminal.progress("")
            if form.json { return try Terminal.say(json: note) }
            Terminal.say(
                Terminal.both(
                    "已备份到 \(folder)：账本 \(note.size >> 10) KiB，文件 \(note.files) 个。",
                    "backed up to \(folder): a ledger of \(note.size >> 10) KiB, \(note.files) files."))
            let keys = note.keys.joined(separator: ", ")
            Terminal.complain(
                Terminal.both(
                    "恢复要用主密钥 \(keys)，备份里没有：请另处保管，没有它谁也打不开。",
                    "Restoring takes the master key \(keys), which is not in it: keep it elsewhere, nobody can open the backup "
                        + "without."))
        }
    }
}

/// Puts a backup back where there is no ledger, and verifies it whole before it may be used.
struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: Terminal.both("恢复备份并逐项核对", "Put a backup back and verify it whole"),
        discussion: Terminal.both(
            "只恢复到没有账本的地方。先停守护进程，核对通过才启用：主密钥、账本完好、历史链、检查点、每个文件。备份之后发出的编号不再使用：新工单跳号。",
            "Only where there is no ledger. Stop the daemon first. It is used only once all of it agrees: master key, "
                + "integrity, chains, checkpoints, each file. Numbers given out after the backup are not given out again: new "
                + "tickets go on above a gap."))

    @OptionGroup var place: Where
    @OptionGroup var form: Form
    @Argument(help: "备份目录 The folder of the backup") var folder: String
    @Flag(help: "历史核对有异常也启用，异常逐条列出 Use it although audit verify finds things; each is listed")
    var despiteFindings = false

    private struct Sum: Encodable {
        var tickets: Int
        var entries: Int
        var files: Int
        var made: Instant
        /// The first number from now on.
        var first: Int64
        /// Of `audit verify`.
        var findings: Int
    }

    func run() async throws {
        do {
            let configuration = try place.configuration()
            try configuration.fixed.actAsOwner()
            let backup = BackupFolder(path: folder)
            let (report, files, first) = try await backup.restore(
                configuration, despite: despiteFindings
            ) { step in
                Terminal.progress(step[Terminal.language])
            }
            Terminal.progress("")
            let made = try BackupNote.read(in: folder).made
            for finding in report.findings { Terminal.complain(finding.words[Terminal.language]) }
            if form.json {
                try Terminal.say(
                    json: Sum(
                        tickets: report.tickets, entries: report.entries, files: files, made: made, first: first,
                        findings: report.count))
            } else {
                let time = try LocalTime.text(made, in: configuration.wantedCity())
                let history = Phrase(
                    zh: report.count == 0 ? "核对无误" : "历史有 \(report.count) 处异常",
                    en: report.count == 0 ? "all verified" : "\(report.count) findings in the history")
                Terminal.say(
                    Terminal.both(
                        "已恢复 \(time) 的备份：\(report.tickets) 张工单、\(report.entries) 条历史、\(files) 个文件，\(history.zh)。之后收到的要由各渠道重发。新工单从 \(first) 号起。",
                        "restored the backup of \(time): \(report.tickets) tickets, \(report.entries) entries, \(files) files, "
                            + "\(history.en). What came later must be sent again by its channels. New tickets are numbered from \(first)."
                    ))
            }
            if report.count > 0 { throw ExitCode(1) }
        } catch let code as ExitCode { throw code } catch { throw Exit.with(error) }
    }
}
