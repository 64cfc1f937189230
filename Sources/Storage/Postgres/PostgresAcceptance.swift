import Foundation
import Intake

/// One batch of parcels on its way in: which of its arrivals are new, and what is written for them. Two round trips: one
/// asks, one writes and commits. Two nodes may bring the same key at once: the row of `arrivals` decides who was first;
/// the other is refused, runs again, and gives the receipt of the first.
struct PostgresAcceptance: Sendable {
    /// What is kept, or decided, for a key.
    private struct Kept: Sendable {
        var digest: Data
        var arrival: ArrivalClass
        var number: TicketNumber?

        func receipt(_ seen: Receipt.Repeat) -> Receipt { Receipt(arrival: arrival, ticket: number, seen: seen) }
        func receipt(repeating digest: Data) -> Receipt { receipt(digest == self.digest ? .again : .differs) }
    }
    /// The first arrival of the batch with a key.
    private struct First: Sendable {
        var parcel: Int
        var item: Int
        var kept: Kept
    }

    private let parcels: [KeptParcel]
    /// Parcels whose lease has passed on: nothing of them is kept.
    private var late: Set<Int> = []
    private var known: [Data: Kept] = [:]
    private var firsts: [Data: First] = [:]
    /// Keys of `firsts` in the order they came.
    private var order: [Data] = []
    private var parcelIDs: [Int: Int64] = [:]
    private var writing: PostgresWriting

    /// What is known of the keys, ids for what may be new, and the tickets that are followed up, locked.
    static func opening(_ parcels: [KeptParcel]) -> [PostgresStatement] {
        let arrivals = parcels.flatMap(\.arrivals)
        let followed = Set(arrivals.compactMap(\.content.followsUp))
        var statements = [
            PostgresLink.shared, look(Set(arrivals.map(\.key))),
            // More than are used, where something came before: numbers of tickets may have gaps.
            PostgresStatement(
                """
                SELECT 0, nextval('parcel_ids') FROM generate_series(1, $1)
                UNION ALL SELECT 1, nextval('ticket_ids') FROM generate_series(1, $2)
                """, .int(Int64(parcels.count)), .int(Int64(arrivals.count(where: \.content.isTicket)))),
        ]
        // Before tickets, in every transaction, so that none waits for another in a circle.
        let leases = parcels.compactMap(\.lease)
        if !leases.isEmpty { statements.append(PostgresStore.look(at: leases)) }
        if !followed.isEmpty { statements.append(PostgresTicket.lock(Array(followed))) }
        return statements
    }

    /// - Parameter rows: what `opening` gave.
    init(_ parcels: [KeptParcel], _ rows: [PostgresRows]) throws(PostgresFailure) {
        self.parcels = parcels
        var rest = rows.dropFirst(3)
        if parcels.contains(where: { $0.lease != nil }), let fences = rest.popFirst() {
            let newest = try fences.map { row throws(PostgresFailure) in
                Lease(name: try row.text(), fence: try row.int())
            }
            late = Set(parcels.indices.filter { parcels[$0].lease.map(newest.contains) == false })
        }
        var locked: [PostgresTicket] = []
        if let found = rest.first { locked = try found.map { row throws(PostgresFailure) in try PostgresTicket(&row) } }
        writing = PostgresWriting(locked)
        try learn(rows[1])
        findNew()
        try number(rows[2])
    }

    private mutating func findNew() {
        for (number, parcel) in parcels.enumerated() where !late.contains(number) {
            for (item, arrival) in parcel.arrivals.enumerated()
            where known[arrival.key] == nil && firsts[arrival.key] == nil {
                let kept = Kept(digest: arrival.digest, arrival: arrival.content.arrivalClass, number: nil)
                firsts[arrival.key] = First(parcel: number, item: item, kept: kept)
                order.append(arrival.key)
            }
        }
    }

    /// What is written, and the receipts.
    mutating func end() -> PostgresEnding<[[Receipt]]> {
        for key in order {
            guard let first = firsts[key], case .ticket(let new) = parcels[first.parcel].arrivals[first.item].content
            else { continue }
            _ = writing.add(new, parcel: parcelIDs[first.parcel], received: parcels[first.parcel].received) {
                first.kept.number?.id ?? 0
            }
        }
        let statements =
            [newArrivals, newParcels, carried, likewise, newQuarantine, newCursors].compactMap(\.self)
            + writing.statements
        return statements.isEmpty ? .unchanged(receipts) : PostgresEnding(receipts, statements)
    }

