import Foundation
import GRDB
import Intake

/// Rows written from several places, and rows read into the ledger's words.
extension SQLiteStore {
    static func insert(_ job: NewJob, subject: Int64, in db: Database) throws {
        try db.cachedStatement(sql: "INSERT INTO jobs (lane, subject, due) VALUES (?, ?, ?)")
            .execute(arguments: [job.lane.description, subject, job.due.milliseconds])
    }

    /// Notes which files a ticket names.
    static func insert(_ blobs: [BlobID], ticket: Int64, in db: Database) throws {
        for blob in blobs {
            try db.cachedStatement(sql: "INSERT OR IGNORE INTO files (blob, ticket) VALUES (?, ?)")
                .execute(arguments: [blob.hex, ticket])
        }
    }

    /// Appends to a ticket's chain and moves its head (rule 11).
    static func append(_ entries: [NewEntry], to ticket: Int64, in db: Database) throws {
        guard !entries.isEmpty else { return }
        guard
            let row = try Row.fetchOne(
                db.cachedStatement(sql: "SELECT entries, head FROM tickets WHERE id = ?"), arguments: [ticket])
        else { throw Trouble.lasting("没有工单 \(ticket)", "there is no ticket \(ticket)") }
        var (sequence, head): (Int, Data) = (row[0], row[1])
        for entry in entries {
            sequence += 1
            head = Chain.hash(
                after: head, ticket: ticket, sequence: sequence, at: entry.at, kind: entry.kind.rawValue,
                actor: entry.actor, digest: entry.digest)
            try insert(entry, ticket: ticket, sequence: sequence, hash: head, in: db)
        }
        try db.cachedStatement(sql: "UPDATE tickets SET entries = ?, head = ? WHERE id = ?")
            .execute(arguments: [sequence, head, ticket])
    }

    static func insert(_ entry: NewEntry, ticket: Int64, sequence: Int, hash: Data, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO entries (ticket, sequence, at, kind, actor, payload, digest, hash, parcel)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            ticket, sequence, entry.at.milliseconds, entry.kind.rawValue, entry.actor, entry.payload.bytes,
            entry.digest, hash, entry.parcel,
        ])
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO changed_heads (ticket, entries) VALUES (?, ?)")
            .execute(arguments: [ticket, sequence - 1])
    }
}

extension Statement {
    func fetchInt64() throws -> Int64 { try Int64.fetchOne(self) ?? 0 }
}

extension Row {
    func instant(_ column: Int) -> Instant { Instant(milliseconds: self[column]) }
    func moment(_ column: Int) -> Instant? { (self[column] as Int64?).map { Instant(milliseconds: $0) } }
}

extension Day {
    init(row: Row, _ column: Int) throws {
        guard let day = Day(number: row[column]) else {
            throw Trouble.needsPerson("账本里有一个无效日期；请运行 intake doctor", "a day in the ledger is none; run: intake doctor")
        }
        self = day
    }
}

extension RawRepresentable where RawValue == String {
    /// The word in a column; needs a person if this program does not know it.
    init(word row: Row, _ column: Int) throws {
        guard let word = Self(rawValue: row[column]) else {
            throw Trouble.needsPerson(
                "账本里有本版本不认识的词；请运行 intake doctor",
                "the ledger holds a word this version does not know; run: intake doctor")
        }
        self = word
    }
}

extension Ticket {
    static let columns = """
        id, day, channel, state, round, kind, category, area, urgent, confidential, language, received, resolve_by,
        entries, head
        """

    init(row: Row) throws {
        self.init(
            number: TicketNumber(day: try Day(row: row, 1), id: row[0]), channel: row[2],
            state: try .init(word: row, 3),
            round: row[4], kind: (row[5] as String?).flatMap(Kind.init(rawValue:)), category: row[6], area: row[7],
            urgent: row[8], confidential: row[9], language: try .init(word: row, 10), received: row.instant(11),
            resolveBy: row.moment(12), entries: row[13], head: row[14])
    }
}

extension Entry {
    init(row: Row) throws {
        self.init(
            ticket: row[0], sequence: row[1], at: row.instant(2), kind: try .init(word: row, 3), actor: row[4],
            payload: (row[5] as Data?).map(Sealed.init), digest: row[6], hash: row[7], parcel: row[8])
    }
}

extension Delivery {
    static let columns = "id, ticket, destination, recipient, content, state, created, attempts, contact"

    init(row: Row) throws {
        self.init(
            id: row[0], ticket: row[1], destination: row[2], recipient: row[3], content: Sealed(row[4]),
            state: try .init(word: row, 5), created: row.instant(6), attempts: row[7], contact: row[8])
    }
}

extension Assignment {
    init(row: Row) throws {
        self.init(
            id: row[0], ticket: row[1], round: row[2], department: row[3], role: try .init(word: row, 4),
            state: try .init(word: row, 5), sent: row.instant(6), signBy: row.moment(7),
            contactBy: row.moment(8), resolveBy: row.moment(9))
    }
}
