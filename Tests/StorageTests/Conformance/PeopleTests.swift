import Foundation
import Intake
import Testing

@Suite("People and places, on each database") struct PeopleTests {
    private func link(_ ticket: Int64, in store: any Store) async throws {
        var outcome = Outcome(ticket: ticket)
        outcome.linkPeople = true
        #expect(try await store.apply([outcome]) == [true])
    }

    private func hash(_ phone: String) -> Data { Samples.keys.contactHash(Contact(kind: .phone, value: phone)) }

    @Test("a contact is found by its hash once it is linked, and not before", arguments: Backend.allCases)
    func lookup(backend: Backend) async throws {
        try await backend.withStore { store in
            let id = try await store.report("a", at: 100, people: [Samples.reporter("138")])
            #expect(try await store.open(contactHash: hash("138"), since: Samples.start) == nil)
            try await link(id, in: store)
            #expect(try await store.open(contactHash: hash("138"), since: Samples.start)?.number.id == id)
            #expect(try await store.open(contactHash: hash("138"), since: Samples.at(101)) == nil)
            #expect(try await store.open(contactHash: hash("139"), since: Samples.start) == nil)
            let newer = try await store.report("b", at: 200, people: [Samples.reporter("138")])
            try await link(newer, in: store)
            #expect(try await store.open(contactHash: hash("138"), since: Samples.start)?.number.id == newer)
            var close = Outcome(ticket: newer)
            close.change.state = .withdrawn
            _ = try await store.apply([close])
            #expect(try await store.open(contactHash: hash("138"), since: Samples.start)?.number.id == id)
        }
    }

    @Test("the same contact is the same person, and contacts of one party belong to one", arguments: Backend.allCases)
    func persons(backend: Backend) async throws {
        try await backend.withStore { store in
            let mail = Contact(kind: .mail, value: "a@example.org")
            let first = try await store.report(
                "a", people: [Party(contacts: [Contact(kind: .phone, value: "1"), mail])])
            try await link(first, in: store)
            // A new phone beside a known mail address: known by the second of its contacts.
            let both = Party(contacts: [Contact(kind: .phone, value: "2"), mail])
            let second = try await store.report("b", people: [both, Samples.reporter("3")])
            try await link(second, in: store)
            let one = try await store.contacts(of: first).map(\.person)
            let two = try await store.contacts(of: second).map(\.person)
            #expect(one.count == 2 && one[0] != nil && one[0] == one[1])
            #expect(two.count == 3 && two[0] == one[0] && two[1] == one[0])
            #expect(two[2] != nil && two[2] != one[0])
            try await link(second, in: store)
            #expect(try await store.contacts(of: second).map(\.person) == two)
        }
    }

    @Test("who follows up somebody else's ticket does not become that person", arguments: Backend.allCases)
    func followers(backend: Backend) async throws {
        try await backend.withStore { store in
            let id = try await store.report("a", people: [Samples.reporter("1")])
            let number = try await store.tickets([id])[0].number
            for (source, phone) in [("b", "2"), ("c", "3"), ("d", "1")] {
                let submission = Samples.submission("me too", followsUp: number, people: [Samples.reporter(phone)])
                _ = try await store.accept([Samples.parcel((source, submission))])
            }
            try await link(id, in: store)
            let persons = try await store.contacts(of: id).map(\.person)
            #expect(persons.count == 4 && persons[0] == persons[3])
            #expect(Set(persons.compactMap(\.self)).count == 3)
        }
    }

    @Test("two nodes that link one contact at once make one person", arguments: Backend.allCases)
    func race(backend: Backend) async throws {
        try await backend.withTwoStores { left, right in
            for round in 0..<10 {
                let one = try await left.report("\(round) one", people: [Samples.reporter("\(round)")])
                let two = try await right.report("\(round) two", people: [Samples.reporter("\(round)")])
                async let here: Void = link(one, in: left)
                async let there: Void = link(two, in: right)
                _ = try await (here, there)
                let persons = try await left.contacts(of: one) + left.contacts(of: two)
                #expect(Set(persons.map(\.person)).count == 1)
            }
        }
    }

    @Test("similar tickets share area and category, the newest first, at most ten", arguments: Backend.allCases)
    func similar(backend: Backend) async throws {
        try await backend.withStore { store in
            var ids: [Int64] = []
            for number in 0..<14 {
                let id = try await store.report("\(number)", at: Int64(number))
                var outcome = Outcome(ticket: id)
                outcome.change.area = number == 13 ? "west" : "east"
                outcome.change.category = number == 12 ? "road" : "lamp"
                _ = try await store.apply([outcome])
                ids.append(id)
            }
            let found = try await store.similar(area: "east", category: "lamp", since: Samples.start, except: ids[11])
            #expect(found.map(\.number.id) == ids[1...10].reversed())
            let late = try await store.similar(area: "east", category: "lamp", since: Samples.at(9), except: 0)
            #expect(late.map(\.number.id) == [ids[11], ids[10], ids[9]])
            #expect(try await store.similar(area: "north", category: "lamp", since: Samples.start, except: 0).isEmpty)
        }
    }

    @Test("lists give the newest first and go on where they ended", arguments: Backend.allCases)
    func lists(backend: Backend) async throws {
        try await backend.withStore { store in
            var ids: [Int64] = []
            for number in 0..<5 { ids.append(try await store.report("\(number)")) }
            #expect(ids == ids.sorted())
            let first = try await store.latest(before: nil, limit: 3)
            #expect(first.map(\.number.id) == ids.suffix(3).reversed())
            let next = try await store.latest(before: first.last?.number.id, limit: 3)
            #expect(next.map(\.number.id) == ids.prefix(2).reversed())
            #expect(try await store.tickets([ids[3], 999, ids[0]]).map(\.number.id) == [ids[0], ids[3]])
            #expect(try await store.entries(of: [ids[1], ids[0]]).map(\.ticket) == [ids[0], ids[1]])
        }
    }

    @Test("the queue counts what lies with each department, by age", arguments: Backend.allCases)
    func queue(backend: Backend) async throws {
        try await backend.withStore { store in
            let hour: Int64 = 3_600_000
            let now = 200 * hour
            for (number, age) in [0, hour - 1, hour, 24 * hour, 71 * hour, 72 * hour, 168 * hour].enumerated() {
                let id = try await store.report("\(number)")
                var outcome = Outcome(ticket: id)
                outcome.assignments = [Samples.lead(id, sent: now - age, due: number < 2 ? now : now - 1)]
                _ = try await store.apply([outcome])
            }
            let answered = try await store.report("answered")
            var outcome = Outcome(ticket: answered)
            var done = Samples.lead(answered, "roads")
            done.state = .answered
            outcome.assignments = [done]
            _ = try await store.apply([outcome])
            let queue = try await store.queue(now: Samples.at(now))
            #expect(queue == [QueueRow(department: "lighting", ages: [2, 1, 2, 1, 1], overdue: 5)])
        }
    }
}
