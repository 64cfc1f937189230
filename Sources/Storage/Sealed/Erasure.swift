import Intake

/// What erasing means in the tables; the words are the same in both databases. `:ticket` stands for the ticket's id.
enum Erasure {
    static func kinds(_ parts: Set<ErasurePart>) -> String {
        let kinds = ErasurePart.kinds(parts).map { "'\($0.rawValue)'" }
        return kinds.isEmpty ? "''" : kinds.joined(separator: ", ")
    }

    /// Parcels the ticket's words came in, first or once more.
    static let parcels = """
        SELECT parcel FROM entries WHERE ticket = :ticket AND parcel IS NOT NULL
        UNION SELECT parcel FROM carried WHERE ticket = :ticket
        """

    /// Whether somebody else needs the bytes of the parcel of a row of `parcels`.
    static let isWanted = """
        (EXISTS (SELECT 1 FROM quarantine WHERE quarantine.parcel = parcels.id AND replayed IS NULL AND erased IS NULL)
            OR EXISTS (SELECT 1 FROM preserved JOIN entries ON entries.ticket = preserved.ticket
                WHERE entries.parcel = parcels.id)
            OR EXISTS (SELECT 1 FROM preserved JOIN carried ON carried.ticket = preserved.ticket
                WHERE carried.parcel = parcels.id))
        """

    /// Departments that have something, or may have (some are just being told), and the people on duty (`operator`). The
    /// citizen's own copy is the citizen's.
    static let copies = """
        SELECT DISTINCT recipient FROM deliveries WHERE ticket = :ticket AND recipient <> 'citizen'
            AND (state = 'delivered' OR attempts > 0 OR EXISTS (SELECT 1 FROM jobs WHERE jobs.subject = deliveries.id
                AND jobs.lane = 'deliver:' || deliveries.destination AND jobs.holder IS NOT NULL)) ORDER BY recipient
        """

    /// What would go, but for the copies. `count` runs a query with the ticket's id; `length` is the database's function
    /// for the bytes of a value.
    static func sight<Failure: Error>(
        of parts: Set<ErasurePart>, length: String, _ count: (String) throws(Failure) -> Int
    ) throws(Failure) -> ErasureSight {
        var sight = ErasureSight()
        sight.preserved = try count("SELECT count(*) FROM preserved WHERE ticket = :ticket") > 0
        if parts.contains(.identity) {
            sight.contacts = try count("SELECT count(*) FROM contacts WHERE ticket = :ticket")
        }
        sight.entries = try count(
            """
            SELECT count(*) FROM entries WHERE ticket = :ticket AND payload IS NOT NULL AND kind IN (\(kinds(parts)))
            """)
        if parts.contains(.text) {
            sight.messages = try count(
                "SELECT count(*) FROM deliveries WHERE ticket = :ticket AND \(length)(content) > 0")
        }
        let raw = "SELECT count(*) FROM parcels WHERE id IN (\(parcels)) AND \(length)(envelope) > 0"
        sight.parcels = try count("\(raw) AND NOT \(isWanted)")
        sight.shared = try count("\(raw) AND \(isWanted)")
        if parts.contains(.attachments) {
            sight.files = try count("SELECT count(*) FROM files WHERE ticket = :ticket")
            if !parts.contains(.text) { sight.orders = try count("SELECT count(*) \(orders)") }
        }
        return sight
    }

    /// Parcels of the ticket that still have their bytes are to lose them as soon as nobody wants them. `length` as above.
    static func doomParcels(length: String) -> String {
        """
        INSERT INTO doomed_parcels (parcel) SELECT id FROM parcels
        WHERE id IN (\(parcels)) AND \(length)(envelope) > 0 ON CONFLICT DO NOTHING
        """
    }

    /// Parcels with bytes that nobody wants any more, and that say what was erased or given up: they were wanted then, or
    /// brought it once more since, because their senders know nothing of that. `length` as above; $1 how many.
    static func left(length: String) -> String {
        """
        SELECT id FROM parcels WHERE id IN (
            SELECT parcel FROM doomed_parcels
            UNION SELECT carried.parcel FROM carried JOIN arrivals ON arrivals.key = carried.key
            WHERE EXISTS (SELECT 1 FROM erasures
                    WHERE erasures.ticket = carried.ticket AND erasures.at >= arrivals.at)
                OR EXISTS (SELECT 1 FROM quarantine WHERE quarantine.parcel = arrivals.parcel
                    AND quarantine.key = arrivals.key AND quarantine.erased IS NOT NULL AND carried.ticket IS NULL)
        ) AND \(length)(envelope) > 0 AND NOT \(isWanted) ORDER BY id LIMIT $1
        """
    }

