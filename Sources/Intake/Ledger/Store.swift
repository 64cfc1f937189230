package import Foundation

/// The ledger. Two implementations (SQLite, PostgreSQL) behind one conformance suite; neither sees a key or an
/// identity in the clear. Each method is one transaction that keeps its invariants; what it returns is on disk.
///
/// Errors: `passing` where the database may come back (busy, full, connection lost); `needsPerson` where it will not.
/// An I/O error on write or sync of SQLite is final: the store reports it once through `failed` and refuses from then
/// on (rule 9).
package protocol Store: Keeper {
    // Way in
    /// Where a polling channel goes on reading.
    func cursor(channel: String) async throws(Trouble) -> String?

    /// The tickets that arrivals of these keys became or joined.
    func tickets(ofArrivals keys: [Data]) async throws(Trouble) -> [Data: TicketNumber]

    // Work
    /// Takes up to `limit` jobs of a lane that are due, earliest first, and makes them due again when the lease ends.
    func claim(_ lane: Lane, limit: Int, now: Instant, lease: Duration) async throws(Trouble) -> [Job]
    /// Holds a job for longer, until `until`; false where its lease has passed to somebody else.
    func renew(_ job: Job, until: Instant) async throws(Trouble) -> Bool
    /// Writes outcomes in one commit; false where the lease had passed on or the ticket was not in a state of `from`:
    /// then nothing of that outcome is written.
    func apply(_ outcomes: [Outcome]) async throws(Trouble) -> [Bool]
    /// Makes the jobs due at once that this node held when it died; gives how many. To be called before any claim.
    func reclaim(now: Instant) async throws(Trouble) -> Int
    /// Lanes that hold jobs, with the time the first is due.
    func lanes() async throws(Trouble) -> [(lane: Lane, due: Instant)]

    // Nodes
    /// Makes this node's name ours until `close`; false while another process has it. A lost connection loses it as well, so
    /// it is to be called again and again.
    func takeName() async throws(Trouble) -> Bool
    /// Takes a lease, or keeps on what this node held when it died; others can take it `length` from now.
    func lease(_ name: String, for length: Duration) async throws(Trouble) -> LeaseAnswer
    /// Makes a lease end `length` from now; false if another node has taken it since.
    func renew(_ lease: Lease, for length: Duration) async throws(Trouble) -> Bool
    /// Ends a lease now; nothing happens if it has passed on.
    func free(_ lease: Lease) async throws(Trouble)

    // Reading
    func tickets(_ ids: [Int64]) async throws(Trouble) -> [Ticket]
    /// The newest tickets with an id below `before`, newest first.
    func latest(before: Int64?, limit: Int) async throws(Trouble) -> [Ticket]
    /// The same, of those that a department has or had, in whatever role.
    func latest(of department: String, before: Int64?, limit: Int) async throws(Trouble) -> [Ticket]
    func entries(of tickets: [Int64]) async throws(Trouble) -> [Entry]
    func assignments(of ticket: Int64) async throws(Trouble) -> [Assignment]
    func deliveries(of ticket: Int64) async throws(Trouble) -> [Delivery]
    func delivery(_ ids: [Int64]) async throws(Trouble) -> [Delivery]
    func attempts(of delivery: Int64) async throws(Trouble) -> [Attempt]
    func contacts(of ticket: Int64) async throws(Trouble) -> [TicketContact]
    /// Tickets of the same area and category received since, newest first, at most 10, without `except`.
    func similar(area: String, category: String, since: Instant, except: Int64) async throws(Trouble) -> [Ticket]
    /// The newest ticket not at an end that has a contact with this hash and was received since.
    func open(contactHash: Data, since: Instant) async throws(Trouble) -> Ticket?
    /// Departments by age of what lies with them.
    func queue(now: Instant) async throws(Trouble) -> [QueueRow]
    /// Jobs tried at least so often, the most first; reads all jobs.
    func stuck(attempts: Int, limit: Int) async throws(Trouble) -> [Job]
    /// How much waits or is under way for each lane; reads all jobs.
    func waiting() async throws(Trouble) -> [Lane: Int]
    /// The sums that must agree (rule 3).
    func books() async throws(Trouble) -> Books

    // Quarantine and holds
    func quarantined(after: Int64, limit: Int) async throws(Trouble) -> [Quarantined]
    /// The bytes and envelope of a kept parcel, how many arrivals it holds, and the keys of those that were set aside.
    func parcel(_ id: Int64) async throws(Trouble) -> (parcel: KeptParcel, items: Int, quarantined: [Data])?
    /// Moves a quarantined arrival to another class; `entry` goes to the ticket it becomes or follows up (rule 3). Nil
    /// if it was not in quarantine any more.
    func replay(
        _ quarantined: Int64, as arrival: KeptArrival, entry: NewEntry, at: Instant
    ) async throws(Trouble) -> Receipt?
    /// The ticket that what is about to be born would join, were it kept now; nil where it would be a ticket of its own.
    func joined(by new: NewTicket) async throws(Trouble) -> TicketNumber?
    /// Holds a delivery, or releases a held one (its job is due at once); false if it was in no fitting state.
    func hold(delivery: Int64, entry: NewEntry) async throws(Trouble) -> Bool
    func release(delivery: Int64, at: Instant, entry: NewEntry) async throws(Trouble) -> Bool

    // Staged uploads of the web form
    func stage(_ file: StagedFile) async throws(Trouble)
    func staged(_ form: Data) async throws(Trouble) -> [StagedFile]
    /// Moves the time of what is staged for a form; what was erased meanwhile does not come back by it.
    func restage(_ form: Data, at: Instant) async throws(Trouble)
    /// Removes what was staged before; gives the blobs that nothing else names.
    func sweepStaged(before: Instant) async throws(Trouble) -> [BlobID]

    // API keys
    func addKey(_ key: APIKey) async throws(Trouble)
    func key(hash: Data) async throws(Trouble) -> APIKey?
    func keys() async throws(Trouble) -> [APIKey]
    func revokeKey(id: String, at: Instant) async throws(Trouble) -> Bool
    /// Notes that the key was used.
    func usedKey(id: String, at: Instant) async throws(Trouble)

    // Retention and erasure
    /// Puts a ticket under legal hold, or ends that, with its entry; false if it was so already.
    func preserve(_ ticket: Int64, entry: NewEntry) async throws(Trouble) -> Bool
    func unpreserve(_ ticket: Int64, entry: NewEntry) async throws(Trouble) -> Bool
    /// What erasing these parts would take away; lasting trouble if there is no such ticket.
    func sight(of parts: Set<ErasurePart>, ticket: Int64) async throws(Trouble) -> ErasureSight
    /// Erases in one commit with the entry that says so: payloads, contacts, messages, parcels and the names of files;
    /// files that nothing names any more are doomed, parcels that somebody wants are `left` once that is over, and a form
    /// or reference that still has a file which no other ticket names loses it. With the words, the work on the ticket
    /// ends: what was not handed over is cancelled, and a ticket not at an end is withdrawn. With its files alone, what was
    /// not handed over is cancelled, and the ticket is to be settled again. False, with nothing written, if the ticket is under
    /// legal hold or has another number of entries than were `seen`.
    func erase(
        _ parts: Set<ErasurePart>, of ticket: Int64, entry: NewEntry, seen: Int
    ) async throws(Trouble) -> Bool
    /// Notes that there is nothing of this part to erase.
    func noteErased(_ part: ErasurePart, of ticket: Int64, at: Instant) async throws(Trouble)
    /// Tickets with ids above `after` that nothing happened with since, of which this part was not erased yet, and that
    /// are under no legal hold, in order of id.
    func silent(since: Instant, part: ErasurePart, after: Int64, limit: Int) async throws(Trouble) -> [Int64]
    /// Parcels with ids above `after`, received before, whose bytes are still there and are wanted neither by the
    /// quarantine nor by a legal hold.
    func originals(before: Instant, after: Int64, limit: Int) async throws(Trouble) -> [Int64]
    /// Erases envelope and bytes of those of these parcels that neither the quarantine nor a legal hold wants; their rows
    /// stay, so that the books balance. The others are `left` once that is over.
    func eraseOriginals(_ parcels: [Int64]) async throws(Trouble)
    /// Parcels that nobody wants any more and that say what was erased or given up: they were wanted then, or brought it once
    /// more since, beside something new.
    func left(limit: Int) async throws(Trouble) -> [Int64]
    /// Of the arrivals with these keys those whose bytes were erased.
    func erased(arrivals keys: [Data]) async throws(Trouble) -> Set<Data>
    /// Gives up what nobody took out of quarantine, with its bytes; gives how many, at most `limit`.
    func eraseQuarantined(before: Instant, at: Instant, limit: Int) async throws(Trouble) -> Int
    /// Gives these up with their bytes, in whatever parcels they came, unless something else of a parcel waits in quarantine
    /// or is under legal hold. Those that were in quarantine, each with whether its bytes are gone.
    func discard(_ quarantined: [Int64], at: Instant) async throws(Trouble) -> [Int64: Bool]
    /// Files to be removed, at most 500.
    func doomed() async throws(Trouble) -> [BlobID]
    func undoom(_ blob: BlobID) async throws(Trouble)
    /// Makes what was erased unreadable also in the database's own files, as far as that is ours to do.
    func scrub() async throws(Trouble)

    // Access log
    /// Writes down that somebody is about to be shown what nobody sees unasked.
    func note(_ access: NewAccess, keys: Keys) async throws(Trouble)
    /// Newest first, with ids below `before`; of one ticket, or of all.
    func accesses(of ticket: Int64?, before: Int64?, limit: Int) async throws(Trouble) -> [Access]
    /// Removes lines from the oldest on that are older, and keeps where the chain goes on; gives how many, at most `limit`.
    func forgetAccesses(before: Instant, limit: Int, keys: Keys) async throws(Trouble) -> Int
    /// Oldest first, with ids above `after`, and what `AccessHead.forgotten` gave for those that are gone.
    func accessLog(after: Int64, limit: Int) async throws(Trouble) -> (forgotten: Data?, lines: [Access])

    // History that cannot be bent (rule 11)
    /// Whether the ids of tickets follow each other without a gap but those that restores left (`Numbering`), so that a gap
    /// is a ticket taken away: one writer numbers them so, several do not.
    var isGapless: Bool { get }
    /// Chains the heads that changed since the last checkpoint, that of the access log, and the counts; nil if nothing changed.
    func checkpoint(at: Instant, keys: Keys) async throws(Trouble) -> Checkpoint?
    func checkpoints(after: Int64, limit: Int) async throws(Trouble) -> [Checkpoint]
    /// What a checkpoint tied, in order of ticket, from the one after `ticket` on.
    func heads(of checkpoint: Int64, after ticket: Int64, limit: Int) async throws(Trouble) -> [Checkpoint.Head]
    func lastCheckpoint() async throws(Trouble) -> Checkpoint?
    /// Which of these tickets grew since the last checkpoint.
    func changed(among tickets: [Int64]) async throws(Trouble) -> Set<Int64>
    /// Envelopes of those of these parcels that are there; empty where they were erased.
    func envelopes(of parcels: [Int64]) async throws(Trouble) -> [Int64: Sealed]
    /// Arrivals that became tickets, or entries of tickets, in order of key, from the one after `key` on.
    func ticketArrivals(after key: Data, limit: Int) async throws(Trouble) -> [TicketArrival]
    /// Rows of a shelf of `SealedVerdict.shelves` with ids above `after`, in order of id.
    func sealedRows(on shelf: Shelf, after: Int64, limit: Int) async throws(Trouble) -> [SealedRow]
    /// The hash of the entry that stands where each head says, in their order; nil where there is none.
    func hashes(at heads: [Checkpoint.Head]) async throws(Trouble) -> [Data?]

    // Watching over
    /// Tickets not at an end that have neither a job nor an assignment, lowest id first.
    func ownerless(limit: Int) async throws(Trouble) -> [Int64]
    /// The tickets with an id above `after`, oldest first.
    func tickets(after: Int64, limit: Int) async throws(Trouble) -> [Ticket]
    /// Deliveries with an id above `after` that wait for a person, oldest first.
    func held(after: Int64, limit: Int) async throws(Trouble) -> [Delivery]
    /// Tickets whose settling was put off at least once, lowest number first.
    func unsettled(limit: Int) async throws(Trouble) -> [Unsettled]
    /// Arrivals by channel and class, in order of channel.
    func classes() async throws(Trouble) -> [ChannelCount]

    // Backup
    /// Writes a consistent copy of what is committed to a new file, while others go on writing; on disk when it returns.
    func copy(to path: String) async throws(Trouble)
    /// The blobs that parcels and tickets name, above `after`, in order of their names.
    func blobs(after: BlobID?, limit: Int) async throws(Trouble) -> [BlobID]
    /// Those of these blobs that no parcel, ticket or waiting form names.
    func unnamed(_ blobs: [BlobID]) async throws(Trouble) -> [BlobID]

    // Life
    /// The sealed canary that tells a wrong key (rule 8), nil in a new ledger.
    func canary() async throws(Trouble) -> Sealed?
    /// Keeps a canary if there is none yet; what is kept is returned.
    func canary(_ sealed: Sealed) async throws(Trouble) -> Sealed
    /// The sealed roots, nil unless the master key was changed or the ledger restored (`Keys.fitting`).
    func root() async throws(Trouble) -> Sealed?
    /// Replaces both, once nothing is sealed with an older key any more.
    func keep(canary: Sealed, root: Sealed) async throws(Trouble)
    /// Highest id of a delivery, 0 where there is none.
    func lastDelivery() async throws(Trouble) -> Int64
    /// Replaces the sealed roots; from now on no new ticket has an id below `first`. For a ledger nobody else works on.
    func keep(root: Sealed, numberingFrom first: Int64) async throws(Trouble)
    /// How many values of a shelf each key has sealed.
    func sealedCounts(on shelf: Shelf) async throws(Trouble) -> [KeyID: Int]
    /// Values of a shelf that another key sealed, behind `after`, in order of their places.
    func sealed(
        on shelf: Shelf, notWith key: KeyID, after: ShelvedValue.Place, limit: Int
    ) async throws(Trouble) -> [ShelvedValue]
    /// Replaces values in one commit; those that are no longer what they were are left alone.
    func reseal(_ changes: [(old: ShelvedValue, new: Sealed)], on shelf: Shelf) async throws(Trouble)
    /// Commits a row, synced, or says why it cannot.
    func probe(at: Instant) async throws(Trouble)
    /// The moment told to the last `probe`.
    func lastProbe() async throws(Trouble) -> Instant?
    /// The database's time, where nodes share it; nil where one process has the ledger and the machine's clock counts.
    func sharedTime() async throws(Trouble) -> Instant?
    /// Moves all jobs along with a clock that was stepped: their pauses and leases stay as long as they were.
    func moveJobs(by step: Duration) async throws(Trouble)
    /// What is damaged, of everything the database holds: empty when well. Reads all of it, so it takes its time.
    func integrity() async throws(Trouble) -> [String]
    /// Whether the database sees by itself what the disk changed; nil where it cannot be asked to.
    func hasChecksums() async throws(Trouble) -> Bool?
    func close() async
}

