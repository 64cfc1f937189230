import Foundation
import Intake
import Testing

/// The pipeline decides and returns; nothing here is stored.
@Suite("What becomes of a kept report")
struct PipelineTests {
    let keys: Keys
    let city: City
    let now = Instant(seconds: 1_795_219_200)

    init() throws {
        keys = try Keys(master: Data(repeating: 1, count: 32))
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        city = try City.load(directory: tests.appending(path: "Fixtures/small-city").path)
    }

    private func ticket(_ state: Ticket.State = .received) -> Ticket {
        Ticket(
            number: TicketNumber(day: Day(now, offset: .zero), id: 7), channel: "cti", state: state, kind: .help,
            category: nil, area: nil, urgent: false, confidential: false, language: .chinese, received: now, entries: 1,
            head: Data())
    }

    /// A history of these entries, in order.
    private func history(_ entries: [NewEntry]) -> [Entry] {
        entries.enumerated().map { index, entry in
            Entry(
                ticket: 7, sequence: index + 1, at: entry.at, kind: entry.kind, actor: entry.actor,
                payload: entry.payload, digest: entry.digest, hash: Data())
        }
    }

    private func settle(
        _ entries: [NewEntry], state: Ticket.State = .received, contacts: [TicketContact] = [],
        ways: Pipeline.Ways = .init()
    ) throws -> Outcome {
        let dossier = try Dossier.read(ticket(state), history(entries), keys: keys)
        let found = city.settle(dossier.submission, channel: "cti", at: now)
        return try Pipeline.settle(
            dossier, found, similar: [], contacts: contacts, city: city, ways: ways, keys: keys, now: now)
    }

    private func order(_ delivery: NewDelivery) throws -> WorkOrder {
        let message = try keys.open(Message.self, delivery.content, as: "delivery")
        guard case .workOrder(let order) = message else { throw Trouble.lasting("no work order") }
        return order
    }

    private func said(_ kind: EntryKind, _ submission: Submission) throws -> NewEntry {
        try keys.entry(kind, at: now, actor: "citizen", submission)
    }

    @Test("Lead and co-handler each have an assignment and a masked work order of their own")
    func assigned() throws {
        let outcome = try settle([said(.received, Submission(text: "东区临河街道路灯不亮，13800138000"))])
        #expect(outcome.change.state == .accepted && outcome.change.category == "city.light")
        #expect(outcome.change.area == "east.river")
        #expect(outcome.assignments.map(\.department) == ["lighting", "east-office"])
        #expect(outcome.assignments.map(\.role) == [.lead, .coHandler])
        #expect(outcome.assignments.allSatisfy { $0.resolveBy != nil })
        let orders = try outcome.deliveries.map(order)
        #expect(orders.map(\.role) == [.lead, .coHandler])
        #expect(orders.allSatisfy { !$0.text.contains("13800138000") && $0.revision == 1 })
        #expect(Set(orders.map(\.replyToken)).count == 2)
        #expect(outcome.from == [.received, .needsInfo] && outcome.linkPeople)
    }

    @Test("What cannot be sorted goes to triage and stays received, with the reason kept")
    func unsure() throws {
        let outcome = try settle([said(.received, Submission(text: "想咨询一件事"))])
        #expect(outcome.change.state == nil && outcome.assignments.map(\.department) == ["triage"])
        let entry = try #require(history(outcome.entries).first)
        let settlement = try #require(try keys.payload(Settlement.self, of: entry))
        #expect(!settlement.found.classified.reason.zh.isEmpty && settlement.found.decision.version == city.version)
    }

    @Test("Words that come later make a revised work order for the same departments, once")
    func followUp() throws {
        let first = try said(.received, Submission(text: "路灯不亮"))
        let settled = try settle([first]).entries
        let more = try said(.followUp, Submission(text: "就在学校门口"))
        let outcome = try settle([first] + settled + [more], state: .accepted)
        #expect(outcome.assignments.isEmpty && outcome.change.isEmpty)
        let revised = try order(try #require(outcome.deliveries.first))
        #expect(revised.revision == 2 && revised.text == "路灯不亮\n\n就在学校门口")
        let again = try settle([first] + settled + [more] + outcome.entries, state: .accepted)
        #expect(again.deliveries.isEmpty && again.entries.isEmpty)
    }

    @Test("Emergency words that come later alert a person, once")
    func lateEmergency() throws {
        let first = try said(.received, Submission(text: "路灯不亮"))
        let settled = try settle([first]).entries
        let more = try said(.followUp, Submission(text: "现在灯杆着火了"))
        let ways = Pipeline.Ways(alerts: "desk")
        let outcome = try settle([first] + settled + [more], state: .accepted, ways: ways)
        #expect(outcome.entries.map(\.kind) == [.settled, .alerted])
        #expect(outcome.deliveries.filter { $0.recipient == "operator" }.map(\.destination) == ["desk"])
        #expect(try order(try #require(outcome.deliveries.first)).urgent)
        let last = try said(.followUp, Submission(text: "火还没有灭"))
        let again = try settle([first] + settled + [more] + outcome.entries + [last], state: .accepted, ways: ways)
        #expect(again.entries.map(\.kind) == [.settled])
    }

    @Test("A file fetched later takes its place in the revised work order")
    func fetched() throws {
        let remote = Attachment(name: "图.jpg", type: "image/jpeg", content: .remote("media-1"))
        let first = try said(.received, Submission(text: "路灯不亮", attachments: [remote]))
        let settled = try settle([first]).entries
        let dossier = try Dossier.read(ticket(), history([first]), keys: keys)
        #expect(dossier.remotes.map(\.remote) == ["media-1"])
        let kept = Attachment(name: "图.jpg", type: "image/jpeg", size: 3, content: .kept(BlobID(hex: "ab")))
        let note = try keys.entry(
            .fetched, at: now, actor: "intake", Fetched(sequence: 1, index: 0, attachment: kept))
        let outcome = try settle([first] + settled + [note], state: .accepted)
        #expect(try order(try #require(outcome.deliveries.first)).attachments == [kept])
    }

    @Test("Emergency words add an alert; a citizen with the right contact gets a receipt")
    func others() throws {
        let contact = TicketContact(
            id: 3, role: .reporter, kind: .mail, sealed: Sealed(Data()), person: nil)
        let outcome = try settle(
            [said(.received, Submission(text: "路灯杆着火了"))], contacts: [contact],
            ways: .init(answers: ["cti": ("mail-out", .mail)], alerts: "desk"))
        #expect(outcome.deliveries.contains { $0.destination == "desk" && $0.recipient == "operator" })
        let receipt = try #require(outcome.deliveries.first { $0.recipient == "citizen" })
        #expect(receipt.contact == 3 && receipt.destination == "mail-out")
        #expect(outcome.entries.map(\.kind) == [.settled, .alerted])
    }
}
