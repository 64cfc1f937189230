import Foundation
import Intake
import Testing

@Suite("Jobs and outcomes, on each database") struct WorkTests {
    @Test("jobs are claimed when due, the earliest first, up to the limit", arguments: Backend.allCases)
    func claims(backend: Backend) async throws {
        try await backend.withStore { store in
            let late = try await store.report("late", at: 30)
            let early = try await store.report("early", at: 10)
            let middle = try await store.report("middle", at: 20)
            let none = try await store.claim(.settle, limit: 5, now: Samples.at(9), lease: .seconds(1))
            #expect(none.isEmpty)
            let two = try await store.claim(.settle, limit: 2, now: Samples.at(100), lease: .seconds(1))
            #expect(Set(two.map(\.subject)) == [early, middle])
            let rest = try await store.claim(.settle, limit: 5, now: Samples.at(100), lease: .seconds(1))
            #expect(rest.map(\.subject) == [late])
            #expect(try await store.claim(.fetch(channel: "x"), limit: 5, now: Samples.at(100), lease: .zero).isEmpty)
        }
    }

    @Test("a job is due again when its lease ends, and its old holder is refused", arguments: Backend.allCases)
    func leases(backend: Backend) async throws {
        try await backend.withStore { store in
            let id = try await store.report("a")
            let first = try await store.take(now: 0, lease: .milliseconds(500))
            #expect(first.attempts == 0)
            let early = try await store.claim(.settle, limit: 1, now: Samples.at(499), lease: .seconds(1))
            #expect(early.isEmpty)
            let second = try await store.take(now: 500, lease: .seconds(1))
            #expect(second.id == first.id && second.fence > first.fence)
            #expect(!first.lapsed && second.lapsed)
            var slow = Outcome(ticket: id, job: first)
            slow.entries = [try Samples.entry()]
            slow.change.state = .accepted
            var quick = Outcome(ticket: id, job: second)
            quick.entries = [try Samples.entry()]
            #expect(try await store.apply([slow, quick]) == [false, true])
            #expect(try await store.chain(of: id).count == 2)
            #expect(try await store.tickets([id])[0].state == .received)
            #expect(try await store.lanes().isEmpty)
        }
    }

    @Test(
        "a lease that is renewed is nobody else's for as long, and a lost one is not renewed",
        arguments: Backend.allCases)
    func renewed(backend: Backend) async throws {
        try await backend.withStore { store in
            _ = try await store.report("a")
            let first = try await store.take(lease: .milliseconds(500))
            #expect(try await store.renew(first, until: Samples.at(900)))
            #expect(try await store.claim(.settle, limit: 1, now: Samples.at(899), lease: .seconds(1)).isEmpty)
            let second = try await store.take(now: 900)
            #expect(try await !store.renew(first, until: Samples.at(5000)))
            var done = Outcome(ticket: 1, job: second)
            done.entries = [try Samples.entry()]
            #expect(try await store.renew(second, until: Samples.at(9000)))
            #expect(try await store.apply([done]) == [true])
            #expect(try await !store.renew(second, until: Samples.at(9000)))
        }
    }

