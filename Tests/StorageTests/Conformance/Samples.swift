import Foundation
import Intake
import Testing

/// Made-up parcels and outcomes for the conformance suite. Times are milliseconds after `start`.
enum Samples {
    static let start = Instant(seconds: 1_790_000_000)
    static func at(_ milliseconds: Int64) -> Instant { Instant(milliseconds: start.milliseconds + milliseconds) }
    static func day(_ instant: Instant) -> Day { Day(instant, offset: .seconds(8 * 3600)) }

    static let keys: Keys = {
        do { return try Keys(master: Data(repeating: 7, count: 32)) } catch { preconditionFailure("\(error)") }
    }()

    static func submission(
        _ text: String, followsUp: TicketNumber? = nil, people: [Party] = [], area: String? = nil
    ) -> Item.Content {
        .submission(
            Submission(
                kind: .complaint, subject: "路灯不亮", text: text, place: Place(area: area),
                followsUp: followsUp?.description, people: people))
    }

    static func reporter(_ phone: String) -> Party {
        Party(name: "王小明", contacts: [Contact(kind: .phone, value: phone)])
    }

    /// A parcel with these items, sealed.
    static func parcel(
        on channel: String = "hotline", at milliseconds: Int64 = 0, cursor: String? = nil,
        _ items: (String, Item.Content)...
    ) throws -> KeptParcel {
        try parcel(on: channel, at: milliseconds, cursor: cursor, items: items)
    }

    static func parcel(
        on channel: String = "hotline", at milliseconds: Int64 = 0, cursor: String? = nil,
        items: [(String, Item.Content)]
    ) throws -> KeptParcel {
        try keys.seal(
            Parcel(
                channel: channel, received: at(milliseconds), envelope: ["from": "here"],
                body: .bytes(Data("body of \(items.map(\.0))".utf8)),
                items: items.map { Item(sourceID: $0.0, content: $0.1) }, cursor: cursor), day: day)
    }

    static func entry(_ kind: EntryKind = .moved, at milliseconds: Int64 = 0) throws -> NewEntry {
        try keys.entry(kind, at: at(milliseconds), actor: "operator:li", "nothing")
    }

    static func lead(_ ticket: Int64, _ department: String = "lighting", sent: Int64 = 0, due: Int64? = nil)
        -> Assignment
    {
        Assignment(
            ticket: ticket, department: department, role: .lead, sent: at(sent), resolveBy: due.map(at))
    }

    /// A recall of a ticket from the department of street lights.
    static func delivery(
        of ticket: Int64 = 1, _ destination: String = "lighting", at milliseconds: Int64 = 0
    ) throws -> NewDelivery {
        let unit = WorkOrder.Unit(code: "lighting", name: "路灯所", english: "lights")
        let recall = Recall(
            number: TicketNumber(day: day(start), id: ticket), department: unit, role: .lead, lead: unit,
            reason: "no longer yours", at: start)
        return NewDelivery(
            destination: destination, recipient: "lighting",
            content: try keys.seal(json: Message.recall(recall), as: "delivery"), created: at(milliseconds))
    }
}

extension Store {
    /// Keeps one report and gives the id of its ticket.
    func report(
        _ id: String, at milliseconds: Int64 = 0, people: [Party] = [], area: String? = nil
    ) async throws -> Int64 {
        let receipts = try await accept([
            Samples.parcel(
                at: milliseconds, (id, Samples.submission("text of \(id)", people: people, area: area)))
        ])
        return try #require(receipts[0][0].ticket).id
    }

    /// Notes that somebody looked at a ticket.
    func look(at ticket: Int64?, _ milliseconds: Int64 = 0) async throws {
        let note = AccessNote(shown: "identity", reason: "call")
        let access = try Samples.keys.access(
            note, at: Samples.at(milliseconds), actor: "operator:li", ticket: ticket)
        try await self.note(access, keys: Samples.keys)
    }

    /// Takes one job of a lane.
    func take(_ lane: Lane = .settle, now: Int64 = 0, lease: Duration = .seconds(60)) async throws -> Job {
        try #require(try await claim(lane, limit: 1, now: Samples.at(now), lease: lease).first)
    }

    /// Settles one ticket: a lead, a delivery, an entry.
    func settle(_ ticket: Int64, now: Int64 = 0) async throws {
        let jobs = try await claim(.settle, limit: 1000, now: Samples.at(now), lease: .zero)
        let job: Job = try #require(jobs.first { $0.subject == ticket })
        var outcome = Outcome(ticket: ticket, job: job)
        outcome.change.state = .accepted
        outcome.assignments = [Samples.lead(ticket, sent: now)]
        outcome.deliveries = [try Samples.delivery(of: ticket, at: now)]
        outcome.entries = [try Samples.entry(.settled, at: now)]
        outcome.linkPeople = true
        #expect(try await apply([outcome]) == [true])
    }

    /// The chain of a ticket, verified from its first entry to the head on the ticket.
    func chain(of id: Int64) async throws -> [Entry] {
        let entries = try await entries(of: [id])
        let ticket = try #require(try await tickets([id]).first)
        var head = Data()
        for (number, entry) in entries.enumerated() {
            head = Chain.hash(
                after: head, ticket: id, sequence: number + 1, at: entry.at, kind: entry.kind.rawValue,
                actor: entry.actor, digest: entry.digest)
            #expect(entry.sequence == number + 1)
            #expect(entry.hash == head)
        }
        #expect(ticket.entries == entries.count)
        #expect(ticket.head == head)
        return entries
    }

    func balance() async throws { #expect(try await books().complaints.isEmpty) }
}
