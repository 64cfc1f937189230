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
        city = try ExampleCity.small()
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
        ways: Pipeline.Ways = .init(), assignments: [Assignment] = [], by city: City? = nil, at: Instant? = nil
    ) throws -> Outcome {
        let city = city ?? self.city
        let dossier = try Dossier.read(ticket(state), history(entries), keys: keys)
        var grounds = Pipeline.Grounds(dossier, city)
        (grounds.contacts, grounds.assignments) = (contacts, assignments)
        return try Pipeline.settle(dossier, grounds, city: city, ways: ways, keys: keys, now: at ?? now)
    }

    private func settlement(_ outcome: Outcome) throws -> Settlement {
        let entry = try #require(history(outcome.entries).first)
        return try #require(try keys.payload(Settlement.self, of: entry))
    }

    private func recalls(_ outcome: Outcome) throws -> [Recall] {
        try outcome.deliveries.compactMap {
            guard case .recall(let recall) = try keys.open(Message.self, $0.content, as: "delivery") else { return nil }
            return recall
        }
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

    @Test("保密 asked for in later words holds for the ticket and its next work order")
    func lateConfidential() throws {
        let first = try said(.received, Submission(text: "路灯不亮"))
        let settled = try settle([first]).entries
        let more = try said(.followUp, Submission(text: "请为我保密", confidential: true))
        let outcome = try settle([first] + settled + [more], state: .accepted)
        #expect(outcome.change.confidential == true)
        #expect(try outcome.deliveries.map(order).allSatisfy { $0.confidential })
    }

    @Test("Asked to decide anew where nothing is sure any more, the old category and area are taken away")
    func unsureAgain() throws {
        let first = try said(.received, Submission(text: "路灯不亮"))
        let settled = try settle([first]).entries
        let asked = try keys.entry(.requeued, at: now, actor: "operator", "wrong")
        let categories = try #require(SmallCity.files["categories.yaml"]).replacing("路灯: 8, 不亮: 2", with: "灯杆: 8")
        let blind = try SmallCity.load(["categories.yaml": categories])
        let outcome = try settle([first] + settled + [asked], state: .accepted, by: blind)
        #expect(outcome.change.state == .received && outcome.change.category == .some(nil))
    }

    @Test("Asked to decide anew where the assignments are lost, the same departments get it again")
    func ownerless() throws {
        let first = try said(.received, Submission(text: "路灯不亮"))
        let settled = try settle([first]).entries
        let asked = try keys.entry(.requeued, at: now, actor: "operator", Requeued(reason: ""))
        let lost = try settle([first] + settled + [asked], state: .accepted)
        #expect(lost.assignments.map(\.department) == ["lighting"] && lost.deliveries.map(\.recipient) == ["lighting"])
        let sent = Assignment(ticket: 7, department: "lighting", role: .lead, sent: now)
        let kept = try settle([first] + settled + [asked], state: .accepted, assignments: [sent])
        #expect(kept.assignments.isEmpty && kept.deliveries.isEmpty)
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

    @Test("A second, other danger alerts again, and names only what is new")
    func secondDanger() throws {
        let city = try SmallCity.load()
        let ways = Pipeline.Ways(alerts: "desk")
        let first = try said(.received, Submission(text: "路灯不亮，有人昏迷"))
        let settled = try settle([first], ways: ways, by: city)
        #expect(try alerts(settled).map(\.title) == ["紧急情况 Emergency: 120"])
        let more = try said(.followUp, Submission(text: "灯杆也着火"))
        for (state, asked) in [(Ticket.State.accepted, false), (.inHand, false), (.accepted, true)] {
            let entries = asked ? [try keys.entry(.requeued, at: now, actor: "operator:li", Requeued(reason: ""))] : []
            let outcome = try settle(
                [first] + settled.entries + [more] + entries, state: state, ways: ways, by: city)
            #expect(try alerts(outcome).map(\.title) == ["紧急情况 Emergency: 119"], "\(state) \(asked)")
            #expect(Set(try settlement(outcome).found.emergency.map(\.number)) == ["119", "120"])
        }
    }

    @Test("What comes for a department that the city no longer names goes to triage, with the reason")
    func goneDepartment() throws {
        let first = try said(.received, Submission(text: "桃源北路路灯不亮"))
        let settled = try settle([first], by: try SmallCity.load())
        #expect(settled.assignments.map(\.department) == ["city-order", "taoyuan-office"])
        let more = try said(.followUp, Submission(text: "还是不亮"))
        let signed = Assignment(ticket: 7, department: "city-order", role: .lead, state: .signed, sent: now)
        func city(without code: String) throws -> City {
            let departments = try #require(SmallCity.files["departments.yaml"])
            let catalogue = try #require(SmallCity.files["catalogue.yaml"])
            return try SmallCity.load([
                "departments.yaml": departments.split(separator: "\n").filter { !$0.contains("code: \(code)") }
                    .joined(separator: "\n"),
                "catalogue.yaml": catalogue.replacing(code, with: "east-office"),
            ])
        }
        let leadless = try settle(
            [first] + settled.entries + [more], state: .inHand, assignments: [signed], by: city(without: "city-order"))
        #expect(leadless.deliveries.map(\.recipient) == ["triage", "taoyuan-office"])
        #expect(leadless.assignments.map(\.department) == ["triage"] && leadless.assignments.map(\.role) == [.lead])
        #expect(leadless.withdrawals.map(\.department) == ["city-order"] && leadless.withdrawals[0].isGone)
        let order = try order(try #require(leadless.deliveries.first))
        #expect(order.news?.zh.contains("单位 city-order 已不在名录中；转 分拨席 处理") == true, "\(String(describing: order.news))")
        #expect(order.lead.code == "triage" && order.text.contains("还是不亮"))
        // The next words find it there, and there is nothing more to say about it.
        let thanks = try said(.followUp, Submission(text: "谢谢"))
        let again = try settle(
            [first] + settled.entries + [more] + leadless.entries + [thanks], state: .inHand, assignments: [signed],
            by: city(without: "city-order"))
        #expect(again.deliveries.map(\.recipient) == ["triage", "taoyuan-office"])
        #expect(again.assignments.isEmpty && again.withdrawals.isEmpty)
        let helpless = try settle(
            [first] + settled.entries + [more], state: .inHand, assignments: [signed],
            by: city(without: "taoyuan-office"))
        #expect(helpless.deliveries.map(\.recipient) == ["city-order", "triage"])
        #expect(helpless.assignments.map(\.role) == [.coHandler])
    }

    private func alerts(_ outcome: Outcome) throws -> [Alert] {
        try outcome.deliveries.compactMap {
            guard case .alert(let alert) = try keys.open(Message.self, $0.content, as: "delivery") else { return nil }
            return alert
        }
    }

    @Test("Where files were erased before anybody had the order, a revised one goes out without them")
    func filesErased() throws {
        let kept = Attachment(name: "图.jpg", type: "image/jpeg", content: .kept(BlobID(hex: "ab")))
        let first = try said(.received, Submission(text: "路灯不亮", attachments: [kept]))
        let settled = try settle([first]).entries
        func again(_ orders: Int) throws -> Outcome {
            let erased = try keys.entry(
                .erased, at: now, actor: "operator:li", Erased(parts: [.attachments], reason: "law", orders: orders))
            return try settle([first] + settled + [erased], state: .accepted)
        }
        #expect(try again(0).deliveries.isEmpty)
        let deliveries = try again(1).deliveries
        let revised = try order(try #require(deliveries.first))
        #expect(deliveries.count == 1 && revised.revision == 2 && revised.text == "路灯不亮")
        #expect(revised.attachments.map(\.name) == ["图.jpg"] && revised.attachments.allSatisfy { $0.blob == nil })
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
        let files = try order(try #require(outcome.deliveries.first)).attachments
        #expect(files == [OrderFile(number: 1, name: "图.jpg", kept)])
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

    @Test("Words that come after a ticket went to triage route it anew, and triage is told")
    func lateMatter() throws {
        let first = try said(.received, Submission(text: "您好，反映个问题"))
        let settled = try settle([first])
        let more = try said(.followUp, Submission(text: "东区临河街道路灯不亮"))
        let later = now + .seconds(4 * 86_400)
        let outcome = try settle([first] + settled.entries + [more], at: later)
        #expect(outcome.withdrawals.map(\.department) == ["triage"])
        #expect(outcome.assignments.map(\.department) == ["lighting", "east-office"])
        #expect(outcome.change.state == .accepted && outcome.change.area == "east.river")
        #expect(outcome.from == Pipeline.requeueable)
        #expect(outcome.deliveries.map(\.recipient) == ["lighting", "east-office", "triage"])
        let recall = try #require(try recalls(outcome).first)
        #expect(recall.department.code == "triage" && recall.lead.code == "lighting" && !recall.reason.zh.isEmpty)
        let now = try settlement(outcome)
        #expect(now.found.decision.version == city.version && now.news?.zh.contains("补充说明了区域") == true)
        // Departments have their time from when they hear of it, the citizen's promise runs from the report.
        let before = try #require(try settlement(settled).deadlines.sign)
        #expect(try #require(now.deadlines.sign) > before)
        let again = try settle([first] + settled.entries + [more] + outcome.entries, state: .accepted)
        #expect(again.deliveries.isEmpty && again.assignments.isEmpty)
    }

    @Test("A place alone adds the local office; the department that stays gets the new words and no second assignment")
    func latePlace() throws {
        let first = try said(.received, Submission(text: "路灯不亮"))
        let settled = try settle([first]).entries
        let more = try said(.followUp, Submission(place: Place(text: "东区临河街道", area: "east.river")))
        let outcome = try settle([first] + settled + [more], state: .accepted)
        #expect(outcome.withdrawals.isEmpty && outcome.assignments.map(\.department) == ["east-office"])
        let orders = try outcome.deliveries.map(order)
        #expect(orders.map(\.department.code) == ["lighting", "east-office"])
        #expect(orders.allSatisfy { $0.area?.code == "east.river" && $0.place.text == "东区临河街道" && $0.revision == 2 })
    }

    @Test("What a department has signed for is not moved: it gets the revised order, and the entry says so")
    func signed() throws {
        let first = try said(.received, Submission(text: "路灯不亮"))
        let settled = try settle([first]).entries
        let more = try said(.followUp, Submission(text: "就在东区临河街道"))
        let signed = Assignment(ticket: 7, department: "lighting", role: .lead, state: .signed, sent: now)
        for (state, assignments) in [(Ticket.State.inHand, []), (.accepted, [signed])] {
            let outcome = try settle([first] + settled + [more], state: state, assignments: assignments)
            #expect(outcome.withdrawals.isEmpty && outcome.assignments.isEmpty)
            #expect(try outcome.deliveries.map(order).map(\.area?.code) == ["east.river"])
            #expect(outcome.change.area == "east.river" && outcome.change.state == nil)
            #expect(try settlement(outcome).news?.zh.contains("已有单位签收") == true)
        }
    }

    @Test("Words that muddle what was known take nothing away from it")
    func muddled() throws {
        let first = try said(.received, Submission(text: "东区临河街道路灯不亮"))
        let settled = try settle([first]).entries
        let more = try said(.followUp, Submission(text: "西区也停水，水管漏水"))
        let outcome = try settle([first] + settled + [more], state: .accepted)
        #expect(try settlement(outcome).found.located.area == "east.river")
        #expect(try settlement(outcome).found.decision.lead != "triage")
    }

    @Test("A changed catalogue alone moves nothing when words come that say nothing new: a person must ask")
    func onlyAsked() throws {
        let first = try said(.received, Submission(text: "路灯不亮"))
        let old = try SmallCity.load()
        let settled = try settle([first], by: old)
        #expect(settled.assignments.map(\.department) == ["city-order"])
        let new = try SmallCity.load([
            "catalogue.yaml": """
            rules:
              - { name: 城市, when: { category: city }, lead: east-office }
              - { name: 分拨, lead: triage }
            """
        ])
        let thanks = try said(.followUp, Submission(text: "谢谢"))
        let outcome = try settle([first] + settled.entries + [thanks], state: .accepted, by: new)
        #expect(outcome.assignments.isEmpty && outcome.withdrawals.isEmpty)
        #expect(outcome.deliveries.map(\.recipient) == ["city-order"])
        let asked = try keys.entry(.requeued, at: now, actor: "operator:li", Requeued(reason: ""))
        let routed = try settle([first] + settled.entries + [thanks, asked], state: .accepted, by: new)
        #expect(routed.assignments.map(\.department) == ["east-office"])
        #expect(try recalls(routed).map(\.department.code) == ["city-order"])
    }
}
