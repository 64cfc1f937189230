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
        var made: [Int64] = []
        var links: [(contact: Int64, person: Int64)] = []
        for (_, group) in Dictionary(grouping: contacts, by: \.party).sorted(by: { $0.value[0].id < $1.value[0].id }) {
            let known = group.compactMap { byHash[$0.hash] }.min()
            let person: Int64
            if let known {
                person = known
            } else {
                person = try next(connection)
                made.append(person)
            }
            for contact in group {
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

    private static func next(_ connection: PostgresConnection) throws(PostgresFailure) -> Int64 {
        let id = try connection.run("SELECT nextval('person_ids')")
            .first { row throws(PostgresFailure) in try row.int() }
        guard let id else { throw .refused("the sequence of persons gave nothing") }
        return id
    }
}
