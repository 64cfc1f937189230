/// Everything one ticket says, opened and put together from its history: what the first report said, what follow-ups
/// added, which files were fetched since, and how it was settled.
package struct Dossier: Sendable {
    /// A file still with its platform: which entry named it, at which place.
    package struct Remote: Sendable, Equatable {
        package var sequence: Int
        package var index: Int
        package var name: String
        package var remote: String
    }
    package var ticket: Ticket
    /// The first report with the words and files of all follow-ups.
    package var submission: Submission
    /// The same as it was known when it was last settled; the first report until then.
    package var before: Submission
    package var settled: Settlement?
    /// How many work orders each department has had.
    package var revisions: Int
    /// Whether the citizen's words or files came since it was settled.
    package var grown: Bool
    /// What departments said that nobody was told of, in answer to their work orders: no words of the citizen's.
    package var replies: [Submission]
    /// Whether a person asked for another decision since it was settled.
    package var requeued: Bool
    package var remotes: [Remote]
    /// Files that nobody has looked through for viruses.
    package var unscreened: [Unscreened]
    /// When the citizen's last words or files came.
    package var lastSaid: Instant

    /// A file that is kept: which entry named it, at which place.
    package struct Unscreened: Sendable, Equatable {
        package var sequence: Int
        package var index: Int
        package var blob: BlobID
        package var size: Int64
    }

    /// Whether there is something to decide, or to tell departments.
    package var waits: Bool { settled == nil || grown || requeued }

    /// The same with the files that nobody has looked through still to come: they follow once somebody has.
    package var withheld: Dossier {
        var dossier = self
        let blobs = Set(unscreened.map(\.blob))
        dossier.submission.attachments = submission.attachments.map { file in
            guard let blob = file.content.blob, blobs.contains(blob) else { return file }
            var file = file
            file.content = .remote("")
            return file
        }
        return dossier
    }

    /// Needs a person where an entry does not match its digest or the first report was erased.
    package static func read(_ ticket: Ticket, _ entries: [Entry], keys: Keys) throws(Trouble) -> Dossier {
        var fetched: [[Int]: Attachment] = [:]
        var said: [(sequence: Int, submission: Submission)] = []
        // How many of them the last decision knew.
        var known = 1
        var (settled, revisions, grown, requeued): (Settlement?, Int, Bool, Bool) = (nil, 0, false, false)
        var replies: [Submission] = []
        var screened: [[Int]: Screened.File] = [:]
        // To be looked through once more, because a person asked for another decision.
        var again: Set<[Int]> = []
        var lastSaid = ticket.received
        // Files named before this entry were erased.
        var filesGone = 0
        for entry in entries {
            switch entry.kind {
            case .received, .followUp:
                guard let submission = try keys.payload(Submission.self, of: entry) else {
                    grown = true
                    continue
                }
                if submission.department != nil, !said.isEmpty {
                    replies.append(submission)
                } else {
                    (grown, lastSaid) = (true, entry.at)
                    said.append((entry.sequence, submission))
                }
            case .fetched:
                guard let file = try keys.payload(Fetched.self, of: entry) else { continue }
                (grown, lastSaid) = (true, entry.at)
                fetched[[file.sequence, file.index]] = file.attachment
            case .screened:
                var isNew = false
                for file in try keys.payload(Screened.self, of: entry)?.files ?? [] {
                    let place = [file.sequence, file.index]
                    isNew = isNew || screened[place] != file
                    screened[place] = file
                    again.remove(place)
                }
                // What went out without them is followed by another work order.
                grown = grown || settled != nil && isNew
            case .settled:
                settled = try keys.payload(Settlement.self, of: entry)
                revisions += 1
                known = said.count
                (grown, requeued) = (false, false)
            case .requeued:
                requeued = true
                // The scanner may take larger files now.
                again = Set(screened.filter { $0.value.size == .withheld }.keys)
            case .told: replies = []
            case .erased:
                if let erased = try keys.payload(Erased.self, of: entry), erased.parts.contains(.attachments) {
                    filesGone = entry.sequence
                    // Orders that named them were taken back: others take their place.
                    grown = grown || erased.orders > 0
                }
            default: continue
            }
        }
        guard var submission = said.first?.submission else {
            throw .needsPerson(
                "工单 \(ticket.number) 没有可读的诉求：已依法删除，或历史受损",
                "ticket \(ticket.number) has no report to read; it was erased or its history is damaged")
        }
        var before = submission
        for (number, more) in said.enumerated().dropFirst() {
            submission.add(more.submission)
            if number < known { before.add(more.submission) }
        }
        var remotes: [Remote] = []
        var unscreened: [Unscreened] = []
        submission.attachments = said.flatMap { sequence, submission in
            submission.attachments.enumerated().map { index, attachment in
                if sequence < filesGone {
                    var gone = attachment
                    gone.content = .missing(Phrase(zh: "已依法删除", en: "was erased by law").kept)
                    return gone
                }
                var file = fetched[[sequence, index]] ?? attachment
                if let blob = file.content.blob {
                    guard let known = screened[[sequence, index]], !again.contains([sequence, index]) else {
                        unscreened.append(
                            Unscreened(sequence: sequence, index: index, blob: blob, size: file.size ?? 0))
                        return file
                    }
                    if let why = known.kept { file.content = .missing(why.kept) }
                    return file
                }
                if fetched[[sequence, index]] != nil { return file }
                if case .remote(let remote) = attachment.content {
                    remotes.append(Remote(sequence: sequence, index: index, name: attachment.name, remote: remote))
                }
                return attachment
            }
        }
        // Asked for in later words, it holds at once, before the row says so.
        var ticket = ticket
        ticket.confidential = ticket.confidential || submission.confidential
        return Dossier(
            ticket: ticket, submission: submission, before: before, settled: settled, revisions: revisions,
            grown: grown, replies: replies, requeued: requeued, remotes: remotes,
            unscreened: unscreened, lastSaid: lastSaid)
    }
}