    private var receipts: [[Receipt]] {
        parcels.enumerated().map { number, parcel in
            late.contains(number)
                ? []
                : parcel.arrivals.enumerated().compactMap { item, arrival in
                    if let known = known[arrival.key] { return known.receipt(repeating: arrival.digest) }
                    guard let first = firsts[arrival.key] else { return nil }
                    if first.parcel == number && first.item == item { return first.kept.receipt(.first) }
                    return first.kept.receipt(repeating: arrival.digest)
                }
        }
    }

    private mutating func learn(_ rows: PostgresRows) throws(PostgresFailure) {
        let found = try rows.map { row throws(PostgresFailure) in
            let key = try row.bytes()
            var kept = Kept(digest: try row.bytes(), arrival: try row.word(ArrivalClass.self), number: nil)
            if let id = try row.optionalInt() { kept.number = TicketNumber(day: try row.day(), id: id) }
            return (key, kept)
        }
        for (key, kept) in found { known[key] = kept }
    }

    /// Gives ids to each parcel that holds something new, and to each ticket that is made.
    private mutating func number(_ rows: PostgresRows) throws(PostgresFailure) {
        let holding = Set(order.compactMap { firsts[$0]?.parcel }).sorted()
        var born: [(key: Data, new: NewTicket)] = []
        for key in order {
            guard let first = firsts[key], case .ticket(let new) = parcels[first.parcel].arrivals[first.item].content
            else { continue }
            if let joined = writing.joins(new) {
                firsts[key]?.kept.arrival = .followUp
                firsts[key]?.kept.number = joined.number
            } else {
                born.append((key, new))
            }
        }
        let ids = try rows.map { row throws(PostgresFailure) in (try row.int(), try row.int()) }
        let parcelIDs = ids.lazy.filter { $0.0 == 0 }.map(\.1)
        let ticketIDs = ids.lazy.filter { $0.0 == 1 }.map(\.1)
        for (number, id) in zip(holding, parcelIDs) { self.parcelIDs[number] = id }
        for (born, id) in zip(born, ticketIDs) {
            firsts[born.key]?.kept.number = TicketNumber(day: born.new.day, id: id)
        }
    }
}

/// The rows.
extension PostgresAcceptance {
    private static func look(_ keys: Set<Data>) -> PostgresStatement {
        PostgresStatement(
            """
            SELECT key, digest, class, ticket, (SELECT day FROM tickets WHERE tickets.id = arrivals.ticket)
            FROM arrivals WHERE key = ANY ($1)
            """, .byteses(Array(keys)))
    }

    /// In order of key, so that two nodes with the same keys never wait for each other in a circle.
    private var newArrivals: PostgresStatement? {
        if order.isEmpty { return nil }
        let rows = order.compactMap { key in
            firsts[key].map { (first: $0, arrival: parcels[$0.parcel].arrivals[$0.item]) }
        }
        return PostgresStatement(
            """
            INSERT INTO arrivals (key, parcel, item, class, notice, reason, ticket, digest, at)
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
                AS new (key, parcel, item, class, notice, reason, ticket, digest, at) ORDER BY key
            """,
            .byteses(rows.map(\.arrival.key)), .ints(rows.map { parcelIDs[$0.first.parcel] }),
            .ints(rows.map { Int64($0.first.item) }), .texts(rows.map(\.first.kept.arrival.rawValue)),
            .texts(rows.map(\.arrival.content.notice?.rawValue)), .texts(rows.map(\.arrival.content.refusal)),
            .ints(rows.map(\.first.kept.number?.id)), .byteses(rows.map(\.arrival.digest)),
            .ints(rows.map { parcels[$0.first.parcel].received.milliseconds }))
    }