/// A contact of a ticket, as kept.
package struct TicketContact: Sendable, Equatable {
    package var id: Int64
    package var role: Party.Role
    package var kind: Contact.Kind
    package var sealed: Sealed
    package var person: Int64?
    package init(id: Int64, role: Party.Role, kind: Contact.Kind, sealed: Sealed, person: Int64?) {
        self.id = id
        self.role = role
        self.kind = kind
        self.sealed = sealed
        self.person = person
    }
}

/// A ticket that could not be settled yet.
package struct Unsettled: Sendable, Equatable {
    package var ticket: Int64
    package var attempts: Int
    /// When it is tried again.
    package var due: Instant
    package init(ticket: Int64, attempts: Int, due: Instant) {
        self.ticket = ticket
        self.attempts = attempts
        self.due = due
    }
}

/// How many arrivals of one class came by one channel.
package struct ChannelCount: Sendable, Equatable, Codable {
    package var channel: String
    package var arrival: ArrivalClass
    package var count: Int
    package init(channel: String, arrival: ArrivalClass, count: Int) {
        self.channel = channel
        self.arrival = arrival
        self.count = count
    }
}

/// How much lies with one department: assignments not yet answered, by age since sent.
package struct QueueRow: Sendable, Equatable, Codable {
    package var department: String
    /// Under an hour, under a day, under three, under seven, older.
    package var ages: [Int]
    package var overdue: Int
    package init(department: String, ages: [Int], overdue: Int) {
        self.department = department
        self.ages = ages
        self.overdue = overdue
    }
}

