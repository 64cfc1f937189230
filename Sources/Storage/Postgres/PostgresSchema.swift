import Foundation
import Intake

/// The tables, step by step. Steps are only ever added: a released one is never changed (DESIGN section 6).
enum PostgresSchema {
    /// Each step is run once, in order; its number is its place, from 1.
    static let steps = [first]

    /// Brings the database to this version. Nodes that start together wait for each other.
    static func migrate(_ connection: PostgresConnection, to last: Int = steps.count) throws(PostgresFailure) {
        try connection.script(
            "BEGIN; SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0; SELECT pg_advisory_xact_lock(4711, 0)")
        try connection.script("CREATE TABLE IF NOT EXISTS meta (key text PRIMARY KEY, value bytea NOT NULL)")
        let kept = try connection.run("SELECT value FROM meta WHERE key = 'schema'")
            .first { row throws(PostgresFailure) in try row.bytes() }
        let version = kept.flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? 0
        guard version <= steps.count else {
            throw .refused(
                Phrase(
                    zh: "账本的结构版本是 \(version)，本程序只认到 \(steps.count)；请安装更新的版本",
                    en: "the ledger has schema \(version), this program knows \(steps.count); install the newer one"))
        }
        for step in steps.prefix(last).dropFirst(version) { try connection.script(step) }
        if version < last {
            _ = try connection.run(
                "INSERT INTO meta VALUES ('schema', $1) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                .bytes(Data("\(last)".utf8)))
        }
        try connection.script("COMMIT")
    }

    /// Times are milliseconds, days yyyymmdd, sealed values bytea. Ids that a row needs before it is written come from
    /// sequences. Rows written for every arrival carry no foreign keys: each would cost a look-up a row, and one
    /// transaction writes both sides. Rows are added in the order of `arrivals.parcel` and `entries.id`, so block ranges
    /// find them at next to no cost. Sealed bytes do not compress.
    private static let first = """
        CREATE SEQUENCE parcel_ids;
        CREATE SEQUENCE ticket_ids;
        CREATE SEQUENCE delivery_ids;
        CREATE SEQUENCE person_ids;

        CREATE TABLE parcels (
            id bigint PRIMARY KEY,
            channel text COLLATE "C" NOT NULL,
            received bigint NOT NULL,
            envelope bytea NOT NULL,
            body bytea,
            blob text,
            size bigint NOT NULL CHECK (size >= 0),
            items int NOT NULL CHECK (items > 0),
            -- Keyed digest of the bytes, where they may hold more than came of them.
            mark text COLLATE "C",
            CHECK ((body IS NULL) <> (blob IS NULL))
        );
        CREATE INDEX parcels_by_blob ON parcels (blob) WHERE blob IS NOT NULL;
        ALTER TABLE parcels ALTER envelope SET STORAGE EXTERNAL, ALTER body SET STORAGE EXTERNAL;

        CREATE TABLE arrivals (
            key bytea PRIMARY KEY CHECK (octet_length(key) = 16),
            parcel bigint NOT NULL,
            item int NOT NULL CHECK (item >= 0),
            class text NOT NULL CHECK (class IN ('ticket', 'follow-up', 'notice', 'quarantined', 'refused')),
            notice text,
            reason text,
            ticket bigint,
            digest bytea NOT NULL,
            at bigint NOT NULL,
            CHECK ((class = 'notice') = (notice IS NOT NULL)),
            CHECK ((class IN ('ticket', 'follow-up')) = (ticket IS NOT NULL)),
            CHECK (class <> 'refused' OR reason IS NOT NULL)
        );

        -- What a parcel holds beside its own arrivals: what came before and came once more in it, and what came of the same
        -- bytes in another. The words of these tickets are in it too.
        CREATE TABLE carried (
            parcel bigint NOT NULL,
            key bytea NOT NULL,
            ticket bigint,
            PRIMARY KEY (parcel, key)
        );
        CREATE INDEX carried_by_ticket ON carried (ticket);
        CREATE INDEX carried_waiting ON carried (key) WHERE ticket IS NULL;

        CREATE TABLE tickets (
            id bigint PRIMARY KEY CHECK (id > 0),
            day int NOT NULL,
            channel text COLLATE "C" NOT NULL,
            sender text,
            state text NOT NULL CHECK (state IN ('received', 'needs-info', 'accepted', 'in-hand', 'answered',
                'call-back', 'closed', 'not-accepted', 'withdrawn', 'merged', 'transferred-emergency')),
            round int NOT NULL CHECK (round > 0),
            kind text,
            category text COLLATE "C",
            area text COLLATE "C",
            urgent boolean NOT NULL,
            confidential boolean NOT NULL,
            language text NOT NULL,
            received bigint NOT NULL,
            resolve_by bigint,
            entries int NOT NULL CHECK (entries > 0),
            head bytea NOT NULL CHECK (octet_length(head) = 32)
        );
        CREATE INDEX tickets_by_place ON tickets (area, category, received)
            WHERE area IS NOT NULL AND category IS NOT NULL;

        CREATE TABLE entries (
            id bigint GENERATED ALWAYS AS IDENTITY,
            ticket bigint NOT NULL,
            sequence int NOT NULL CHECK (sequence > 0),
            at bigint NOT NULL,
            kind text NOT NULL,
            actor text NOT NULL,
            payload bytea,
            parcel bigint,
            digest bytea NOT NULL CHECK (octet_length(digest) = 32),
            hash bytea NOT NULL CHECK (octet_length(hash) = 32),
            PRIMARY KEY (ticket, sequence)
        );
        CREATE INDEX entries_by_id ON entries USING brin (id) WITH (pages_per_range = 8, autosummarize = on);
        CREATE INDEX entries_follow_up ON entries (ticket) WHERE kind = 'follow-up';
        ALTER TABLE entries ALTER payload SET STORAGE EXTERNAL;

        CREATE TABLE persons (id bigint PRIMARY KEY);
        CREATE TABLE contacts (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            ticket bigint NOT NULL,
            role text NOT NULL CHECK (role IN ('reporter', 'on-behalf-of', 'follower')),
            party int NOT NULL CHECK (party >= 0),
            person bigint REFERENCES persons (id),
            kind text NOT NULL CHECK (kind IN ('phone', 'mail', 'wechat', 'other')),
            sealed bytea NOT NULL,
            hash bytea NOT NULL CHECK (octet_length(hash) = 16),
            verified bigint
        );
        CREATE INDEX contacts_by_ticket ON contacts (ticket);
        CREATE INDEX contacts_by_hash ON contacts (hash) WHERE person IS NOT NULL;

        CREATE TABLE jobs (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            lane text COLLATE "C" NOT NULL,
            subject bigint NOT NULL,
            due bigint NOT NULL,
            attempts int NOT NULL DEFAULT 0 CHECK (attempts >= 0),
            fence bigint NOT NULL DEFAULT 0,
            holder text
        ) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.02);
        CREATE INDEX jobs_by_due ON jobs (lane, due, id);

        CREATE TABLE assignments (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            ticket bigint NOT NULL REFERENCES tickets (id),
            round int NOT NULL CHECK (round > 0),
            department text COLLATE "C" NOT NULL,
            role text NOT NULL CHECK (role IN ('lead', 'co-handler')),
            state text NOT NULL CHECK (state IN ('sent', 'signed', 'contacted', 'handling', 'answered', 'returned',
                'cancelled')),
            sent bigint NOT NULL,
            sign_by bigint,
            contact_by bigint,
            resolve_by bigint,
            UNIQUE (ticket, round, department, role)
        );
        CREATE UNIQUE INDEX one_lead ON assignments (ticket, round)
            WHERE role = 'lead' AND state NOT IN ('returned', 'cancelled');
        CREATE INDEX assignments_open ON assignments (department)
            WHERE state IN ('sent', 'signed', 'contacted', 'handling');

        CREATE TABLE deliveries (
            id bigint PRIMARY KEY,
            ticket bigint NOT NULL REFERENCES tickets (id),
            destination text COLLATE "C" NOT NULL,
            recipient text NOT NULL,
            contact bigint REFERENCES contacts (id),
            content bytea NOT NULL,
            state text NOT NULL CHECK (state IN ('pending', 'delivered', 'held', 'cancelled')),
            created bigint NOT NULL,
            attempts int NOT NULL CHECK (attempts >= 0)
        );
        CREATE INDEX deliveries_by_ticket ON deliveries (ticket);
        CREATE INDEX deliveries_held ON deliveries (id) WHERE state = 'held';
        ALTER TABLE deliveries ALTER content SET STORAGE EXTERNAL;

        CREATE TABLE attempts (
            delivery bigint NOT NULL REFERENCES deliveries (id),
            number int NOT NULL CHECK (number > 0),
            at bigint NOT NULL,
            result text NOT NULL CHECK (result IN ('delivered', 'passing', 'lasting', 'unclear', 'needs-person')),
            reason text NOT NULL,
            PRIMARY KEY (delivery, number)
        );

        CREATE TABLE quarantine (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            parcel bigint NOT NULL,
            item int NOT NULL CHECK (item >= 0),
            key bytea NOT NULL,
            channel text NOT NULL,
            at bigint NOT NULL,
            reason text NOT NULL,
            replayed bigint,
            erased bigint
        );
        CREATE INDEX quarantine_waiting ON quarantine (id) WHERE replayed IS NULL;
        CREATE INDEX quarantine_by_parcel ON quarantine (parcel);

        CREATE TABLE cursors (channel text PRIMARY KEY, cursor text NOT NULL);

        CREATE TABLE leases (
            name text PRIMARY KEY,
            holder text NOT NULL,
            fence bigint NOT NULL,
            ends timestamptz NOT NULL
        );

        CREATE TABLE staged (
            id bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
            form bytea NOT NULL,
            file text NOT NULL,
            sealed bytea NOT NULL,
            blob text NOT NULL,
            at bigint NOT NULL,
            PRIMARY KEY (form, file)
        );
        CREATE INDEX staged_by_at ON staged (at);
        CREATE INDEX staged_by_blob ON staged (blob);
        CREATE TABLE files (blob text COLLATE "C" NOT NULL, ticket bigint NOT NULL, PRIMARY KEY (blob, ticket));
        CREATE INDEX files_by_ticket ON files (ticket);
        CREATE TABLE doomed (blob text COLLATE "C" PRIMARY KEY);
        -- Parcels whose bytes are to go as well, once neither quarantine nor a legal hold wants them.
        CREATE TABLE doomed_parcels (parcel bigint PRIMARY KEY);
        CREATE TABLE erasures (
            ticket bigint NOT NULL REFERENCES tickets (id),
            part text NOT NULL CHECK (part IN ('identity', 'text', 'attachments')),
            at bigint NOT NULL,
            PRIMARY KEY (ticket, part)
        );
        CREATE TABLE preserved (ticket bigint PRIMARY KEY REFERENCES tickets (id), at bigint NOT NULL);
        CREATE TABLE accesses (
            id bigint PRIMARY KEY,
            at bigint NOT NULL,
            actor text NOT NULL,
            ticket bigint,
            sealed bytea NOT NULL,
            digest bytea NOT NULL,
            hash bytea NOT NULL CHECK (octet_length(hash) = 32)
        );
        CREATE INDEX accesses_by_ticket ON accesses (ticket) WHERE ticket IS NOT NULL;

        CREATE TABLE api_keys (
            id text PRIMARY KEY,
            name text NOT NULL,
            hash bytea NOT NULL UNIQUE,
            scopes text NOT NULL,
            created bigint NOT NULL,
            revoked bigint,
            used bigint
        );

        CREATE TABLE checkpoints (
            id bigint PRIMARY KEY,
            at bigint NOT NULL,
            tickets bigint NOT NULL,
            entries bigint NOT NULL,
            last_entry bigint NOT NULL,
            hash bytea NOT NULL CHECK (octet_length(hash) = 32)
        );
        CREATE TABLE checkpoint_heads (
            checkpoint bigint NOT NULL REFERENCES checkpoints (id),
            ticket bigint NOT NULL,
            entries int NOT NULL,
            hash bytea NOT NULL,
            PRIMARY KEY (checkpoint, ticket)
        );

        CREATE TABLE links (id bigint PRIMARY KEY, number bigint NOT NULL) WITH (fillfactor = 50);

        CREATE TABLE blobs (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name text COLLATE "C" UNIQUE,
            touched bigint NOT NULL
        );
        CREATE INDEX blobs_unfinished ON blobs (touched) WHERE name IS NULL;
        CREATE TABLE blob_chunks (
            blob bigint NOT NULL REFERENCES blobs (id) ON DELETE CASCADE,
            number int NOT NULL CHECK (number >= 0),
            bytes bytea NOT NULL,
            PRIMARY KEY (blob, number)
        );
        ALTER TABLE blob_chunks ALTER bytes SET STORAGE EXTERNAL;
        """
}
