import Intake

extension TicketReport {
    /// One telephone call of the ticket, as its history has it.
    struct Conversation: Encodable {
        /// Number of the entry that holds it.
        var sequence: Int
        var started: Instant?
        var ended: Instant?
        /// The agent's number or name at work.
        var agent: String?
        var recording: String?
        var turns: [Turn]

        /// Masked unless `revealed`. Turns of one voice are then put together first: a number is often said in pieces.
        init(_ sequence: Int, _ call: Call, revealed: Bool) {
            self.sequence = sequence
            (started, ended) = (call.started, call.ended)
            func shown(_ text: String) -> String { revealed ? text : Masker.mask(text) }
            agent = call.agent.map(shown)
            recording = call.recording.map(shown)
            turns = (revealed ? call.turns : Conversation.joined(call.turns)).map { turn in
                var turn = turn
                turn.speaker = turn.speaker.map(shown)
                turn.text = shown(turn.text)
                return turn
            }
        }

        private static func joined(_ turns: [Turn]) -> [Turn] {
            turns.reduce(into: []) { joined, turn in
                guard var last = joined.last, last.side == turn.side, last.speaker == turn.speaker else {
                    joined.append(turn)
                    return
                }
                SpokenWords.append(turn.text, to: &last.text)
                last.end = turn.end
                joined[joined.count - 1] = last
            }
        }
    }

    /// A file of the ticket, and whether there is one.
    struct File: Encodable {
        enum State: String, Encodable { case kept, waiting, missing }
        var name: String
        var type: String
        var size: Int64?
        var state: State
        /// Why it is missing.
        var reason: Phrase?

        init(_ file: Attachment, revealed: Bool) {
            name = revealed ? file.name : Masker.mask(file.name)
            (type, size) = (file.type, file.size)
            switch file.content {
            case .kept: state = .kept
            case .remote: state = .waiting
            case .missing(let why): (state, reason) = (.missing, Phrase(kept: why))
            }
        }
    }

    /// What the report and all that followed it say of calls, and the remarks made while reading them.
    static func calls(
        _ entries: [Entry], keys: Keys, revealed: Bool
    ) -> (calls: [Conversation], remarks: [String]) {
        var calls: [Conversation] = []
        var remarks: [String] = []
        for entry in entries where [.received, .followUp].contains(entry.kind) {
            guard let said = (try? keys.payload(Submission.self, of: entry)) ?? nil else { continue }
            for remark in said.remarks where !remarks.contains(remark) { remarks.append(remark) }
            if let call = said.call { calls.append(Conversation(entry.sequence, call, revealed: revealed)) }
        }
        return (calls, remarks)
    }
}

extension TicketReport.Conversation {
    /// Lines for a person.
    func text(_ ledger: OpenLedger) -> [String] {
        func both(_ chinese: String, _ english: String) -> String { Terminal.both(chinese, english) }
        var lines = ["", "── \(both("通话", "call")) (\(sequence))"]
        if started != nil || ended != nil { lines.append("\(ledger.time(started)) – \(ledger.time(ended))") }
        if let agent { lines.append("\(both("坐席", "agent")) \(agent)") }
        if let recording { lines.append("\(both("录音", "recording")) \(recording)") }
        for turn in turns {
            let side: String
            switch turn.side {
            case .citizen: side = both("市民", "citizen")
            case .agent: side = both("坐席", "agent")
            case .unknown: side = turn.speaker ?? "?"
            }
            lines.append("\(turn.start.map { Self.clock($0) + "  " } ?? "")\(side)  \(turn.text)")
        }
        return lines
    }

    /// "12:03" from milliseconds since the call began.
    private static func clock(_ milliseconds: Int64) -> String {
        let seconds = max(0, milliseconds / 1000)
        return "\(seconds / 60):" + (seconds % 60 < 10 ? "0" : "") + "\(seconds % 60)"
    }
}

extension TicketReport.File {
    /// One line for a person.
    var text: String {
        switch state {
        case .kept: "📎 \(name)  \(type)\(size.map { "  \($0) B" } ?? "")"
        case .waiting: "⏳ \(name)  \(type)  \(Terminal.both("尚未取到", "not fetched yet"))"
        case .missing:
            "✗ \(name)  \(type)  \(Terminal.both("取不到：", "will not be had: "))\(reason?[Terminal.language] ?? "?")"
        }
    }
}