    /// Orders of the ticket that no department has.
    private static let orders = """
        FROM deliveries WHERE ticket = :ticket AND state IN ('pending', 'held')
            AND recipient NOT IN ('citizen', 'operator')
        """

    /// Channels the ticket's words came by.
    static let channels = "SELECT DISTINCT channel FROM parcels WHERE id IN (\(parcels)) ORDER BY channel"

    static let doomed = """
        SELECT blob FROM doomed WHERE NOT EXISTS (SELECT 1 FROM files WHERE files.blob = doomed.blob)
            AND NOT EXISTS (SELECT 1 FROM parcels WHERE parcels.blob = doomed.blob)
            AND NOT EXISTS (SELECT 1 FROM staged WHERE staged.blob = doomed.blob) ORDER BY blob LIMIT 500
        """

    /// $1 after, $2 since, $3 part, $4 limit. What people did to look at it or to erase it is nothing that happened.
    static let silent = """
        SELECT id FROM tickets WHERE id > $1 AND received < $2
            AND NOT EXISTS (SELECT 1 FROM preserved WHERE preserved.ticket = tickets.id)
            AND NOT EXISTS (SELECT 1 FROM entries WHERE entries.ticket = tickets.id AND entries.at >= $2
                AND kind NOT IN ('erased', 'revealed', 'unpreserved'))
            AND NOT EXISTS (SELECT 1 FROM erasures WHERE erasures.ticket = tickets.id AND part = $3
                AND NOT EXISTS (SELECT 1 FROM entries WHERE entries.ticket = tickets.id AND entries.at > erasures.at
                    AND kind IN ('follow-up', 'fetched')))
        ORDER BY id LIMIT $4
        """

    private static let ends = Lifecycle.ends.map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ")

    /// All that is written for one ticket, but for its parcels and files. `empty`: the database's word for no bytes.
    static func statements(_ parts: Set<ErasurePart>, empty: String, at: Instant) -> [String] {
        var all: [String] = []
        if parts.contains(.attachments), !parts.contains(.text) {
            // What is cancelled below is written anew: the report itself stays somebody's to be told.
            all.append(
                """
                INSERT INTO jobs (lane, subject, due) SELECT 'settle', id, \(at.milliseconds) FROM tickets
                WHERE id = :ticket AND state NOT IN (\(ends)) AND EXISTS (SELECT 1 \(orders))
                """)
        }
        if parts.contains(.text) || parts.contains(.attachments) {
            all.append(
                "UPDATE entries SET payload = NULL WHERE ticket = :ticket AND kind IN (\(kinds(parts)))")
            // What is just being fetched finds its job gone, and is not named any more.
            all.append("DELETE FROM jobs WHERE subject = :ticket AND lane LIKE 'fetch:%'")
            // Content or files of these are gone; what citizens and people on duty are told names no files.
            all.append(
                parts.contains(.text)
                    ? "UPDATE deliveries SET state = 'cancelled' WHERE ticket = :ticket AND state IN ('pending', 'held')"
                    : "UPDATE deliveries SET state = 'cancelled' WHERE id IN (SELECT id \(orders))")
        }
        if parts.contains(.text) {
            all.append("UPDATE deliveries SET content = \(empty) WHERE ticket = :ticket")
            all.append("DELETE FROM jobs WHERE subject = :ticket AND lane IN ('settle', 'screen')")
            all.append(
                """
                UPDATE assignments SET state = 'cancelled'
                WHERE ticket = :ticket AND state IN ('sent', 'signed', 'contacted', 'handling')
                """)
            all.append("UPDATE tickets SET state = 'withdrawn' WHERE id = :ticket AND state NOT IN (\(ends))")
        }
        if parts.contains(.identity) {
            all.append(
                """
                UPDATE deliveries SET state = 'cancelled'
                WHERE ticket = :ticket AND contact IS NOT NULL AND state IN ('pending', 'held')
                """)
            all.append("UPDATE deliveries SET contact = NULL WHERE ticket = :ticket AND contact IS NOT NULL")
            all.append("DELETE FROM contacts WHERE ticket = :ticket")
        }
        return all
    }
}