extension Submission {
    /// Takes in what the same citizen said later, without its files. Words are added, so that nothing said is lost; a
    /// choice or a position made later is taken for the better one.
    fileprivate mutating func add(_ more: Submission) {
        text = [text, more.text].filter { !$0.isEmpty }.joined(separator: "\n\n")
        place.point = more.place.point ?? place.point
        place.area = more.place.area ?? place.area
        if let words = more.place.text, !words.isEmpty, words != place.text {
            place.text = [place.text, words].compactMap(\.self).joined(separator: "；")
        }
        kind = kind ?? more.kind
        category = more.category ?? category
        urgent = urgent || more.urgent
        confidential = confidential || more.confidential
        remarks += more.remarks
    }
}

/// Payload of a `fetched` entry: the file that stands for one named by an earlier entry.
package struct Fetched: Sendable, Codable {
    package var sequence: Int
    package var index: Int
    package var attachment: Attachment
    package init(sequence: Int, index: Int, attachment: Attachment) {
        self.sequence = sequence
        self.index = index
        self.attachment = attachment
    }
}

/// Payload of a `settled` entry: the decision, with the version of the city's data it was made by.
package struct Settlement: Sendable, Equatable, Codable {
    package var found: Settled
    package var deadlines: Deadlines
    package var similar: [TicketNumber]
    /// What later words or a later place changed, and what was done about it; nil where they changed nothing.
    package var news: Phrase?
}

/// Payload of `delivered`, `held` and `released` entries.
package struct DeliveryNote: Sendable, Codable {
    package var delivery: Int64
    package var destination: String
    package var recipient: String
    /// What the far side or the operator said, without secrets or identities.
    package var said: String
    package init(delivery: Int64, destination: String, recipient: String, said: String) {
        self.delivery = delivery
        self.destination = destination
        self.recipient = recipient
        self.said = said
    }
}