    private var newParcels: PostgresStatement? {
        var items: [Int: Int64] = [:]
        for key in order { firsts[key].map { items[$0.parcel, default: 0] += 1 } }
        let rows = items.keys.sorted().map { (id: parcelIDs[$0], items: items[$0], parcel: parcels[$0]) }
        if rows.isEmpty { return nil }
        return PostgresStatement(
            """
            INSERT INTO parcels (id, channel, received, envelope, body, blob, size, items, mark)
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            .ints(rows.map(\.id)), .texts(rows.map(\.parcel.channel)), .ints(rows.map(\.parcel.received.milliseconds)),
            .byteses(rows.map(\.parcel.envelope.bytes)), .byteses(rows.map(\.parcel.body.sealed)),
            .texts(rows.map(\.parcel.body.blob)), .ints(rows.map(\.parcel.size)), .ints(rows.map(\.items)),
            .texts(rows.map(\.parcel.mark)))
    }

    /// What came before and is in a parcel that is kept for something else.
    private var carried: PostgresStatement? {
        var rows: [(parcel: Int64, key: Data, ticket: Int64?)] = []
        for (number, id) in parcelIDs {
            for arrival in parcels[number].arrivals where firsts[arrival.key]?.parcel != number {
                let kept = known[arrival.key] ?? firsts[arrival.key]?.kept
                rows.append((id, arrival.key, kept?.number?.id))
            }
        }
        if rows.isEmpty { return nil }
        return PostgresStatement(
            """
            INSERT INTO carried (parcel, key, ticket) SELECT * FROM unnest($1, $2, $3) ON CONFLICT DO NOTHING
            """, .ints(rows.map(\.parcel)), .byteses(rows.map(\.key)), .ints(rows.map(\.ticket)))
    }

    /// The same bytes may have been kept before, for what else they hold: they say as well what comes of them now.
    private var likewise: PostgresStatement? {
        let rows = order.compactMap { key -> (parcel: Int64, key: Data, ticket: Int64?)? in
            guard let first = firsts[key], let id = parcelIDs[first.parcel], parcels[first.parcel].mark != nil,
                parcels[first.parcel].arrivals.contains(where: { firsts[$0.key]?.parcel != first.parcel })
            else { return nil }
            return (id, key, first.kept.number?.id)
        }
        if rows.isEmpty { return nil }
        return PostgresStatement(
            """
            INSERT INTO carried (parcel, key, ticket)
            SELECT DISTINCT was.id, new.key, new.ticket FROM unnest($1, $2, $3) AS new (parcel, key, ticket)
                JOIN carried ON carried.parcel = new.parcel JOIN arrivals ON arrivals.key = carried.key
                JOIN parcels AS was ON was.id = arrivals.parcel AND was.id <> new.parcel
                JOIN parcels AS now ON now.id = new.parcel AND now.mark = was.mark
            ON CONFLICT DO NOTHING
            """, .ints(rows.map(\.parcel)), .byteses(rows.map(\.key)), .ints(rows.map(\.ticket)))
    }

    private var newQuarantine: PostgresStatement? {
        let rows = order.compactMap { key -> (First, Data, String)? in
            guard let first = firsts[key] else { return nil }
            let arrival = parcels[first.parcel].arrivals[first.item]
            return arrival.content.quarantine.map { (first, key, $0) }
        }
        if rows.isEmpty { return nil }
        return PostgresStatement(
            """
            INSERT INTO quarantine (parcel, item, key, channel, at, reason)
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6)
            """,
            .ints(rows.map { parcelIDs[$0.0.parcel] }), .ints(rows.map { Int64($0.0.item) }), .byteses(rows.map(\.1)),
            .texts(rows.map { parcels[$0.0.parcel].channel }),
            .ints(rows.map { parcels[$0.0.parcel].received.milliseconds }), .texts(rows.map(\.2)))
    }

    private var newCursors: PostgresStatement? {
        var last: [String: String] = [:]
        for (number, parcel) in parcels.enumerated() where parcel.cursor != nil && !late.contains(number) {
            last[parcel.channel] = parcel.cursor
        }
        if last.isEmpty { return nil }
        let rows = last.sorted { $0.key < $1.key }
        return PostgresStatement(
            """
            INSERT INTO cursors (channel, cursor) SELECT * FROM unnest($1, $2)
            ON CONFLICT (channel) DO UPDATE SET cursor = excluded.cursor
            """, .texts(rows.map(\.key)), .texts(rows.map(\.value)))
    }
}

extension KeptArrival.Content {
    /// The class it ends in, unless it joins a ticket.
    var arrivalClass: ArrivalClass {
        switch self {
        case .ticket: .ticket
        case .notice: .notice
        case .quarantined: .quarantined
        case .refused: .refused
        }
    }
    var isTicket: Bool { if case .ticket = self { true } else { false } }
    var followsUp: Int64? { if case .ticket(let new) = self { new.followsUp?.id } else { nil } }
    var notice: Notice? { if case .notice(let notice) = self { notice } else { nil } }
    var refusal: String? { if case .refused(let reason) = self { reason } else { nil } }
    var quarantine: String? { if case .quarantined(let reason) = self { reason } else { nil } }
}

extension KeptParcel.Body {
    var sealed: Data? { if case .sealed(let sealed) = self { sealed.bytes } else { nil } }
    var blob: String? { if case .blob(let id) = self { id.hex } else { nil } }
}
