import ArgumentParser
import Intake

/// Legal hold: nothing of a ticket may be erased, by nobody and by no setting.
struct PreserveTicket: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preserve",
        abstract: Terminal.both("保全工单：什么也不得删除", "Put tickets under legal hold: nothing is erased"))

    @OptionGroup var place: Where
    @Argument(help: "工单号 Numbers of tickets") var numbers: [String]
    @Option(help: "理由（记入历史） Why; written into the history") var reason: String
    @Flag(help: "解除保全 End it") var end = false

    func validate() throws {
        guard !numbers.isEmpty, !reason.trimmed.isEmpty else {
            throw ValidationError(
                Terminal.both("写工单号，并以 --reason 写理由", "expected numbers of tickets, and --reason REASON"))
        }
    }

    func run() async throws {
        try await place.withLedger { ledger in
            for text in numbers {
                let number = try await ledger.ticket(text).number
                let entry = try ledger.keys.entry(
                    end ? .unpreserved : .preserved, at: ledger.now, actor: ledger.actor,
                    Preserved(reason: Masker.mask(reason.trimmed)))
                let changed =
                    end
                    ? try await ledger.store.unpreserve(number.id, entry: entry)
                    : try await ledger.store.preserve(number.id, entry: entry)
                switch (end, changed) {
                case (false, true): Terminal.say(Terminal.both("\(number) 已保全", "\(number) is under legal hold"))
                case (true, true):
                    Terminal.say(Terminal.both("\(number) 已解除保全", "\(number) is under legal hold no longer"))
                case (false, false):
                    Terminal.say(Terminal.both("\(number) 本来就在保全中", "\(number) was under legal hold already"))
                case (true, false): Terminal.say(Terminal.both("\(number) 不在保全中", "\(number) was under no legal hold"))
                }
            }
        }
    }
}