/// Both sides of the books (rule 3), counted from different tables.
package struct Books: Sendable, Equatable, Codable {
    /// Items that the kept parcels say they hold.
    package var items = 0
    /// Arrivals by class; `notices` splits one of them by kind.
    package var arrivals: [String: Int] = [:]
    package var notices: [String: Int] = [:]
    package var tickets = 0
    package var followUps = 0
    package var quarantined = 0
    /// Tickets not at an end that have neither a job nor an assignment: must be none.
    package var unowned = 0
    package init() {}

    /// What does not agree, in words; empty when the books balance.
    package var complaints: [Phrase] {
        var found: [Phrase] = []
        func expect(_ left: Int, _ right: Int, _ chinese: String, _ english: String) {
            guard left != right else { return }
            found.append(Phrase(zh: "\(chinese)：\(left) ≠ \(right)", en: "\(english): \(left) ≠ \(right)"))
        }
        func count(_ arrival: ArrivalClass) -> Int { arrivals[arrival.rawValue] ?? 0 }
        expect(items, arrivals.values.reduce(0, +), "原件所含件数 ≠ 来件数", "items of parcels ≠ arrivals")
        expect(count(.ticket), tickets, "立单的来件 ≠ 工单", "arrivals that became tickets ≠ tickets")
        expect(count(.followUp), followUps, "补充的来件 ≠ 补充记录", "arrivals that followed up ≠ follow-up entries")
        expect(count(.notice), notices.values.reduce(0, +), "通知 ≠ 各类通知之和", "notices ≠ notices by kind")
        expect(count(.quarantined), quarantined, "隔离的来件 ≠ 隔离区", "quarantined arrivals ≠ quarantine")
        return found + [ownerless].compactMap(\.self)
    }

    /// The complaint about tickets that are nobody's; nil where there are none.
    package var ownerless: Phrase? {
        unowned == 0
            ? nil : Phrase(zh: "无人负责的工单：\(unowned) ≠ 0", en: "tickets without owner: \(unowned) ≠ 0")
    }
}

