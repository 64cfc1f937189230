import Foundation
import Intake

extension PostgresTicket {
    static let endsInSQL = "(" + Lifecycle.ends.map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ") + ")"
}

extension Ticket {
    init(row: inout PostgresRow) throws(PostgresFailure) {
        let id = try row.int()
        self.init(
            number: TicketNumber(day: try row.day(), id: id), channel: try row.text(),
            state: try row.word(Ticket.State.self), round: Int(try row.int()),
            kind: try row.optionalWord(Kind.self), category: row.optionalText(), area: row.optionalText(),
            urgent: try row.flag(), confidential: try row.flag(), language: try row.word(Language.self),
            received: try row.instant(), resolveBy: try row.optionalInstant(), entries: Int(try row.int()),
            head: try row.bytes())
    }
}

extension Entry {
    init(row: inout PostgresRow) throws(PostgresFailure) {
        self.init(
            ticket: try row.int(), sequence: Int(try row.int()), at: try row.instant(),
            kind: try row.word(EntryKind.self), actor: try row.text(), payload: row.optionalBytes().map(Sealed.init),
            digest: try row.bytes(), hash: try row.bytes(), parcel: try row.optionalInt())
    }
}

extension Delivery {
    init(row: inout PostgresRow) throws(PostgresFailure) {
        self.init(
            id: try row.int(), ticket: try row.int(), destination: try row.text(), recipient: try row.text(),
            content: Sealed(try row.bytes()), state: try row.word(Delivery.State.self), created: try row.instant(),
            attempts: Int(try row.int()), contact: try row.optionalInt())
    }
}

extension Assignment {
    init(row: inout PostgresRow) throws(PostgresFailure) {
        self.init(
            id: try row.int(), ticket: try row.int(), round: Int(try row.int()), department: try row.text(),
            role: try row.word(Assignment.Role.self), state: try row.word(Assignment.State.self),
            sent: try row.instant(), signBy: try row.optionalInstant(), contactBy: try row.optionalInstant(),
            resolveBy: try row.optionalInstant())
    }
}

extension APIKey {
    static let columns = "id, name, hash, scopes, created, revoked, used"

    init(row: inout PostgresRow) throws(PostgresFailure) {
        self.init(
            id: try row.text(), name: try row.text(), hash: try row.bytes(),
            scopes: Set(try row.text().split(separator: " ").map(String.init)), created: try row.instant(),
            revoked: try row.optionalInstant(), used: try row.optionalInstant())
    }
}
