import Foundation

/// Goes through the whole ledger and recomputes what must not have been bent (rule 11): the chain of every ticket, its
/// head and what else stands on the ticket's row, the digests of the payloads, the checkpoints and what each of them saw.
///
/// It runs beside a writing daemon: what does not agree is read again before it is told. It cannot see what was taken
/// away together with every checkpoint from then on: for that the last checkpoint is given, to be held against the
/// journal. Checkpoints are tied with a key that is not in the database; nobody without it ties them anew.
package struct Audit {
    /// One thing that does not agree.
    package struct Finding: Sendable, Equatable, Codable {
        package enum What: String, Sendable, Codable {
            case entryChanged = "entry-changed"
            case entryMissing = "entry-missing"
            case tailCut = "tail-cut"
            case headDiffers = "head-differs"
            case rowDiffers = "row-differs"
            case payload
            case historyRewritten = "history-rewritten"
            case ticketRemoved = "ticket-removed"
            case checkpointMissing = "checkpoint-missing"
            case checkpointChanged = "checkpoint-changed"
            case parcel, arrival, sealed
            case accessLog = "access-log"
            case books
            /// The database itself says so.
            case damaged
        }
        package var what: What
        /// Id of the ticket, which is the last part of its number.
        package var ticket: Int64?
        package var entry: Int?
        package var checkpoint: Int64?
        package var words: Phrase

        package init(what: What, ticket: Int64? = nil, entry: Int? = nil, checkpoint: Int64? = nil, words: Phrase) {
            self.what = what
            self.ticket = ticket
            self.entry = entry
            self.checkpoint = checkpoint
            self.words = words
        }
    }
    package struct Report: Sendable, Equatable {
        package var tickets = 0
        package var entries = 0
        package var checkpoints = 0
        /// Sealed values beside the history, and lines of the access log.
        package var values = 0
        package var accesses = 0
        package var last: Checkpoint?
        /// The first `Audit.kept` of them.
        package var findings: [Finding] = []
        /// All there are.
        package var count = 0
    }
    /// A ledger bent everywhere needs no longer list.
    static let kept = 1000

    private let store: any Store
    private let keys: Keys
    private let numbering: Numbering
    private let progress: (Report) -> Void
    private var report = Report()
    /// Entries that the checkpoints so far saw of each ticket, by its place among all.
    private var seen: [Int32] = [0]
    /// Entries that were read of each ticket, by its place among all.
    private var found: [Int32] = [0]
    /// Where reading the checkpoints stands: the last one, and what all together saw.
    private var (previous, tickets, entries): (Checkpoint?, Int, Int) = (nil, 0, 0)
    private var told: Set<Int64> = []
    /// The head of the access log that a checkpoint saw last.
    private var access = AccessHead.start

    private init(_ store: any Store, _ keys: Keys, _ progress: @escaping (Report) -> Void) {
        self.store = store
        self.keys = keys
        numbering = keys.numbering
        self.progress = progress
    }

    /// Reads everything; `progress` is told after each batch how far it is.
    package static func run(
        _ store: any Store, keys: Keys, progress: @escaping (Report) -> Void = { _ in }
    ) async throws(Trouble) -> Report {
        var audit = Audit(store, keys, progress)
        try await audit.readTickets()
        try await audit.readCheckpoints()
        try await audit.lookForUnseen()
        try await audit.readSealed()
        do throws(Trouble) {
            for complaint in try await store.books().complaints {
                audit.add(.books, words: Phrase(zh: "账不平：\(complaint.zh)", en: "the books: \(complaint.en)"))
            }
        } catch  where error.kind != .passing {
            // What was found until here is told all the same.
            audit.add(
                .books, words: Phrase(zh: "账算不出：\(error.words.zh)", en: "the books cannot be read: \(error.reason)"))
        }
        return audit.report
    }

    private mutating func add(
        _ what: Finding.What, ticket: Int64? = nil, entry: Int? = nil, checkpoint: Int64? = nil, words: Phrase
    ) {
        report.count += 1
        guard report.findings.count < Audit.kept else { return }
        report.findings.append(
            Finding(what: what, ticket: ticket, entry: entry, checkpoint: checkpoint, words: words))
    }

    /// The entries of these tickets; none of those whose history cannot be read, which is told where it is read itself.
    static func histories(of tickets: Set<Int64>, _ store: any Store) async throws(Trouble) -> [Int64: [Entry]] {
        do throws(Trouble) {
            let found = Dictionary(grouping: try await store.entries(of: tickets.sorted()), by: \.ticket)
            return Dictionary(uniqueKeysWithValues: tickets.map { ($0, found[$0] ?? []) })
        } catch  where error.kind != .passing && tickets.count > 1 {
            var found: [Int64: [Entry]] = [:]
            for ticket in tickets { found.merge(try await histories(of: [ticket], store)) { first, _ in first } }
            return found
        } catch  where error.kind != .passing {
            return [:]
        }
    }

    /// What lies beside the history: sealed values, and the access log.
    private mutating func readSealed() async throws(Trouble) {
        var findings: [Finding] = []
        func tell(_ finding: Finding) {
            report.count += 1
            if findings.count < Audit.kept { findings.append(finding) }
        }
        try await SealedVerdict(store: store, keys: keys).run(tell) { rows in
            report.values += rows
            progress(report)
        }
        try await ArrivalVerdict(store: store, keys: keys).run(tell) { _ in progress(report) }
        let log = try await AccessVerdict.read(store, keys: keys, tied: access)
        report.accesses = log.lines
        report.count += log.findings.count
        report.findings += (findings + log.findings).prefix(max(0, Audit.kept - report.findings.count))
    }

    private mutating func readTickets() async throws(Trouble) {
        var after: Int64 = 0
        while true {
            let page = try await store.tickets(after: after, limit: 200)
            if page.isEmpty { return }
            let chains = try await Audit.histories(of: Set(page.map(\.number.id)), store)
            for ticket in page {
                for ids in numbering.given(after + 1..<ticket.number.id) where store.isGapless { miss(ids) }
                after = ticket.number.id
                try await read(ticket, chains[after])
            }
            let entries = page.flatMap { chains[$0.number.id] ?? [] }
            for (entry, words) in try await Provenance.strangers(among: entries, store, keys: keys) {
                add(.parcel, ticket: entry.ticket, entry: entry.sequence, words: words)
            }
            progress(report)
        }
    }

    /// Tells of numbers that no ticket has: one finding for neighbours, however many.
    private mutating func miss(_ ids: Range<Int64>) {
        guard let first = ids.first, let last = ids.last else { return }
        add(
            .ticketRemoved, ticket: first,
            words: Phrase(
                zh: "工单号 \(first) 到 \(last) 没有工单：已被删除",
                en: "there are no tickets with the numbers \(first) to \(last): they were removed"))
        told.formUnion(ids.prefix(Audit.kept))
    }

    /// Verifies one ticket; one that does not agree is read again, because it may have grown between two reads.
    private mutating func read(_ ticket: Ticket, _ entries: [Entry]?) async throws(Trouble) {
        let id = ticket.number.id
        var verdict = entries.map { ChainVerdict(ticket, $0, keys) }
        var tries = 0
        while verdict?.findings.isEmpty != true, tries < 3 {
            tries += 1
            guard let now = try await store.tickets([id]).first else { break }
            do throws(Trouble) {
                verdict = ChainVerdict(now, try await store.entries(of: [id]), keys)
            } catch  where error.kind != .passing {
                let words = Phrase(zh: "历史读不出：\(error.words.zh)", en: "cannot be read: \(error.reason)")
                verdict = ChainVerdict(findings: [Finding(what: .entryChanged, ticket: id, words: words)])
            }
        }
        report.tickets += 1
        report.entries += verdict?.entries ?? 0
        let place = Int(numbering.place(of: id))
        while found.count <= place, place < found.count + 1_000_000 { found.append(0) }
        if found.indices.contains(place) { found[place] = Int32(clamping: verdict?.entries ?? 0) }
        for finding in verdict?.findings ?? [] {
            add(finding.what, ticket: id, entry: finding.entry, words: finding.words)
        }
        if verdict?.findings.isEmpty == false { told.insert(id) }
    }

    private mutating func readCheckpoints() async throws(Trouble) {
        while true {
            let page = try await store.checkpoints(after: previous?.id ?? 0, limit: 100)
            if page.isEmpty { break }
            for knot in page {
                if knot.id != (previous?.id ?? 0) &+ 1 {
                    add(
                        .checkpointMissing, checkpoint: knot.id,
                        words: Phrase(zh: "它之前少了检查点", en: "a checkpoint before it is missing"))
                }
                let hash = try await readHeads(of: knot)
                if hash != knot.hash || tickets != knot.tickets || entries != knot.entries {
                    add(
                        .checkpointChanged, checkpoint: knot.id,
                        words: Phrase(
                            zh: "检查点被改过：记 \(knot.tickets) 张 \(knot.entries) 条，算得 \(tickets) 张 \(entries) 条，或摘要不符",
                            en:
                                "the checkpoint was changed: it says \(knot.tickets) tickets and \(knot.entries) entries, "
                                + "counted \(tickets) and \(entries), or its hash differs"))
                    (tickets, entries) = (knot.tickets, knot.entries)
                }
                report.checkpoints += 1
                (previous, report.last) = (knot, knot)
            }
            progress(report)
        }
    }

    /// Counts what a checkpoint tied, holds it against what stands there now, and gives what its hash should be.
    private mutating func readHeads(of knot: Checkpoint) async throws(Trouble) -> Data {
        var tying = Checkpoint.Tying(knot.id, after: previous?.hash ?? Data(), at: knot.at, keys: keys)
        var ticket = Checkpoint.Head.start
        while true {
            var heads = try await store.heads(of: knot.id, after: ticket, limit: Checkpoint.Head.page)
            guard let last = heads.last else { break }
            for head in heads { tying.add(head) }
            if let log = heads.first, log.ticket == 0 {
                heads.removeFirst()
                if Int64(log.entries) >= access.id {
                    access = AccessHead(id: Int64(log.entries), hash: log.hash)
                }
            }
            for head in heads { count(head) }
            try await compare(heads, knot)
            ticket = last.ticket
        }
        return tying.hash(tickets: knot.tickets, entries: knot.entries)
    }

    /// Tickets younger than this audit may be in a checkpoint that is younger too. A number far beyond them is forged,
    /// and takes no memory.
    private mutating func count(_ head: Checkpoint.Head) {
        let place = Int(numbering.place(of: head.ticket))
        if !seen.indices.contains(place), place > 0, place < seen.count + 1_000_000 {
            seen.append(contentsOf: repeatElement(0, count: place - seen.count + 1))
        }
        let before = seen.indices.contains(place) ? Int(seen[place]) : 0
        if before == 0 { tickets += 1 }
        entries &+= head.entries &- before
        if seen.indices.contains(place) { seen[place] = Int32(clamping: head.entries) }
    }

    /// What grew is in a checkpoint, or waits for the next. Neither: checkpoints were cut off at the end, or all of them.
    private mutating func lookForUnseen() async throws(Trouble) {
        var unseen: [Int64] = []
        // Again, because a checkpoint may be tied between the two looks.
        for _ in 0..<3 {
            unseen = found.indices.filter { found[$0] > (seen.indices.contains($0) ? seen[$0] : 0) }
                .map { numbering.ticket(at: Int64($0)) }
            for start in stride(from: 0, to: unseen.count, by: 500).reversed() {
                let part = Array(unseen[start..<min(start + 500, unseen.count)])
                let waiting = try await store.changed(among: part)
                unseen.replaceSubrange(start..<start + part.count, with: part.filter { !waiting.contains($0) })
            }
            unseen.removeAll { told.contains($0) }
            if unseen.isEmpty { return }
            try await readCheckpoints()
        }
        guard let first = unseen.first else { return }
        add(
            .checkpointMissing, ticket: first,
            words: Phrase(
                zh: "\(unseen.count) 张工单（首张 \(first)）有条目没有任何检查点见过，也不在等下一个：末尾的检查点被删除",
                en:
                    "\(unseen.count) tickets (the first is \(first)) have entries that no checkpoint saw and that do not wait "
                    + "for the next: checkpoints were removed from the end"))
    }

    /// Holds what a checkpoint saw against what stands there now.
    private mutating func compare(_ heads: [Checkpoint.Head], _ knot: Checkpoint) async throws(Trouble) {
        var start = 0
        while start < heads.count {
            let part = Array(heads[start..<min(start + 500, heads.count)])
            start += part.count
            let bent = zip(part, try await store.hashes(at: part)).filter { $0.hash != $1 }
            let there = Set(try await store.tickets(bent.map(\.0.ticket)).map(\.number.id))
            for (head, hash) in bent where told.insert(head.ticket).inserted {
                if !there.contains(head.ticket) {
                    add(
                        .ticketRemoved, ticket: head.ticket, checkpoint: knot.id,
                        words: Phrase(zh: "工单被删除", en: "the ticket was removed"))
                } else {
                    add(
                        .historyRewritten, ticket: head.ticket, entry: head.entries, checkpoint: knot.id,
                        words: hash == nil
                            ? Phrase(zh: "检查点见过的条目没有了", en: "an entry that the checkpoint saw is gone")
                            : Phrase(zh: "与检查点见过的不同", en: "is not what the checkpoint saw"))
                }
            }
        }
    }
}
