import Intake

/// What the ledger holds of a call that is told again: its ticket, and everything that was kept for it.
struct KnownCall: Sendable {
    var ticket: TicketNumber
    /// Whether a follow-up can still join the ticket.
    var isOpen: Bool
    /// Why it may be the same call.
    var ground: CallIdentity.Ground
    var submissions: [Submission]
    /// Numbers that reach the caller, as `Contact` writes them.
    var callers: [String]

    init(
        ticket: TicketNumber, isOpen: Bool = true, ground: CallIdentity.Ground = .idAndStart,
        submissions: [Submission], callers: [String] = []
    ) {
        self.ticket = ticket
        self.isOpen = isOpen
        self.ground = ground
        self.submissions = submissions
        self.callers = callers
    }

    /// Opens what is kept. What was erased or does not open counts as not known: rather kept twice than lost.
    init(_ number: TicketNumber, _ ground: CallIdentity.Ground, _ tools: Tools) async throws(Trouble) {
        let entries = try await tools.store.entries(of: [number.id])
        let said = entries.filter { [.received, .followUp].contains($0.kind) }.compactMap { entry in
            (try? tools.keys.payload(Submission.self, of: entry)) ?? nil
        }
        let contacts = try await tools.store.contacts(of: number.id)
        let state = try await tools.store.tickets([number.id]).first?.state
        self.init(
            ticket: number, isOpen: state.map { !Lifecycle.ends.contains($0) } ?? false, ground: ground,
            submissions: said.filter { $0.department == nil },
            callers: contacts.filter { $0.kind == .phone }.compactMap {
                try? tools.keys.open($0, of: entries).value
            })
    }

    /// Whether what is told now is about this call. Another caller's number is a correction where the words are the same and
    /// no other call has the same id and start, or the same file with words of the caller's (what a machine says to all who
    /// call is no sign). Under an id alone the caller must have said much, or be the same.
    func isSame(_ told: Submission) -> Bool {
        switch ground {
        case .idAndStart: !isStranger(told) || !hasNewWords(told)
        case .words: !isStranger(told) || saysSomething(told) && !hasNewWords(told)
        case .file: !isStranger(told)
        case .idAlone:
            !hasNewWords(told)
                && (said(told) >= CallIdentity.telling || numbers(told).contains(where: isKnown))
        }
    }

    /// The same for a call that has a better name by now: its words alone are no sign where they may be a machine's.
    func isMended(_ told: Submission) -> Bool {
        isSame(told) && (ground != .words || saysSomething(told))
    }

    private func saysSomething(_ told: Submission) -> Bool { said(told) >= CallIdentity.telling / 4 }

    /// Characters of what is known to be the caller's.
    private func said(_ told: Submission) -> Int {
        (told.call?.turns ?? []).filter { $0.side == .citizen }.reduce(0) { $0 + $1.text.unicodeScalars.count }
    }

    /// What is to be kept of a call told again: nil where all of it is known; a follow-up where it says more; with a
    /// remark a ticket of its own where it is another call, or its ticket is at an end.
    func news(in told: Submission) -> Submission? {
        guard isSame(told) else { return apart(told) }
        let words = hasNewWords(told)
        guard words || hasNewFacts(told) else { return nil }
        guard isOpen else { return apart(told) }
        var more = told
        more.followsUp = ticket.description
        more.people = told.people.filter { $0.contacts.contains { !isKnown($0.value) } }
        more.remarks.append((isStranger(told) ? Remark.otherCaller : .toldAgain).text)
        more.text = words ? unsaid(told.text) : ""
        if !words { more.call?.turns = [] }
        return more
    }

    /// Without the lines that the ticket says already, each as often as it says them; the turns of the call stay whole.
    private func unsaid(_ text: String) -> String {
        var said: [String: Int] = [:]
        for known in submissions {
            for line in known.text.split(separator: "\n") { said[SpokenWords.folded(line), default: 0] += 1 }
        }
        return text.split(separator: "\n").filter { line in
            guard let count = said[SpokenWords.folded(line)], count > 0 else { return true }
            said[SpokenWords.folded(line)] = count - 1
            return false
        }.joined(separator: "\n")
    }

    private func apart(_ told: Submission) -> Submission {
        var other = told
        other.remarks.append(Remark.callIDUsed(ticket).text)
        return other
    }

    private func isStranger(_ told: Submission) -> Bool {
        let numbers = numbers(told)
        return !callers.isEmpty && !numbers.isEmpty && !numbers.contains(where: isKnown)
    }

    private func numbers(_ told: Submission) -> [String] { told.people.flatMap(\.contacts).map(\.value) }

    /// With or without country or area code it is the same number.
    private func isKnown(_ number: String) -> Bool {
        callers.contains { known in
            let (short, long) = known.count < number.count ? (known, number) : (number, known)
            return short == long || short.count >= 7 && long.hasSuffix(short)
        }
    }

    /// Known is what one submission says, or begins with: the same words in another form, or an earlier part of a call
    /// that was written out while it lasted.
    private func hasNewWords(_ told: Submission) -> Bool {
        let spoken = Spoken(told.call?.turns ?? [])
        return !submissions.contains { known in
            let turns = known.call?.turns ?? []
            return Spoken(turns).begins(with: spoken)
                || Spoken(turns.filter { $0.side != .agent }).begins(with: spoken)
        }
    }

    private func hasNewFacts(_ told: Submission) -> Bool {
        let calls = submissions.compactMap(\.call)
        func isNew<Value: Equatable>(_ fact: KeyPath<Call, Value?>) -> Bool {
            guard let value = told.call?[keyPath: fact] else { return false }
            return !calls.contains { $0[keyPath: fact] == value }
        }
        return !numbers(told).allSatisfy(isKnown) || told.confidential && !submissions.contains(where: \.confidential)
            || isNew(\.recording) || isNew(\.agent) || isNew(\.started) || isNew(\.ended)
    }
}

/// Words of a call as they compare: letters and digits, however they are cut into turns, and whether they are the agent's.
private struct Spoken {
    private var letters: [Unicode.Scalar] = []
    private var isAgent: [Bool] = []

    init(_ turns: [Turn]) {
        for turn in turns {
            let folded = SpokenWords.folded(turn.text).unicodeScalars
            letters += folded
            isAgent += Array(repeating: turn.side == .agent, count: folded.count)
        }
    }

    /// Whether `other` says nothing but what stands at the beginning here, and nothing there is the caller's that was
    /// taken for the agent's here.
    func begins(with other: Spoken) -> Bool {
        letters.starts(with: other.letters) && zip(isAgent, other.isAgent).allSatisfy { !$0 || $1 }
    }
}
