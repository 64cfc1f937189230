import Foundation
import Intake

/// Finds the persons behind contacts by keyed hash, or makes them. Contacts of one party belong to one person.
enum PostgresPeople {
    private struct Party: Hashable {
        var ticket: Int64
        var number: Int64
    }

    /// The statements that link every contact of these tickets that is not linked yet. The caller holds
    /// `PostgresLink.linking`.
    static func link(
        _ tickets: [Int64], _ connection: PostgresConnection
    ) throws(PostgresFailure) -> [PostgresStatement] {
        if tickets.isEmpty { return [] }
        let contacts = try connection.run(
            """
            SELECT id, ticket, party, hash,
                (SELECT min(known.person) FROM contacts AS known
                    WHERE known.hash = contacts.hash AND known.person IS NOT NULL)
            FROM contacts WHERE ticket = ANY ($1) AND person IS NULL ORDER BY ticket, party, id
            """, .ints(tickets)
        ).map { row throws(PostgresFailure) in
            (
                id: try row.int(), party: Party(ticket: try row.int(), number: try row.int()), hash: try row.bytes(),
                person: try row.optionalInt()
            )
        }
        if contacts.isEmpty { return [] }
        var byHash: [Data: Int64] = [:]
        for contact in contacts { if let person = contact.person { byHash[contact.hash] = person } }
        let parties = Dictionary(grouping: contacts, by: \.party).values.sorted { $0[0].id < $1[0].id }
        // Perhaps more than are used, where two parties turn out to be one.
        var free = try connection.run(
            "SELECT nextval('person_ids') FROM generate_series(1, $1)", .int(Int64(parties.count))
        ).map { row throws(PostgresFailure) in try row.int() }[...]
        var made: [Int64] = []
        var links: [(contact: Int64, person: Int64)] = []
        for party in parties {
            let known = party.compactMap { byHash[$0.hash] }.min()
            guard let person = known ?? free.popFirst() else { throw .refused("the sequence of persons gave too few") }
            if known == nil { made.append(person) }
            for contact in party {
                if byHash[contact.hash] == nil { byHash[contact.hash] = person }
                links.append((contact.id, person))
            }
        }
        let persons = PostgresStatement("INSERT INTO persons (id) SELECT * FROM unnest($1)", .ints(made))
        let update = PostgresStatement(
            """
            UPDATE contacts SET person = new.person FROM unnest($1, $2) AS new (id, person)
            WHERE contacts.id = new.id
            """, .ints(links.map(\.contact)), .ints(links.map(\.person)))
        return [persons, update]
    }
}