    @Test("a ticket whose settling was put off is shown until it is settled", arguments: Backend.allCases)
    func unsettled(backend: Backend) async throws {
        try await backend.withStore { store in
            for name in ["a", "b"] { _ = try await store.report(name) }
            var off = Outcome(ticket: 1, job: try await store.take())
            off.close = .again(Samples.at(700))
            _ = try await store.apply([off])
            #expect(
                try await store.unsettled(limit: 9) == [Unsettled(ticket: 1, attempts: 1, due: Samples.at(700))])
            _ = try await store.take(now: 1)
            _ = try await store.apply([Outcome(ticket: 1, job: try await store.take(now: 700))])
            #expect(try await store.unsettled(limit: 9).isEmpty)
        }
    }

    @Test("what a node held when it died is due at once when it starts again", arguments: Backend.allCases)
    func reclaimed(backend: Backend) async throws {
        try await backend.withStore { store in
            for name in ["held", "put off", "waiting"] { _ = try await store.report(name) }
            let held = try await store.take(lease: .seconds(3600))
            var off = Outcome(ticket: 2, job: try await store.take(lease: .seconds(3600)))
            off.close = .again(Samples.at(90_000))
            _ = try await store.apply([off])
            #expect(try await store.reclaim(now: Samples.at(10)) == 1)
            #expect(try await store.reclaim(now: Samples.at(10)) == 0)
            let due = try await store.claim(.settle, limit: 5, now: Samples.at(10), lease: .seconds(1))
            #expect(Set(due.map(\.subject)) == [held.subject, 3])
            #expect(due.allSatisfy { $0.fence > 0 && $0.attempts == 0 })
            // Only of what was held is it unknown whether it was done.
            #expect(due.filter(\.lapsed).map(\.subject) == [held.subject])
        }
    }

    @Test("an outcome written twice is written once", arguments: Backend.allCases)
    func repeated(backend: Backend) async throws {
        try await backend.withStore { store in
            let id = try await store.report("a")
            var outcome = Outcome(ticket: id, job: try await store.take())
            outcome.close = .again(Samples.at(1000))
            outcome.entries = [try Samples.entry()]
            #expect(try await store.apply([outcome, outcome]) == [true, false])
            #expect(try await store.apply([outcome]) == [false])
            let job = try await store.take(now: 1000)
            #expect(job.attempts == 1)
            #expect(try await store.chain(of: id).count == 2)
            outcome.job = job
            outcome.close = .done
            #expect(try await store.apply([outcome, outcome]) == [true, false])
            #expect(try await store.apply([outcome]) == [false])
            #expect(try await store.chain(of: id).count == 3)
        }
    }

    @Test("nothing is written where the ticket is in no state of `from`", arguments: Backend.allCases)
    func states(backend: Backend) async throws {
        try await backend.withStore { store in
            let id = try await store.report("a")
            var outcome = Outcome(ticket: id, job: try await store.take())
            outcome.from = [.accepted, .inHand]
            outcome.change.state = .answered
            outcome.assignments = [Samples.lead(id)]
            outcome.deliveries = [try Samples.delivery()]
            outcome.jobs = [NewJob(lane: .settle, due: Samples.start)]
            outcome.entries = [try Samples.entry()]
            #expect(try await store.apply([outcome]) == [false])
            #expect(try await store.chain(of: id).count == 1)
            #expect(try await store.assignments(of: id).isEmpty)
            #expect(try await store.deliveries(of: id).isEmpty)
            // The job is still held, and what comes in time is written.
            outcome.from = [.received]
            #expect(try await store.apply([outcome]) == [true])
            #expect(try await store.tickets([id])[0].state == .answered)
            var missing = Outcome(ticket: 999)
            missing.from = [.received]
            #expect(try await store.apply([missing]) == [false])
        }
    }

    @Test("outcomes of one batch see each other, in their order", arguments: Backend.allCases)
    func order(backend: Backend) async throws {
        try await backend.withStore { store in
            let id = try await store.report("a")
            var accept = Outcome(ticket: id)
            accept.from = [.received]
            accept.change.state = .accepted
            accept.entries = [try Samples.entry(), try Samples.entry(.alerted)]
            var answer = Outcome(ticket: id)
            answer.from = [.accepted]
            answer.change.state = .answered
            answer.entries = [try Samples.entry()]
            #expect(try await store.apply([answer, accept, answer, accept]) == [false, true, true, false])
            #expect(try await store.tickets([id])[0].state == .answered)
            #expect(try await store.chain(of: id).map(\.kind) == [.received, .moved, .alerted, .moved])
        }
    }

    @Test("settling writes change, assignments, deliveries with their jobs, and entries", arguments: Backend.allCases)
    func settling(backend: Backend) async throws {
        try await backend.withStore { store in
            let id = try await store.report("a", people: [Samples.reporter("1")])
            var outcome = Outcome(ticket: id, job: try await store.take())
            outcome.change.kind = .help
            outcome.change.category = "lamp"
            outcome.change.area = "east"
            outcome.change.resolveBy = Samples.at(5000)
            var helper = Samples.lead(id, "roads")
            helper.role = .coHandler
            outcome.assignments = [Samples.lead(id, due: 900), helper]
            var citizen = try Samples.delivery("mail", at: 7)
            citizen.contact = try await store.contacts(of: id)[0].id
            outcome.deliveries = [try Samples.delivery("folder", at: 5), citizen]
            outcome.jobs = [NewJob(lane: .fetch(channel: "wechat"), due: Samples.at(3))]
            #expect(try await store.apply([outcome]) == [true])
            let ticket = try await store.tickets([id])[0]
            #expect(ticket.kind == .help && ticket.category == "lamp" && ticket.area == "east")
            #expect(ticket.state == .received && ticket.resolveBy == Samples.at(5000))
            let assignments = try await store.assignments(of: id)
            #expect(assignments.map(\.department) == ["lighting", "roads"])
            #expect(assignments[0].resolveBy == Samples.at(900) && assignments[1].role == .coHandler)
            let deliveries = try await store.deliveries(of: id)
            #expect(deliveries.map(\.destination) == ["folder", "mail"])
            #expect(deliveries.allSatisfy { $0.state == .pending && $0.attempts == 0 })
            #expect(deliveries[1].contact == citizen.contact)
            #expect(deliveries.map(\.content) == outcome.deliveries.map(\.content))
            #expect(try await store.delivery(deliveries.map(\.id)) == deliveries)
            let lanes = try await store.lanes()
            #expect(lanes.map(\.lane.description) == ["deliver:folder", "deliver:mail", "fetch:wechat"])
            #expect(lanes.map(\.due) == [Samples.at(5), Samples.at(7), Samples.at(3)])
            #expect(try await store.take(.fetch(channel: "wechat"), now: 3).subject == id)
            #expect(try await store.take(.deliver(destination: "mail"), now: 7).subject == deliveries[1].id)
            try await store.balance()
        }
    }

    @Test("a batch with an outcome the ledger refuses is not written at all", arguments: Backend.allCases)
    func wholeBatch(backend: Backend) async throws {
        try await backend.withStore { store in
            let id = try await store.report("a")
            var good = Outcome(ticket: id)
            good.entries = [try Samples.entry()]
            var twoLeads = Outcome(ticket: id)
            twoLeads.assignments = [Samples.lead(id, "one"), Samples.lead(id, "two")]
            var lost = Outcome(ticket: id)
            lost.attempt = Attempt(
                delivery: 77, at: Samples.start, result: .delivered, reason: "", state: .delivered)
            for bad in [twoLeads, lost] {
                let trouble = await #expect(throws: Trouble.self) { try await store.apply([good, bad]) }
                #expect(trouble?.kind == .lasting)
            }
            #expect(try await store.chain(of: id).count == 1)
            #expect(try await store.assignments(of: id).isEmpty)
        }
    }

    @Test("who has signed keeps an assignment, but not a department that is no more", arguments: Backend.allCases)
    func gone(backend: Backend) async throws {
        try await backend.withStore { store in
            let id = try await store.report("a")
            var outcome = Outcome(ticket: id)
            var lead = Samples.lead(id, "old")
            lead.state = .signed
            outcome.assignments = [lead]
            #expect(try await store.apply([outcome]) == [true])
            outcome.assignments = []
            outcome.withdrawals = [.init(round: 1, department: "old", role: .lead)]
            #expect(try await store.apply([outcome]) == [true])
            #expect(try await store.assignments(of: id).map(\.state) == [.signed])
            outcome.withdrawals[0].isGone = true
            outcome.assignments = [Samples.lead(id, "triage")]
            #expect(try await store.apply([outcome]) == [true])
            let found = try await store.assignments(of: id)
            #expect(
                Dictionary(uniqueKeysWithValues: found.map { ($0.department, $0.state) }) == [
                    "old": .cancelled, "triage": .sent,
                ])
        }
    }

    @Test(
        "what was decided before more came in is not written, and waiting counts as no try", arguments: Backend.allCases
    )
    func seen(backend: Backend) async throws {
        try await backend.withStore { store in
            let id = try await store.report("a")
            var decision = Outcome(ticket: id, job: try await store.take())
            decision.seen = 1
            decision.entries = [try Samples.entry()]
            var between = Outcome(ticket: id)
            between.entries = [try Samples.entry()]
            #expect(try await store.apply([between, decision]) == [true, false])
            #expect(try await store.apply([decision]) == [false])
            var wait = Outcome(ticket: id, job: decision.job)
            wait.close = .wait(Samples.at(5))
            #expect(try await store.apply([wait]) == [true])
            decision.job = try await store.take(now: 5)
            #expect(decision.job?.attempts == 0 && decision.job?.lapsed == false)
            decision.seen = 2
            #expect(try await store.apply([decision]) == [true])
            #expect(try await store.chain(of: id).count == 3)
        }
    }

    @Test("a try is kept whatever a person did meanwhile, and what arrived has arrived", arguments: Backend.allCases)
    func heldMeanwhile(backend: Backend) async throws {
        try await backend.withStore { store in
            let id = try await store.report("a")
            try await store.settle(id)
            let delivery = try await store.deliveries(of: id)[0]
            for (result, state) in [(Attempt.Result.passing, Delivery.State.held), (.delivered, .delivered)] {
                _ = try await store.hold(delivery: delivery.id, entry: try Samples.entry(.held))
                var outcome = Outcome(ticket: id)
                outcome.attempt = Attempt(
                    delivery: delivery.id, at: Samples.start, result: result, reason: "",
                    state: result == .delivered ? .delivered : .pending)
                #expect(try await store.apply([outcome]) == [true])
                #expect(try await store.deliveries(of: id).map(\.state) == [state])
            }
            #expect(try await store.attempts(of: delivery.id).map(\.result) == [.passing, .delivered])
        }
    }

    @Test("attempts are rows, and what was delivered stays delivered", arguments: Backend.allCases)
    func attempts(backend: Backend) async throws {
        try await backend.withStore { store in
            let id = try await store.report("a")
            try await store.settle(id)
            let delivery = try await store.deliveries(of: id)[0]
            let results: [(Attempt.Result, Delivery.State)] = [
                (.passing, .pending), (.unclear, .pending), (.delivered, .delivered),
            ]
            for (number, (result, state)) in results.enumerated() {
                let now = Int64(number * 10)
                var outcome = Outcome(
                    ticket: id, job: try await store.take(.deliver(destination: "lighting"), now: now))
                outcome.close = state == .pending ? .again(Samples.at(now + 10)) : .done
                outcome.attempt = Attempt(
                    delivery: delivery.id, at: Samples.at(now), result: result, reason: "try \(number)", state: state)
                #expect(try await store.apply([outcome]) == [true])
            }
            #expect(try await store.attempts(of: delivery.id).map(\.result) == results.map(\.0))
            #expect(try await store.attempts(of: delivery.id).map(\.reason) == ["try 0", "try 1", "try 2"])
            #expect(try await store.deliveries(of: id).map(\.state) == [.delivered])
            #expect(try await store.deliveries(of: id).map(\.attempts) == [3])
            var more = Outcome(ticket: id)
            more.attempt = Attempt(
                delivery: delivery.id, at: Samples.start, result: .passing, reason: "", state: .pending)
            #expect(try await store.apply([more]) == [true])
            #expect(try await store.deliveries(of: id).map(\.state) == [.delivered])
            #expect(try await store.lanes().isEmpty)
        }
    }

    @Test("two workers never hold the same job", arguments: Backend.allCases)
    func workers(backend: Backend) async throws {
        try await backend.withTwoStores { left, right in
            let parcels = try (0..<200).map { try Samples.parcel(("\($0)", Samples.submission("\($0)"))) }
            _ = try await left.accept(parcels)
            @Sendable func work(_ store: any Store) async throws -> [Int64] {
                var taken: [Int64] = []
                while true {
                    let jobs = try await store.claim(.settle, limit: 7, now: Samples.start, lease: .seconds(60))
                    if jobs.isEmpty { return taken }
                    taken += jobs.map(\.id)
                }
            }
            async let one = work(left)
            async let two = work(right)
            let taken = try await one + two
            #expect(taken.count == 200)
            #expect(Set(taken).count == 200)
        }
    }
}
