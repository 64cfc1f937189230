import Foundation
import Intake
import Testing

@Suite("What leaves with a work order")
struct OrdersTests {
    let keys: Keys
    let city: City
    let now = Instant(seconds: 1_795_219_200)

    init() throws {
        keys = try Keys(master: Data(repeating: 1, count: 32))
        city = try ExampleCity.small()
    }

    private func deliveries(_ submission: Submission, people: [Party] = []) throws -> [NewDelivery] {
        let ticket = Ticket(
            number: TicketNumber(day: Day(now, offset: .zero), id: 7), channel: "cti", state: .received, kind: nil,
            category: nil, area: nil, urgent: false, confidential: false, language: .chinese, received: now, entries: 1,
            head: Data())
        let entry = try keys.entry(.received, at: now, actor: "citizen", submission)
        var dossier = try Dossier.read(
            ticket,
            [
                Entry(
                    ticket: 7, sequence: 1, at: entry.at, kind: entry.kind, actor: entry.actor, payload: entry.payload,
                    digest: entry.digest, hash: Data())
            ], keys: keys)
        dossier.submission.people = people
        var grounds = Pipeline.Grounds(dossier, city)
        grounds.contacts = [TicketContact(id: 3, role: .reporter, kind: .mail, sealed: Sealed(Data()), person: nil)]
        return try Pipeline.settle(
            dossier, grounds, city: city, ways: .init(answers: ["cti": ("mail-out", .mail)], alerts: "desk"),
            keys: keys,
            now: now
        ).deliveries
    }

    private func messages(_ submission: Submission, people: [Party] = []) throws -> [Message] {
        try deliveries(submission, people: people).map { try keys.open(Message.self, $0.content, as: "delivery") }
    }

    /// As it goes out.
    private func json(_ message: Message) throws -> String {
        String(decoding: try JSON.encode(message.parted.message), as: UTF8.self)
    }

    @Test("What was remarked while a report was read is told to triage, masked, and to no other department")
    func remarks() throws {
        let remark = Phrase(zh: "来件称是 13800138000 的补充", en: "it says it follows up 13800138000").kept
        for (text, told) in [("路灯不亮", false), ("有一件说不清的事", true)] {
            let submission = Submission(text: text, remarks: [remark])
            let orders = try messages(submission).compactMap { message -> WorkOrder? in
                if case .workOrder(let order) = message { order } else { nil }
            }
            let order = try #require(orders.first)
            #expect((order.department.code == city.triage) == told)
            #expect((order.news != nil) == told)
            if let news = order.news { #expect(news.zh.hasPrefix("来件称是") && !news.en.contains("13800138000")) }
        }
    }

    @Test("Neither the address of a file, nor why it was not had, nor where it is kept leaves")
    func files() throws {
        let secret = "https://crm.example.cn/secret?token=abc&phone=13800138000"
        let missing = "the name crm.internal cannot be resolved"
        let submission = Submission(
            text: "路灯不亮",
            attachments: [
                Attachment(name: "a.jpg", type: "image/jpeg", content: .remote(secret)),
                Attachment(name: "b.jpg", type: "image/jpeg", size: 5, content: .kept(BlobID(hex: "abcdef0123"))),
                Attachment(name: "c 13800138000.jpg", type: "image/jpeg", content: .missing(missing)),
            ])
        let message = try #require(try messages(submission).first)
        #expect(message.files.map(\.state) == [.awaited, .kept, .missing])
        #expect(message.files.map(\.number) == [1, 2, 3] && message.files[1].size == 5)
        #expect(message.parted.blobs == [2: BlobID(hex: "abcdef0123")])
        let text = try json(message)
        for word in ["secret", "token", "https", "internal", "abcdef0123", "remote", "13800138000", "_0"] {
            #expect(!text.contains(word), "\(word) in \(text)")
        }
        #expect(text.contains("\"awaited\"") && text.contains("\"missing\""))
    }

    @Test("The names a report gives are in nothing that leaves: not in words, place or names of files")
    func names() throws {
        let submission = Submission(
            subject: "王芳反映路灯", text: "我是王芳，路灯杆着火了，请找王 芳女士", place: Place(text: "王芳家门口"),
            attachments: [Attachment(name: "王芳 13800138000.jpg", type: "image/jpeg", content: .remote("m"))])
        let people = [Party(name: "王芳", contacts: []), Party(role: .onBehalfOf, name: "芳", contacts: [])]
        let all = try messages(submission, people: people)
        #expect(all.map(\.type).contains("alert") && all.map(\.type).contains("receipt"))
        for message in all {
            let text = try json(message)
            #expect(!text.contains("王芳") && !text.contains("王 芳") && !text.contains("138001"), "\(text)")
        }
        #expect(all.first?.files.first?.name == "〔姓名〕 〔电话〕.jpg")
    }

    @Test("The title of a receipt is masked before it is cut")
    func receipt() throws {
        for length in 40...70 {
            let words = String(repeating: "灯", count: length) + "13800138000，路灯不亮"
            for case .receipt(let receipt) in try messages(Submission(text: words)) {
                #expect(!receipt.subject.contains { $0.isNumber }, "\(receipt.subject)")
                #expect(receipt.subject.count <= 60 && receipt.subject.contains("〔") == receipt.subject.contains("〕"))
            }
        }
    }

    @Test("Names come from the contacts of a ticket, each once")
    func people() throws {
        func contact(_ name: String?, _ value: String) throws -> TicketContact {
            TicketContact(
                id: 1, role: .reporter, kind: .phone,
                sealed: try keys.seal(json: KeptContact(name: name, value: value), as: "contact"), person: nil)
        }
        let people = try keys.people([contact("王芳", "1"), contact("王芳", "2"), contact(nil, "3"), contact("李雷", "4")])
        #expect(people.map(\.name) == ["王芳", "李雷"] && people.allSatisfy(\.contacts.isEmpty))
    }
}
