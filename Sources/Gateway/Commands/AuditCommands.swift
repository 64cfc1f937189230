import ArgumentParser
import Foundation
import Intake

/// History that cannot be bent quietly.
struct AuditCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: Terminal.both("核对历史是否被动过", "Whether the history was bent"),
        subcommands: [Verify.self], defaultSubcommand: Verify.self)

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: Terminal.both("重算每张工单的链和全部检查点", "Recompute the chain of every ticket and all checkpoints"),
            discussion: Terminal.both(
                "能发现：被改、被删、被换位、被截尾的条目，被换的内容，被删的工单，被改的检查点；打不开或不属于该行的联系方式、派发内容、原件；被删、被改的查看记录。看不出的见 ThreatModel。最后一个检查点请与日志核对："
                    + "journalctl -u intake | grep checkpoint",
                "Finds entries changed, removed, moved or cut off, payloads replaced, tickets removed, checkpoints changed; contacts, "
                    + "messages and raw bytes that do not open or belong elsewhere; lines removed from the access log. What it "
                    + "cannot see stands in the threat model. "
                    + "Hold the last checkpoint against the journal: journalctl -u intake | grep checkpoint"))

        @OptionGroup var place: Where
        @OptionGroup var form: Form

        private struct Sum: Encodable {
            var tickets: Int
            var entries: Int
            var checkpoints: Int
            var values: Int
            var accesses: Int
            var lastCheckpoint: Int64?
            var lastHash: String?
            var findings: Int
        }

        func run() async throws {
            try await place.withLedger { ledger in
                let all = try await ledger.store.latest(before: nil, limit: 1).first?.number.id ?? 0
                // First, because what is damaged may end the reading of the rest.
                Terminal.progress(Terminal.both("读数据库的全部内容", "reading all the database holds"))
                let damage = try await ledger.store.integrity().map { text in
                    Audit.Finding(
                        what: .damaged, words: Phrase(zh: "账本损坏：\(text)", en: "the ledger is damaged: \(text)"))
                }
                for finding in damage { try show(finding) }
                var report = try await Audit.run(ledger.store, keys: ledger.keys) { report in
                    Terminal.progress(
                        Terminal.both(
                            "工单 \(report.tickets)/\(all)，检查点 \(report.checkpoints)，密封值 \(report.values)，发现 \(report.count)",
                            "tickets \(report.tickets)/\(all), checkpoints \(report.checkpoints), sealed values \(report.values), findings \(report.count)"
                        ))
                }
                Terminal.progress("")
                for finding in report.findings { try show(finding) }
                report.count += damage.count
                try show(report, ledger, told: report.findings.count + damage.count)
                if report.count > 0 { throw ExitCode(1) }
            }
        }

        private func show(_ finding: Audit.Finding) throws {
            if form.json { return try Terminal.say(json: finding) }
            let places = [
                finding.ticket.map { Terminal.both("工单 \($0)", "ticket \($0)") },
                finding.entry.map { Terminal.both("第 \($0) 条", "entry \($0)") },
                finding.checkpoint.map { Terminal.both("检查点 \($0)", "checkpoint \($0)") },
            ].compactMap(\.self)
            Terminal.say(
                "✗ \((places + [finding.what.rawValue]).joined(separator: " · ")): \(finding.words[Terminal.language])")
        }

        private func show(_ report: Audit.Report, _ ledger: OpenLedger, told: Int) throws {
            if form.json {
                return try Terminal.say(
                    json: Sum(
                        tickets: report.tickets, entries: report.entries, checkpoints: report.checkpoints,
                        values: report.values, accesses: report.accesses, lastCheckpoint: report.last?.id,
                        lastHash: report.last?.hash.hex, findings: report.count))
            }
            if report.count > told {
                Terminal.say(Terminal.both("…另有 \(report.count - told) 处", "… and \(report.count - told) more"))
            }
            let (tickets, entries, knots) = (report.tickets, report.entries, report.checkpoints)
            Terminal.say(
                Terminal.both(
                    "另核对密封值 \(report.values) 个、查看记录 \(report.accesses) 条",
                    "beside these \(report.values) sealed values and \(report.accesses) lines of the access log"))
            Terminal.say(
                Terminal.both(
                    "核对 \(tickets) 张工单、\(entries) 条历史、\(knots) 个检查点：\(report.count == 0 ? "无异常" : "\(report.count) 处异常")",
                    "\(tickets) tickets, \(entries) entries, \(knots) checkpoints: "
                        + (report.count == 0 ? "nothing was bent" : "\(report.count) findings")))
            if let last = report.last {
                Terminal.say(
                    Terminal.both("最后检查点", "last checkpoint") + " \(last.id)  \(ledger.time(last.at))  \(last.hash.hex)"
                )
            }
        }
    }
}
