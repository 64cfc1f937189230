import ArgumentParser
import Foundation
import Intake

/// Reads quarantined arrivals again, after a mend (rule 4).
struct Replay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: Terminal.both("修复之后，重读隔离的来件", "Read quarantined arrivals again after a mend"),
        discussion: Terminal.both(
            "由该渠道现在的读法重读原始字节。能读懂的移出隔离，成为工单、补充或通知；仍读不懂的留下。先用 --dry-run 看数。",
            "The bytes are read as their channel reads them now. What can be read leaves the quarantine as ticket, follow-up or "
                + "notice; the rest stays. Look at the counts with --dry-run first."))

    @OptionGroup var place: Where
    @OptionGroup var form: Form
    @Argument(help: "隔离编号 Numbers in the quarantine") var ids: [Int64] = []
    @Option(help: "这个渠道的全部 All of this channel") var channel: String?
    @Option(help: "此时以后的全部，如 2026-11-21 All since, local time") var since: String?
    @Flag(help: "只看会怎样，不写 Say what would happen, write nothing") var dryRun = false

    func validate() throws {
        guard ids.isEmpty == (channel != nil || since != nil) else {
            throw ValidationError(
                Terminal.both(
                    "要重读哪些：写隔离编号（见 intake quarantine），或 --channel 渠道，或 --since 时间",
                    "expected which to read again: numbers of intake quarantine, or --channel NAME, or --since TIME"))
        }
    }

    private struct Line: Encodable {
        var id: Int64
        var channel: String
        /// ticket, follow-up, notice, refused; quarantined where it stays.
        var `class`: ArrivalClass
        var ticket: TicketNumber?
        var reason: String?
    }

    func run() async throws {
        try await place.withLedger { ledger in
            if let channel { try await ledger.expect(channel: channel) }
            let rows = try await wanted(ledger)
            let reader = ReadingAgain(ledger: ledger, works: try ledger.works(), write: !dryRun)
            var sums: [ArrivalClass: Int] = [:]
            var done = 0
            // A parcel is read once for all of its items.
            for (_, items) in Dictionary(grouping: rows, by: \.parcel).sorted(by: { $0.key < $1.key }) {
                for outcome in try await reader.read(items) {
                    sums[outcome.class, default: 0] += 1
                    let line = Line(
                        id: outcome.id, channel: items[0].channel, class: outcome.class, ticket: outcome.ticket,
                        reason: outcome.reason)
                    if form.json { try Terminal.say(json: line) } else { say(line) }
                }
                done += items.count
                Terminal.progress("\(done)/\(rows.count)")
            }
            Terminal.progress("")
            let text = sums.sorted { $0.key.rawValue < $1.key.rawValue }.map {
                "\($0.key.name[Terminal.language]) \($0.value)"
            }
            Terminal.complain(
                Terminal.both(dryRun ? "若重放：" : "已重放：", dryRun ? "would become: " : "became: ")
                    + (text.isEmpty ? "0" : text.joined(separator: ", ")))
            if sums[.quarantined] != nil { throw ExitCode(1) }
        }
    }

    private func wanted(_ ledger: OpenLedger) async throws -> [Quarantined] {
        if !ids.isEmpty {
            var rows: [Quarantined] = []
            for id in Set(ids).sorted() { rows.append(try await QuarantineCommands.one(id, ledger)) }
            return rows
        }
        let start = try since.map { try LocalTime.read($0, in: ledger.city) }
        return try await QuarantineCommands.find(ledger, limit: .max) { row in
            (channel == nil || row.channel == channel) && start.map { row.at >= $0 } != false
        }
    }

    private func say(_ line: Line) {
        let end = [line.ticket?.description, line.reason.map { Phrase(kept: $0)[Terminal.language] }].compactMap(\.self)
            .joined(separator: "  ")
        Terminal.say("#\(line.id)  \(line.channel)  → \(line.class.name[Terminal.language])  \(Masker.mask(end))")
    }
}
