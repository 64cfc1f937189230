import ArgumentParser
import Intake

/// Erases what could not be read, on request: the person it is about need not wait for its time to be over.
struct DiscardQuarantined: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard",
        abstract: Terminal.both("依法删除隔离的来件（不可恢复）", "Erase what is in quarantine, by law; it cannot be undone"),
        discussion: Terminal.both(
            """
            删去账本里的原始字节，以及话单目录（transcripts）隔离区里的明文文件；此后不能再重放。账仍是平的，audit verify 仍通过。
            谁、为何，先记进查看记录（intake access）。同一包裹里还有别的在隔离中，或有保全中的工单，则字节留到那时为止，并会说明。
            已重放成工单的，用 intake erase。
            """,
            """
            Erases the bytes in the ledger, and the files in the clear in the quarantine of a folder of transcripts; they cannot \
            be replayed any more. The books still balance, and audit verify passes. Who did it and why is first written into \
            the access log (intake access). While something else of the same parcel is in quarantine, or a ticket of it under \
            legal hold, the bytes stay, and it is said. What was replayed is a ticket: intake erase.
            """))

    @OptionGroup var place: Where
    @OptionGroup var form: Form
    @Argument(help: "隔离编号 Numbers in the quarantine") var ids: [Int64]
    @Option(help: "理由（记入查看记录） Why; written into the access log") var reason: String

    func validate() throws {
        guard !reason.trimmed.isEmpty else {
            throw ValidationError(Terminal.both("须以 --reason 写理由", "expected --reason REASON"))
        }
    }

    private struct Line: Encodable {
        var id: Int64
        var channel: String
        /// False where the bytes stay because something else needs them.
        var erased: Bool
        /// What stays with its source, where we do not reach.
        var elsewhere: Phrase?
    }

    func run() async throws {
        try await place.withLedger { ledger in
            var rows: [Quarantined] = []
            // Nothing is erased unless all of them are there.
            for id in Set(ids).sorted() { rows.append(try await QuarantineCommands.one(id, ledger)) }
            let leavings = try ledger.leavings()
            for row in rows { try await ledger.noteAccess(to: "discarded \(row.id)", reason: reason) }
            let gone = try await ledger.store.discard(rows.map(\.id), at: ledger.now)
            var failed = false
            for row in rows {
                guard let erased = gone[row.id] else {
                    Terminal.complain(
                        Terminal.both(
                            "\(row.id) 刚被别人重放或删除，没有动",
                            "\(row.id) was replayed or erased by somebody else just now; nothing was done"))
                    failed = true
                    continue
                }
                let line = Line(
                    id: row.id, channel: row.channel, erased: erased, elsewhere: leavings.stays[row.channel])
                if form.json { try Terminal.say(json: line) } else { Self.say(line) }
            }
            try await Erasing(store: ledger.store, blobs: ledger.blobs, keys: ledger.keys).clear()
            try await leavings.forget()
            if failed { throw ExitCode(1) }
        }
    }

    private static func say(_ line: Line) {
        if line.erased {
            Terminal.say(
                Terminal.both("#\(line.id)  \(line.channel)  已删", "#\(line.id)  \(line.channel)  erased"))
        } else {
            Terminal.complain(
                Terminal.both(
                    "#\(line.id)  \(line.channel)  已移出隔离区；字节暂且留下，到同一包裹里没有隔离中的来件和保全中的工单为止",
                    "#\(line.id)  \(line.channel)  given up; its bytes stay for as long as a parcel with it holds something else in "
                        + "quarantine, or a ticket under legal hold"))
        }
        if let elsewhere = line.elsewhere {
            Terminal.say(
                Terminal.both(
                    "  我们不动、须由人删除的：\(elsewhere.zh)", "  not reached by this, to be removed by a person: \(elsewhere.en)"
                ))
        }
    }
}
