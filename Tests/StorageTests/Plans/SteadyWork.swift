import Foundation
import Intake
import Testing

/// Everything the daemon asks of its ledger without anybody asking it: the way in, the clerk's desks, the clock.
enum SteadyWork {
    /// Tables that grow with every report; none may be read from end to end.
    static let growing: Set<String> = [
        "parcels", "arrivals", "tickets", "entries", "persons", "contacts", "jobs", "assignments", "deliveries",
        "attempts", "files", "staged", "checkpoints", "checkpoint_heads", "quarantine", "blobs", "blob_chunks",
    ]

    static func run(on store: any Store) async throws {
        let person = Samples.reporter("13800138000")
        let id = try await store.report("first", people: [person], area: "east")
        let number = try #require(try await store.tickets([id]).first).number
        _ = try await store.accept([
            Samples.parcel(cursor: "7", ("first", Samples.submission("again"))),
            Samples.parcel(("more", Samples.submission("more", followsUp: number, people: [person]))),
            Samples.parcel(("torn", .unreadable("torn")), ("event", .notice(.platformEvent, "read"))),
        ])
        _ = try await store.cursor(channel: "hotline")
        try await settle(id, on: store)
        let deliveries = try await store.deliveries(of: id)
        _ = try await store.delivery(deliveries.map(\.id))
        let jobs = try await store.claim(
            .deliver(destination: "lighting"), limit: 16, now: Samples.at(10), lease: .seconds(9))
        let job: Job = try #require(jobs.first)
        var handed = Outcome(ticket: id, job: job)
        handed.attempt = Attempt(
            delivery: deliveries[0].id, at: Samples.at(11), result: .delivered, reason: "ok", state: .delivered)
        handed.entries = [try Samples.entry(.delivered)]
        #expect(try await store.apply([handed]) == [true])
        try await clock(on: store)
        _ = try await store.open(contactHash: Samples.keys.contactHash(person.contacts[0]), since: Samples.start)
        _ = try await store.key(hash: Data(repeating: 1, count: 32))
    }

    private static func settle(_ id: Int64, on store: any Store) async throws {
        let jobs = try await store.claim(.settle, limit: 64, now: Samples.at(0), lease: .seconds(9))
        _ = try await store.tickets([id])
        _ = try await store.entries(of: [id])
        _ = try await store.contacts(of: id)
        _ = try await store.similar(area: "east", category: "lamp", since: Samples.start, except: id)
        let job: Job = try #require(jobs.first { $0.subject == id })
        var settled = Outcome(ticket: id, job: job)
        settled.from = [.received]
        settled.change.state = .accepted
        settled.withdrawals = [.init(round: 1, department: "roads", role: .lead)]
        settled.assignments = [Samples.lead(id)]
        settled.deliveries = [try Samples.delivery()]
        settled.entries = [try Samples.entry(.settled)]
        settled.blobs = [BlobID(hex: "aa")]
        settled.linkPeople = true
        var later = Outcome(ticket: id, job: jobs.first { $0.subject == id && $0.id != job.id })
        later.close = .again(Samples.at(70))
        #expect(try await store.apply([settled, later]) == [true, true])
    }

    private static func clock(on store: any Store) async throws {
        try await store.probe(at: Samples.start)
        _ = try await store.lanes()
        if case .taken(let lease) = try await store.lease("mail", for: .seconds(9)) {
            _ = try await store.renew(lease, for: .seconds(9))
            var parcel = try Samples.parcel(cursor: "8", ("leased", Samples.submission("leased")))
            parcel.lease = lease
            _ = try await store.accept([parcel])
            try await store.free(lease)
        }
        _ = try await store.checkpoint(at: Samples.start, keys: Samples.keys)
        let form = Data(repeating: 2, count: 16)
        try await store.stage(
            StagedFile(form: form, file: "a", sealed: Sealed(Data([1])), blob: BlobID(hex: "a"), at: Samples.start))
        _ = try await store.staged(form)
        _ = try await store.sweepStaged(before: Samples.at(1))
    }
}
