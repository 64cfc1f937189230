import Intake

/// Where a shelf's values lie; the words are the same in both databases.
extension Shelf {
    var table: String {
        switch self {
        case .envelopes, .parcels: "parcels"
        case .entries: "entries"
        case .contacts: "contacts"
        case .deliveries: "deliveries"
        case .staged: "staged"
        case .accesses: "accesses"
        }
    }
    var column: String {
        switch self {
        case .envelopes: "envelope"
        case .parcels: "body"
        case .entries: "payload"
        case .contacts, .staged, .accesses: "sealed"
        case .deliveries: "content"
        }
    }
    /// Columns of a `SealedRow`; empty for shelves that are not looked through so.
    var columns: String {
        switch self {
        case .parcels: "id, CAST(0 AS BIGINT), body, envelope, blob"
        case .contacts: "id, ticket, sealed, hash, kind"
        case .deliveries: "id, ticket, content, content, recipient"
        case .staged: "id, CAST(0 AS BIGINT), sealed, sealed, file"
        case .envelopes, .entries, .accesses: ""
        }
    }
    /// Key of a row, in two columns or one and nought.
    var row: String { self == .entries ? "ticket" : "id" }
    var part: String { self == .entries ? "sequence" : "0" }
}
