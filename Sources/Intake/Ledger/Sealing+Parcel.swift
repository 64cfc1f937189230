import Foundation

extension Keys {
    /// Seals a parcel for the store. Pure: may run on any task, before the parcel queues for its commit.
    ///
    /// - Parameter day: the day of an instant in the city's zone.
    package func seal(_ parcel: Parcel, day: (Instant) -> Day) throws(Trouble) -> KeptParcel {
        let body: KeptParcel.Body
        let size: Int64
        switch parcel.body {
        case .bytes(let bytes):
            body = .sealed(try seal(bytes, as: "parcel"))
            size = Int64(bytes.count)
        case .blob(let id, let length):
            body = .blob(id)
            size = length
        }
        var arrivals: [KeptArrival] = []
        arrivals.reserveCapacity(parcel.items.count)
        for item in parcel.items { arrivals.append(try seal(item, of: parcel, day: day(parcel.received))) }
        let mark = mark(of: parcel.body)
        // Two of one mark matter only where one of them became something that the other does not know of: several items, or
        // what nobody could read.
        let isWhole = arrivals.count == 1 && arrivals[0].content.isRead
        return KeptParcel(
            channel: parcel.channel, received: parcel.received,
            envelope: try seal(
                json: KeptEnvelope(
                    headers: parcel.envelope, body: mark,
                    items: arrivals.map { KeptEnvelope.Item(key: Keys.mark(of: $0.key), entries: $0.content.marks) }),
                as: "envelope"),
            body: body, size: size, arrivals: arrivals, cursor: parcel.cursor, mark: isWhole ? nil : mark)
    }

    private func seal(_ item: Item, of parcel: Parcel, day: Day) throws(Trouble) -> KeptArrival {
        let content: KeptArrival.Content
        var said = Data()
        switch item.content {
        case .submission(let submission):
            let json = try JSON.encode(submission)
            content = .ticket(try seal(submission, json: json, item, of: parcel, day: day))
            // Remarks are ours, not the sender's: another version of this program, or of the city's data, makes others of
            // the same words.
            said = submission.remarks.isEmpty ? json : try JSON.encode(submission.withoutRemarks())
            said.append(try JSON.encode(submission.people))
        case .notice(let notice, let text):
            said = Data(text.utf8)
            content = .notice(notice)
        case .unreadable(let reason):
            // What it says nobody knows: other bytes are another thing.
            said = parcel.body.bytes
            content = .quarantined(reason: reason)
        case .refused(let reason): content = .refused(reason: reason)
        }
        return KeptArrival(
            key: sourceKey(channel: parcel.channel, id: item.sourceID),
            digest: index.code(of: said).prefix(16), content: content)
    }

    private func seal(
        _ submission: Submission, json: Data, _ item: Item, of parcel: Parcel, day: Day
    ) throws(Trouble) -> NewTicket {
        let followsUp = submission.followsUp.flatMap { TicketNumber($0) }
        let (sender, isProven) = origin(of: item, followsUp)
        func opening(_ json: Data) throws(Trouble) -> NewEntry {
            try entry(.received, at: parcel.received, actor: submission.department ?? "citizen", json: json)
        }
        var apart: NewEntry?
        if let words = submission.apart {
            var remarked = submission
            remarked.remarks.append(words.kept)
            apart = try opening(try JSON.encode(remarked))
        }
        let first = try opening(json)
        let marks = [first, apart].compactMap(\.self).map { Keys.mark(of: $0.digest) }
        var contacts: [NewContact] = []
        for (number, party) in submission.people.enumerated() {
            for contact in party.contacts {
                let kept = KeptContact(name: party.name, value: contact.value, of: marks)
                contacts.append(
                    NewContact(
                        role: party.role, kind: contact.kind, party: number,
                        sealed: try seal(json: kept, as: "contact"),
                        hash: contactHash(contact)))
            }
        }
        var jobs = [NewJob(lane: .settle, due: parcel.received + item.rest)]
        if submission.attachments.contains(where: \.content.isRemote) {
            jobs.append(NewJob(lane: .fetch(channel: parcel.channel), due: parcel.received))
        }
        return NewTicket(
            day: day, channel: parcel.channel, kind: submission.kind, category: submission.category,
            area: submission.place.area, urgent: submission.urgent, confidential: submission.confidential,
            language: submission.language, contacts: contacts,
            entry: first, sender: sender, followsUp: followsUp, isProven: isProven, apart: apart, jobs: jobs,
            blobs: submission.attachments.compactMap(\.content.blob))
    }
}

extension Keys {
    /// Which sender an item comes from, and whether it may join the ticket it names whoever made that.
    private func origin(of item: Item, _ followsUp: TicketNumber?) -> (sender: String?, isProven: Bool) {
        switch item.joining {
        case .found: return (nil, true)
        case .claimed(let sender, let code):
            guard let code, let followsUp else { return (sender, false) }
            return (sender, constantTimeEqual(code.utf8, lookupCode(followsUp).utf8))
        }
    }
}

extension KeptArrival.Content {
    fileprivate var isRead: Bool { if case .quarantined = self { false } else { true } }

    /// What stands in the parcel's envelope for the entries this may become.
    fileprivate var marks: [String] {
        guard case .ticket(let new) = self else { return [] }
        return [new.entry, new.apart].compactMap(\.self).map { Keys.mark(of: $0.digest) }
    }
}

extension Submission {
    fileprivate func withoutRemarks() -> Submission {
        var bare = self
        bare.remarks = []
        return bare
    }
}

extension Parcel.Body {
    /// The bytes, or what names them.
    fileprivate var bytes: Data {
        switch self {
        case .bytes(let bytes): bytes
        case .blob(let id, _): Data(id.hex.utf8)
        }
    }
}

extension Attachment.Content {
    /// What it is kept under, if it is.
    package var blob: BlobID? { if case .kept(let id) = self { id } else { nil } }
    var isRemote: Bool { if case .remote = self { true } else { false } }
}
