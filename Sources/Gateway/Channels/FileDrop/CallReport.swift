package import Intake

/// Makes of a transcript and the facts of its call what the ticket is made from.
package struct CallReport: Sendable {
    package var rules: SideRules
    /// Zone of the city, for times written without one.
    package var zone: Zone

    package init(rules: SideRules = SideRules(), zone: Zone) {
        self.rules = rules
        self.zone = zone
    }

    /// The caller's words as text, every turn with its side, the caller as reporter unless the number was withheld, the
    /// recording as a link. The kind is left to the classifier. `facts` of a side-car win over those in the file.
    package func submission(_ transcript: Transcript, facts sidecar: CallFacts? = nil) -> Submission {
        let facts = (sidecar ?? CallFacts()).completed(by: transcript.facts)
        var remarks = transcript.remarks
        let sides = Sides(utterances: transcript.utterances, facts: facts, rules: rules)
        if !facts.agentSpeakers.isEmpty || facts.agentChannel != nil, sides.stated() == nil,
            transcript.utterances.allSatisfy({ $0.side == .unknown })
        {
            remarks.append(.agentNotFound)
        }
        let decided = sides.decided()
        let turns = transcript.utterances.enumerated().map { index, said in
            Turn(
                side: decided?[index] ?? .unknown, speaker: said.speaker ?? said.channel.map(String.init),
                start: said.start, end: said.end, text: said.text)
        }
        var text = CallReport.words(turns) { $0 != .agent }
        if decided == nil {
            remarks.append(.sidesUnknown)
        } else if text.isEmpty {
            text = CallReport.words(turns) { _ in true }
            remarks.append(.noWordsOfCaller)
        } else if turns.contains(where: { $0.side == .unknown }) {
            remarks.append(.someSidesUnknown)
        }
        if facts.isConfidentialityUnclear { remarks.append(.confidentialityUnclear) }
        var call = Call(agent: facts.agent, recording: facts.recordingLink, turns: turns)
        if facts.recording != nil, call.recording == nil { remarks.append(.recordingRefused) }
        call.started = time(facts.start, "start", &remarks)
        call.ended = time(facts.end, "end", &remarks)
        let number = facts.callerNumber
        return Submission(
            text: text, confidential: facts.confidential, said: call.started, call: call,
            language: text.unicodeScalars.contains(where: SpokenWords.isWide) ? .chinese : .english,
            remarks: remarks.map(\.text),
            people: number.map { [Party(contacts: [Contact(kind: .phone, value: $0)])] } ?? [])
    }

    /// The words of the turns of one side: a line for each time that side speaks, however the recogniser cut it up.
    private static func words(_ turns: [Turn], of wanted: (Turn.Side) -> Bool) -> String {
        var text = ""
        var line = ""
        func finish() {
            if !text.isEmpty, !line.isEmpty { text += "\n" }
            text += line
            line = ""
        }
        var last: Turn?
        for turn in turns {
            defer { last = turn }
            guard wanted(turn.side) else { continue }
            if let last, last.side != turn.side || last.speaker != turn.speaker { finish() }
            SpokenWords.append(turn.text, to: &line)
        }
        finish()
        return text
    }

    private func time(_ text: String?, _ key: String, _ remarks: inout [Remark]) -> Instant? {
        guard let text else { return nil }
        let time = CallTime.parse(text, zone: zone)
        if time == nil { remarks.append(.timeUnreadable(key)) }
        return time
    }
}
