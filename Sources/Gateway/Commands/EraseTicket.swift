import ArgumentParser
import Foundation
import Intake

/// Erases tickets by law, or what has been kept long enough.
struct EraseTicket: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase",
        abstract: Terminal.both("依法删除工单内容（不可恢复）", "Erase what tickets hold, by law; it cannot be undone"),
        discussion: Terminal.both(
            """
            默认删身份、文字、附件三样，连同收到时的原件；工单号、状态、区域、类别和历史链留下，audit verify 仍通过。历史里记下谁、为何、删了多少，哪些单位和人手里有副本：那些副本须另行通知对方删除；提醒值班人员的，副本在提醒发往的目的地。
            还没送出的派发会取消，只删附件的改发不带附件的；没有了文字的工单算撤回。保全中的工单（intake preserve）一样不删。先用 --dry-run 看会删什么。
            --due 立即做守护进程每天做的那一轮：删去保存期满的（设置 retention）。
            隔离的来件没有工单号：用 intake quarantine discard。
            话单目录（transcripts）里的明文文件随之删去；渠道的设置有误，账本里照删，只说明哪些渠道的文件没有查看。邮箱里的原邮件我们不动：会说明在哪个文件夹，请人去删。
            以前的备份里还有：请按备份保存期销毁。PostgreSQL 的旧行版本在 VACUUM 之后才会被覆盖。
            """,
            """
            Erases identity, words and attachments unless --part names some, and the bytes they came as. Number, state, area, \
            category and the chain stay, and audit verify still passes. The history says who did it, why, how much went, and \
            who holds copies (departments; the operators, where alerts go): they must be asked to erase theirs. What was not \
            handed over is cancelled, or written anew where only files go; a ticket without words counts as withdrawn. Nothing of a ticket under legal hold goes (intake preserve). See \
            with --dry-run what would go. --due does at once what the daemon does each day: it erases what has been kept as \
            long as the settings say (retention). What is in quarantine has no number of a ticket: intake quarantine \
            discard. Files in the clear that a folder of transcripts still holds go with it; where the settings of that channel are \
            wrong, the ledger is erased all the same and the channel named. Mails stay in their mailbox: the folder is named, and a person must remove them. Older backups still hold it: destroy them when their time is over. \
            PostgreSQL writes over old versions of rows only after VACUUM.
            """))

    @OptionGroup var place: Where
    @OptionGroup var form: Form
    @Argument(help: "工单号 Numbers of tickets") var numbers: [String] = []
    @Option(help: "理由（记入历史） Why; written into the history") var reason: String?
    @Option(
        parsing: .upToNextOption,
        help: "只删这些：identity 身份、text 文字、attachments 附件 Only these (default: all three)")
    var part: [String] = []
    @Flag(help: "只看会删什么 Say what would go, and erase nothing") var dryRun = false
    @Flag(help: "保存期满的 What has been kept long enough") var due = false

    func validate() throws {
        guard due != !numbers.isEmpty else {
            throw ValidationError(Terminal.both("写工单号，或 --due", "expected numbers of tickets, or --due"))
        }
        guard due || dryRun || reason?.trimmed.isEmpty == false else {
            throw ValidationError(Terminal.both("须以 --reason 写理由", "expected --reason REASON"))
        }
        guard part.allSatisfy({ ErasurePart(rawValue: $0) != nil }), !due || part.isEmpty else {
            let parts = ErasurePart.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError(
                Terminal.both(
                    "--part 应为 \(parts)，不与 --due 同用", "expected --part to be some of \(parts), and no --due"))
        }
    }

    private struct Line: Encodable {
        var ticket: TicketNumber
        var erased: Bool
        var preserved: Bool
        var contacts: Int
        var entries: Int
        var messages: Int
        var parcels: Int
        var shared: Int
        var files: Int
        /// Orders not handed over yet that are written anew without the files.
        var orders: Int
        var copies: [String]
        /// Where the reports still lie with their sources, and the Message-IDs of mails.
        var elsewhere: [Phrase]
        var mails: [String]
    }
    private struct Sum: Encodable {
        var identities: Int
        var texts: Int
        var attachments: Int
        var originals: Int
        var quarantined: Int
        var accesses: Int
        var files: Int
    }

    func run() async throws {
        try await place.withLedger { ledger in
            let leavings = try ledger.leavings()
            let erasing = Erasing(
                store: ledger.store, blobs: ledger.blobs, keys: ledger.keys, leaves: leavings.stays)
            var trouble: (any Error)?
            do {
                if due { try await round(ledger, erasing) } else { try await all(ledger, erasing) }
            } catch { trouble = error }
            // Whatever stopped the rest, what was erased until then goes everywhere.
            if !dryRun {
                if !due { try await erasing.clear() }
                try await leavings.forget()
            }
            if let trouble { throw trouble }
        }
    }

    private func all(_ ledger: OpenLedger, _ erasing: Erasing) async throws {
        let parts = Set(part.isEmpty ? ErasurePart.allCases : part.compactMap(ErasurePart.init))
        var failed = false
        for text in numbers { failed = try await !one(text, parts, ledger, erasing) || failed }
        if failed { throw ExitCode(1) }
    }

    /// What the mails of a ticket are known by on their server: asked before they are erased.
    private static func mails(of ticket: Int64, _ ledger: OpenLedger) async throws -> [String] {
        try await ledger.store.entries(of: [ticket]).filter { [.received, .followUp].contains($0.kind) }
            .compactMap { entry in ((try? ledger.keys.payload(Submission.self, of: entry)) ?? nil)?.reference }
    }

    private func round(_ ledger: OpenLedger, _ erasing: Erasing) async throws {
        let sum = try await Retaining(erasing, ledger.configuration.retention).run(at: ledger.now, dry: dryRun)
        let row = Sum(
            identities: sum.tickets[.identity] ?? 0, texts: sum.tickets[.text] ?? 0,
            attachments: sum.tickets[.attachments] ?? 0, originals: sum.originals, quarantined: sum.quarantined,
            accesses: sum.accesses, files: sum.files)
        if form.json { return try Terminal.say(json: row) }
        Terminal.say(
            Terminal.both(
                "\(dryRun ? "会删" : "已删")：身份 \(row.identities) 张、文字 \(row.texts) 张、附件 \(row.attachments) 张、原件 \(row.originals) 件、隔离 \(row.quarantined) 件、查看记录 \(row.accesses) 条、文件 \(row.files) 个",
                "\(dryRun ? "would go" : "erased"): identities of \(row.identities) tickets, words of \(row.texts), attachments of "
                    + "\(row.attachments), \(row.originals) parcels, \(row.quarantined) from quarantine, \(row.accesses) lines of the "
                    + "access log, \(row.files) files"))
    }

    /// False where nothing may go.
    private func one(
        _ text: String, _ parts: Set<ErasurePart>, _ ledger: OpenLedger, _ erasing: Erasing
    ) async throws -> Bool {
        let number = try await ledger.ticket(text).number
        let sight = try await ledger.store.sight(of: parts, ticket: number.id)
        let elsewhere = erasing.elsewhere(sight).map(Phrase.init(kept:))
        let mails = try await elsewhere.isEmpty ? [] : EraseTicket.mails(of: number.id, ledger)
        var result = Erasing.Result.nothing
        if !dryRun {
            result = try await erasing.erase(
                parts, of: number.id, at: ledger.now, by: ledger.actor, reason: reason?.trimmed ?? "")
        }
        let preserved = dryRun ? sight.preserved : result == .preserved
        if form.json {
            var erased = false
            if case .done = result { erased = true }
            try Terminal.say(
                json: Line(
                    ticket: number, erased: erased, preserved: preserved, contacts: sight.contacts,
                    entries: sight.entries, messages: sight.messages, parcels: sight.parcels, shared: sight.shared,
                    files: sight.files, orders: sight.orders, copies: sight.copies, elsewhere: elsewhere, mails: mails))
            return !preserved
        }
        if preserved {
            Terminal.complain(Terminal.both("\(number) 在保全中，什么也不删", "\(number) is under legal hold, nothing goes"))
            return false
        }
        if sight.isEmpty {
            Terminal.say(Terminal.both("\(number) 已没有可删的", "\(number) holds nothing to erase"))
            return true
        }
        Terminal.say(
            Terminal.both(
                "\(number) \(dryRun ? "会删" : "已删")：联系方式 \(sight.contacts)、文字 \(sight.entries)、派发内容 \(sight.messages)、原件 \(sight.parcels)、附件 \(sight.files)",
                "\(number) \(dryRun ? "would lose" : "lost"): \(sight.contacts) contacts, \(sight.entries) texts, "
                    + "\(sight.messages) messages, \(sight.parcels) parcels, \(sight.files) files"))
        if sight.orders > 0 {
            Terminal.say(
                Terminal.both(
                    "  还没送出的派单 \(sight.orders) 件改为不带附件的",
                    "  \(sight.orders) orders not handed over yet are written anew without the files"))
        }
        if !sight.copies.isEmpty {
            let names = sight.copies.map { ledger.recipient($0)[Terminal.language] }.joined(
                separator: Terminal.both("、", ", "))
            Terminal.say(
                Terminal.both("  这些地方有副本，请通知其删除：\(names)", "  copies remain at: \(names); ask them to erase theirs"))
        }
        if !elsewhere.isEmpty {
            let places = elsewhere.map { $0[Terminal.language] }.joined(separator: Terminal.both("、", ", "))
            let names = mails.isEmpty ? "" : " " + mails.joined(separator: " ")
            Terminal.say(
                Terminal.both(
                    "  我们不动、须由人删除的：\(places)\(names)",
                    "  not reached by this, to be removed by a person: \(places)\(names)"))
        }
        if sight.shared > 0 {
            Terminal.complain(
                Terminal.both(
                    "  \(sight.shared) 件原件还含保全中的工单或隔离中的来件，留到那时为止",
                    "  \(sight.shared) parcels stay for as long as they also hold tickets under legal hold, or what waits in quarantine"
                ))
        }
        return true
    }
}
