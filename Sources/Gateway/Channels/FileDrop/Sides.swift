import Intake

/// Which side of the line spoke each turn. The first of these that knows decides: what the file says of each turn, the
/// call facts' speaker or channel, the call facts' agent by name, labels that name a side, the hotline's greeting. When
/// none does, every word is kept and the ticket says so.
struct Sides {
    /// How far into a call a greeting still opens it: an announcement or a "喂" may come first.
    static let opening = 8

    let utterances: [Utterance]
    let facts: CallFacts
    let rules: SideRules

    /// One side for each utterance; nil if nothing tells.
    func decided() -> [Turn.Side]? {
        if utterances.contains(where: { $0.side != .unknown }) { return utterances.map(\.side) }
        return stated() ?? byAgentName() ?? byLabel() ?? byGreeting()
    }

    /// By `agent_speaker`, else `agent_channel`; nil if they name no voice of this transcript (a wrong number must not
    /// turn the agent into the citizen).
    func stated() -> [Turn.Side]? {
        let speakers = Set(facts.agentSpeakers.map { $0.lowercased() })
        return split(known: { $0.speaker != nil }) { $0.speaker.map { speakers.contains($0.lowercased()) } ?? false }
            ?? split(known: { $0.channel != nil }) { $0.channel == facts.agentChannel && $0.channel != nil }
    }

    private func byAgentName() -> [Turn.Side]? {
        guard let agent = facts.agent.map({ SpokenWords.folded($0) }), agent.count > 1 else { return nil }
        return split(known: { $0.speaker != nil }) {
            $0.speaker.map { SpokenWords.folded($0).contains(agent) } ?? false
        }
    }

    /// A label that names no side belongs to whichever side the file names no label of.
    private func byLabel() -> [Turn.Side]? {
        let sides = utterances.map { utterance in utterance.speaker.map { rules.side(ofLabel: $0) } ?? .unknown }
        let hasAgent = sides.contains(.agent)
        let hasCitizen = sides.contains(.citizen)
        guard hasAgent || hasCitizen else { return nil }
        return zip(utterances, sides).map { utterance, side in
            if side != .unknown || utterance.speaker == nil || (hasAgent && hasCitizen) { return side }
            return hasAgent ? .citizen : .agent
        }
    }

    /// One voice for the whole call means that the two were not told apart, and a greeting proves nothing.
    private func byGreeting() -> [Turn.Side]? {
        guard let greeter = utterances.prefix(Sides.opening).first(where: { rules.greets($0.text) }) else { return nil }
        if let speaker = greeter.speaker {
            guard utterances.contains(where: { $0.speaker != nil && $0.speaker != speaker }) else { return nil }
            return split(known: { $0.speaker != nil }) { $0.speaker == speaker }
        }
        guard let channel = greeter.channel,
            utterances.contains(where: { $0.channel != nil && $0.channel != channel })
        else { return nil }
        return split(known: { $0.channel != nil }) { $0.channel == channel }
    }

    private func split(known: (Utterance) -> Bool, isAgent: (Utterance) -> Bool) -> [Turn.Side]? {
        guard utterances.contains(where: isAgent) else { return nil }
        return utterances.map { isAgent($0) ? .agent : known($0) ? .citizen : .unknown }
    }
}
