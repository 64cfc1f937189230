import Intake

/// What the ledger holds of a call that is told again: its ticket, and everything that was kept for it.
struct KnownCall: Sendable {
    var ticket: TicketNumber
    /// Whether a follow-up can still join the ticket.
    var isOpen: Bool
    /// Whether the same identity means the same call (see `CallIdentity`).
    var isCertain: Bool
    var submissions: [Submission]
    /// Numbers that reach the caller, as `Contact` writes them.
    var callers: [String]

    init(
        ticket: TicketNumber, isOpen: Bool = true, isCertain: Bool = true, submissions: [Submission],
        callers: [String] = []
    ) {
        self.ticket = ticket
        self.isOpen = isOpen
        self.isCertain = isCertain
        self.submissions = submissions
        self.callers = callers
    }

    /// Opens what is kept. What was erased or does not open counts as not known: rather kept twice than lost.
    init(_ number: TicketNumber, isCertain: Bool, _ tools: Tools) async throws(Trouble) {
        let entries = try await tools.store.entries(of: [number.id])
        let said = entries.filter { [.received, .followUp].contains($0.kind) }.compactMap { entry in
            (try? tools.keys.payload(Submission.self, of: entry)) ?? nil
        }
        let contacts = try await tools.store.contacts(of: number.id)
        let state = try await tools.store.tickets([number.id]).first?.state
        self.init(
            ticket: number, isOpen: state.map { !Lifecycle.ends.contains($0) } ?? false, isCertain: isCertain,
            submissions: said.filter { $0.department == nil },
            callers: contacts.filter { $0.kind == .phone }.compactMap {
                try? tools.keys.open(KeptContact.self, $0.sealed, as: "contact").value
            })
    }

    /// What is to be kept of a call told again: nil where all of it is known; a follow-up where it says more; with a
    /// remark a ticket of its own where it is another call, or its ticket is at an end.
    func news(in told: Submission) -> Submission? {
        let numbers = told.people.flatMap(\.contacts).map(\.value)
        let isStranger = !callers.isEmpty && !numbers.isEmpty && !numbers.contains(where: isKnown)
        guard isCertain, !isStranger else { return apart(told) }
        let words = hasNewWords(told)
        guard words || hasNewFacts(told, numbers) else { return nil }
        guard isOpen else { return apart(told) }
        var more = told
        more.followsUp = ticket.description
        more.people = told.people.filter { $0.contacts.contains { !isKnown($0.value) } }
        more.remarks.append(Remark.toldAgain.text)
        if words {
            // The longest beginning that the ticket says already need not be said twice.
            let said = submissions.map(\.text).filter { !$0.isEmpty && told.text.hasPrefix($0 + "\n") }
            if let longest = said.max(by: { $0.utf8.count < $1.utf8.count }) {
                more.text = String(told.text.dropFirst(longest.count + 1))
            }
        } else {
            more.text = ""
            more.call?.turns = []
        }
        return more
    }

    private func apart(_ told: Submission) -> Submission {
        var other = told
        other.remarks.append(Remark.callIDUsed(ticket).text)
        return other
    }

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

    private func hasNewFacts(_ told: Submission, _ numbers: [String]) -> Bool {
        let calls = submissions.compactMap(\.call)
        func isNew<Value: Equatable>(_ fact: KeyPath<Call, Value?>) -> Bool {
            guard let value = told.call?[keyPath: fact] else { return false }
            return !calls.contains { $0[keyPath: fact] == value }
        }
        return !numbers.allSatisfy(isKnown) || told.confidential && !submissions.contains(where: \.confidential)
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