/// One arrival that could not be read.
package struct Quarantined: Sendable, Equatable, Codable {
    package var id: Int64
    package var parcel: Int64
    package var item: Int
    package var channel: String
    package var at: Instant
    package var reason: String
    package init(id: Int64, parcel: Int64, item: Int, channel: String, at: Instant, reason: String) {
        self.id = id
        self.parcel = parcel
        self.item = item
        self.channel = channel
        self.at = at
        self.reason = reason
    }
}

/// A file uploaded with a form that is not accepted yet.
package struct StagedFile: Sendable, Equatable {
    /// Keyed hash of the form token's id.
    package var form: Data
    /// Names the file within the form.
    package var file: String
    /// Sealed `Attachment`.
    package var sealed: Sealed
    package var blob: BlobID
    package var at: Instant
    package init(form: Data, file: String, sealed: Sealed, blob: BlobID, at: Instant) {
        self.form = form
        self.file = file
        self.sealed = sealed
        self.blob = blob
        self.at = at
    }
}

/// What an integrator may do with us. The key itself is shown once and kept as a keyed hash.
package struct APIKey: Sendable, Equatable {
    package var id: String
    package var name: String
    package var hash: Data
    package var scopes: Set<String>
    package var created: Instant
    package var revoked: Instant?
    /// Roughly when it was used last: noted once an hour.
    package var used: Instant?
    package init(
        id: String, name: String, hash: Data, scopes: Set<String>, created: Instant, revoked: Instant? = nil,
        used: Instant? = nil
    ) {
        self.id = id
        self.name = name
        self.hash = hash
        self.scopes = scopes
        self.created = created
        self.revoked = revoked
        self.used = used
    }
}

/// The part of the ledger that the inbox uses.
package protocol Keeper: Sendable {
    /// Keeps parcels with all that must go with them (rule 2), in one commit. Gives the receipts, parcel by parcel,
    /// item by item. An arrival whose key is known gets its old receipt; a parcel of which all items are known is not
    /// kept again. A parcel under a lease that has passed on is not kept and gets no receipt.
    func accept(_ parcels: [KeptParcel]) async throws(Trouble) -> [[Receipt]]
}
