import ArgumentParser
import Foundation
import Intake

/// Arrivals that could not be read.
struct QuarantineCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine", abstract: Terminal.both("读不懂而隔离的来件", "Arrivals that could not be read"),
        subcommands: [List.self, Show.self, DiscardQuarantined.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: Terminal.both("列出", "List them"))

        @OptionGroup var place: Where
        @OptionGroup var form: Form
        @Option(help: "渠道名称 Name of a channel") var channel: String?
        @Option(help: "最多几件 At most so many") var limit = 100

        func run() async throws {
            try await place.withLedger { ledger in
                if let channel { try await ledger.expect(channel: channel) }
                let rows = try await QuarantineCommands.find(ledger, limit: limit) { one in
                    channel == nil || one.channel == channel
                }
                if form.json { return try rows.forEach { try Terminal.say(json: $0) } }
                if rows.isEmpty { return Terminal.say(Terminal.both("隔离区是空的", "the quarantine is empty")) }
                var table = Table(
                    heads: [
                        Terminal.both("编号", "id"), Terminal.both("到达", "arrived"), Terminal.both("渠道", "channel"),
                        Terminal.both("包裹/件", "parcel/item"), Terminal.both("原因", "reason"),
                    ], right: [0])
                for row in rows {
                    table.rows.append([
                        String(row.id), ledger.time(row.at), row.channel, "\(row.parcel)/\(row.item + 1)",
                        Masker.mask(Phrase(kept: row.reason)[Terminal.language]),
                    ])
                }
                Terminal.say(table.text)
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: Terminal.both("显示信封和内容（已脱敏）", "Show envelope and bytes, masked"),
            discussion: Terminal.both(
                "--raw 理由：原样输出字节，含身份；先在查看记录（intake access）里记下是谁、为什么看。",
                "--raw REASON writes the bytes as they came, identities and all; who looked and why is first written into "
                    + "the access log (intake access)."))

        @OptionGroup var place: Where
        @Argument(help: "隔离编号 Number in the quarantine") var id: Int64
        @Option(help: "原样输出字节的理由（记入查看记录） The bytes as they came, and why; written into the access log")
        var raw: String?

        /// Characters shown masked.
        private static let reach = 64 * 1024

        func validate() throws {
            guard raw?.trimmed.isEmpty != true else {
                throw ValidationError(Terminal.both("--raw 后须写理由", "expected a reason after --raw"))
            }
        }

        func run() async throws {
            try await place.withLedger { ledger in
                let found = try await QuarantineCommands.one(id, ledger)
                guard let kept = try await ledger.store.parcel(found.parcel)?.parcel else {
                    throw Trouble.needsPerson(
                        "原件 \(found.parcel) 不在账本里；请运行 intake doctor",
                        "parcel \(found.parcel) is not in the ledger; run: intake doctor")
                }
                if let raw {
                    try await ledger.noteAccess(to: "quarantine \(id)", reason: raw)
                    return try await QuarantineCommands.read(kept, ledger) { FileHandle.standardOutput.write($0) }
                }
                let envelope = try ledger.keys.envelope(kept.envelope).headers
                let reason = Masker.mask(Phrase(kept: found.reason)[Terminal.language])
                Terminal.say("\(found.channel)  \(ledger.time(found.at))  \(kept.size) B  \(reason)")
                for (name, value) in envelope.sorted(by: { $0.key < $1.key }) {
                    Terminal.say("\(name): \(Masker.mask(value))")
                }
                var head = Data()
                try await QuarantineCommands.read(kept, ledger) { chunk in
                    head.append(chunk.prefix(max(0, Show.reach - head.count)))
                }
                Terminal.say("\n" + Masker.mask(String(decoding: head, as: UTF8.self)))
                if kept.size > Int64(head.count) { Terminal.complain("… \(kept.size - Int64(head.count)) B") }
            }
        }
    }

    /// What waits in quarantine and fits, oldest first.
    static func find(
        _ ledger: OpenLedger, limit: Int, _ fits: (Quarantined) -> Bool
    ) async throws(Trouble) -> [Quarantined] {
        var (found, after): ([Quarantined], Int64) = ([], 0)
        while found.count < limit {
            let page = try await ledger.store.quarantined(after: after, limit: 500)
            guard let last = page.last else { break }
            found += page.filter(fits)
            after = last.id
        }
        return Array(found.prefix(limit))
    }

    static func one(_ id: Int64, _ ledger: OpenLedger) async throws -> Quarantined {
        guard let found = try await ledger.store.quarantined(after: id - 1, limit: 1).first, found.id == id else {
            throw Trouble.lasting(
                Terminal.both(
                    "隔离区没有 \(id)：没有这一件，或已重放、已删除",
                    "\(id) is not in quarantine: there is none such, or it was replayed or erased"))
        }
        return found
    }

    /// Calls `each` with the plain bytes of a kept parcel, chunk by chunk.
    static func read(
        _ kept: KeptParcel, _ ledger: OpenLedger, each: (Data) throws(Trouble) -> Void
    ) async throws(Trouble) {
        switch kept.body {
        case .sealed(let sealed): try each(try ledger.keys.open(sealed, as: "parcel"))
        case .blob(let id):
            try await ledger.blobs.open(id, keys: ledger.keys) { chunk throws(Trouble) in try each(chunk) }
        }
    }
}
