import GRDB
import Intake

/// The ledger's tables in SQLite's words; PostgreSQL has the same in its own. Steps are only ever added: each is
/// expand first, contract a release later, and never refers to record types.
enum SQLiteSchema {
    static let steps: [(name: String, sql: String)] = [("1", one)]

    static func migrate(_ pool: DatabasePool) throws { try known(to: pool).migrate(pool) }

    /// The steps; needs a person if the file holds one this program does not know.
    @discardableResult
    static func known(to pool: DatabasePool) throws -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        for step in steps { migrator.registerMigration(step.name) { db in try db.execute(sql: step.sql) } }
        if try pool.read(migrator.hasBeenSuperseded) {
            throw Trouble.needsPerson(
                "账本由更新版本的 intake 建立；请安装该版本或更新的版本",
                "the ledger was made by a newer version of intake; install that version or newer")
        }
        return migrator
    }

    /// Strict (sqlite.org/stricttables.html): nobody's value of another type ends who reads it.
    private static let one = """
        CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY) WITHOUT ROWID, STRICT;
        CREATE TABLE parcels (
            id INTEGER PRIMARY KEY, channel TEXT NOT NULL, received INTEGER NOT NULL, envelope BLOB NOT NULL,
            body BLOB, blob TEXT, size INTEGER NOT NULL CHECK (size >= 0), items INTEGER NOT NULL CHECK (items > 0),
            -- Keyed digest of the bytes, where they may hold more than came of them.
            mark TEXT,
            CHECK ((body IS NULL) <> (blob IS NULL))) STRICT;
        CREATE TABLE tickets (
            id INTEGER PRIMARY KEY, day INTEGER NOT NULL, channel TEXT NOT NULL, sender TEXT,
            state TEXT NOT NULL CHECK (state IN ('received', 'needs-info', 'accepted', 'in-hand', 'answered',
                'call-back', 'closed', 'not-accepted', 'withdrawn', 'merged', 'transferred-emergency')),
            round INTEGER NOT NULL DEFAULT 1 CHECK (round > 0), kind TEXT, category TEXT, area TEXT,
            urgent INTEGER NOT NULL, confidential INTEGER NOT NULL, language TEXT NOT NULL, received INTEGER NOT NULL,
            resolve_by INTEGER, entries INTEGER NOT NULL CHECK (entries > 0),
            head BLOB NOT NULL CHECK (length(head) = 32)) STRICT;
        CREATE INDEX tickets_by_place ON tickets (area, category, received)
            WHERE area IS NOT NULL AND category IS NOT NULL;
        -- Source ids are the only random keys on the way in: one tree, no second index.
        CREATE TABLE arrivals (
            key BLOB PRIMARY KEY CHECK (length(key) = 16), digest BLOB NOT NULL,
            parcel INTEGER NOT NULL REFERENCES parcels (id), item INTEGER NOT NULL,
            class TEXT NOT NULL CHECK (class IN ('ticket', 'follow-up', 'notice', 'quarantined', 'refused')),
            notice TEXT CHECK (notice IN ('bounce', 'auto-reply', 'platform-event', 'delivery-state', 'call-back-answer',
                'department-update')), reason TEXT,
            ticket INTEGER REFERENCES tickets (id), at INTEGER NOT NULL,
            CHECK ((class IN ('ticket', 'follow-up')) = (ticket IS NOT NULL)),
            CHECK ((class = 'notice') = (notice IS NOT NULL)),
            CHECK (class <> 'refused' OR reason IS NOT NULL)) WITHOUT ROWID, STRICT;
        -- What a parcel holds beside its own arrivals: what came before and came once more in it, and what came of the same
        -- bytes in another. The words of these tickets are in it too.
        CREATE TABLE carried (
            parcel INTEGER NOT NULL REFERENCES parcels (id), key BLOB NOT NULL, ticket INTEGER REFERENCES tickets (id),
            PRIMARY KEY (parcel, key)) WITHOUT ROWID, STRICT;
        CREATE INDEX carried_by_ticket ON carried (ticket);
        CREATE INDEX carried_waiting ON carried (key) WHERE ticket IS NULL;
        CREATE TABLE entries (
            ticket INTEGER NOT NULL REFERENCES tickets (id), sequence INTEGER NOT NULL CHECK (sequence > 0),
            at INTEGER NOT NULL, kind TEXT NOT NULL, actor TEXT NOT NULL, payload BLOB,
            -- Where its words came in: the bytes go with them.
            parcel INTEGER REFERENCES parcels (id),
            digest BLOB NOT NULL CHECK (length(digest) = 32), hash BLOB NOT NULL CHECK (length(hash) = 32),
            PRIMARY KEY (ticket, sequence)) WITHOUT ROWID, STRICT;
        CREATE TABLE persons (id INTEGER PRIMARY KEY) STRICT;
        CREATE TABLE contacts (
            id INTEGER PRIMARY KEY, ticket INTEGER NOT NULL REFERENCES tickets (id),
            role TEXT NOT NULL CHECK (role IN ('reporter', 'on-behalf-of', 'follower')), party INTEGER NOT NULL,
            person INTEGER REFERENCES persons (id), kind TEXT NOT NULL, sealed BLOB NOT NULL,
            hash BLOB NOT NULL CHECK (length(hash) = 16), verified INTEGER) STRICT;
        CREATE INDEX contacts_by_ticket ON contacts (ticket);
        -- Random, hence kept out of the way in: a contact enters it when its ticket is settled.
        CREATE INDEX contacts_by_hash ON contacts (hash) WHERE person IS NOT NULL;
        CREATE TABLE jobs (
            id INTEGER PRIMARY KEY, lane TEXT NOT NULL, subject INTEGER NOT NULL, due INTEGER NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0, fence INTEGER NOT NULL DEFAULT 0, holder TEXT) STRICT;
        CREATE INDEX jobs_by_due ON jobs (lane, due);
        CREATE TABLE assignments (
            id INTEGER PRIMARY KEY, ticket INTEGER NOT NULL REFERENCES tickets (id), round INTEGER NOT NULL,
            department TEXT NOT NULL, role TEXT NOT NULL CHECK (role IN ('lead', 'co-handler')),
            state TEXT NOT NULL CHECK (state IN ('sent', 'signed', 'contacted', 'handling', 'answered', 'returned',
                'cancelled')), sent INTEGER NOT NULL,
            sign_by INTEGER, contact_by INTEGER, resolve_by INTEGER,
            UNIQUE (ticket, round, department, role)) STRICT;
        CREATE UNIQUE INDEX one_lead ON assignments (ticket, round) WHERE role = 'lead' AND state <> 'returned'
            AND state <> 'cancelled';
        CREATE TABLE deliveries (
            id INTEGER PRIMARY KEY, ticket INTEGER NOT NULL REFERENCES tickets (id), destination TEXT NOT NULL,
            recipient TEXT NOT NULL, contact INTEGER REFERENCES contacts (id), content BLOB NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'held', 'cancelled')), created INTEGER NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0) STRICT;
        CREATE INDEX deliveries_by_ticket ON deliveries (ticket);
        CREATE INDEX deliveries_held ON deliveries (id) WHERE state = 'held';
        CREATE TABLE attempts (
            delivery INTEGER NOT NULL REFERENCES deliveries (id), number INTEGER NOT NULL, at INTEGER NOT NULL,
            result TEXT NOT NULL CHECK (result IN ('delivered', 'passing', 'lasting', 'unclear', 'needs-person')), reason TEXT NOT NULL,
            PRIMARY KEY (delivery, number)) WITHOUT ROWID, STRICT;
        CREATE TABLE quarantine (
            id INTEGER PRIMARY KEY, parcel INTEGER NOT NULL REFERENCES parcels (id), item INTEGER NOT NULL,
            key BLOB NOT NULL, channel TEXT NOT NULL, at INTEGER NOT NULL, reason TEXT NOT NULL, replayed INTEGER,
            erased INTEGER) STRICT;
        CREATE INDEX quarantine_by_parcel ON quarantine (parcel);
        CREATE TABLE cursors (channel TEXT PRIMARY KEY, cursor TEXT NOT NULL) WITHOUT ROWID, STRICT;
        CREATE TABLE staged (
            id INTEGER PRIMARY KEY, form BLOB NOT NULL, file TEXT NOT NULL, sealed BLOB NOT NULL, blob TEXT NOT NULL,
            at INTEGER NOT NULL, UNIQUE (form, file)) STRICT;
        -- Which tickets name a file in their sealed entries.
        CREATE TABLE files (blob TEXT NOT NULL, ticket INTEGER NOT NULL REFERENCES tickets (id),
            PRIMARY KEY (blob, ticket)) WITHOUT ROWID, STRICT;
        CREATE INDEX files_by_ticket ON files (ticket);
        -- Files that nothing names any more and that are to be removed.
        CREATE TABLE doomed (blob TEXT PRIMARY KEY) WITHOUT ROWID, STRICT;
        -- Parcels whose bytes are to go as well, once neither quarantine nor a legal hold wants them.
        CREATE TABLE doomed_parcels (parcel INTEGER PRIMARY KEY REFERENCES parcels (id)) STRICT;
        -- What was erased of which ticket, and tickets of which nothing may be.
        CREATE TABLE erasures (ticket INTEGER NOT NULL REFERENCES tickets (id),
            part TEXT NOT NULL CHECK (part IN ('identity', 'text', 'attachments')), at INTEGER NOT NULL,
            PRIMARY KEY (ticket, part)) WITHOUT ROWID, STRICT;
        CREATE TABLE preserved (ticket INTEGER PRIMARY KEY REFERENCES tickets (id), at INTEGER NOT NULL) STRICT;
        -- Who was shown what nobody sees unasked.
        CREATE TABLE accesses (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, ticket INTEGER,
            sealed BLOB NOT NULL, digest BLOB NOT NULL, hash BLOB NOT NULL CHECK (length(hash) = 32)) STRICT;
        CREATE INDEX accesses_by_ticket ON accesses (ticket) WHERE ticket IS NOT NULL;
        CREATE INDEX parcels_by_blob ON parcels (blob) WHERE blob IS NOT NULL;
        CREATE INDEX staged_by_blob ON staged (blob);
        CREATE INDEX staged_by_at ON staged (at);
        CREATE TABLE api_keys (
            id TEXT PRIMARY KEY, name TEXT NOT NULL, hash BLOB NOT NULL UNIQUE, scopes TEXT NOT NULL,
            created INTEGER NOT NULL, revoked INTEGER, used INTEGER) WITHOUT ROWID, STRICT;
        CREATE TABLE checkpoints (
            id INTEGER PRIMARY KEY, at INTEGER NOT NULL, tickets INTEGER NOT NULL, entries INTEGER NOT NULL,
            hash BLOB NOT NULL CHECK (length(hash) = 32)) STRICT;
        CREATE TABLE checkpoint_heads (
            checkpoint INTEGER NOT NULL REFERENCES checkpoints (id), ticket INTEGER NOT NULL, entries INTEGER NOT NULL,
            hash BLOB NOT NULL, PRIMARY KEY (checkpoint, ticket)) WITHOUT ROWID, STRICT;
        -- Tickets whose chain grew since the last checkpoint, with the entries each had then.
        CREATE TABLE changed_heads (ticket INTEGER PRIMARY KEY, entries INTEGER NOT NULL) STRICT;
        """
}
