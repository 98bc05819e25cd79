-- The companion schema of a store that is erased from: what must commit with the deletion itself. Nothing here names a
-- person but keys of files that are still to go, the person who is just being erased, and what a statute keeps.

CREATE SCHEMA IF NOT EXISTS habeas_local;

-- An erasure in batches that isn't over.
CREATE TABLE IF NOT EXISTS habeas_local.erasure_run (
    run uuid PRIMARY KEY,
    plan bytea NOT NULL CHECK (octet_length(plan) = 32),
    begun_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- For each table of the plan: how many rows were listed, and up to which number they are gone.
    lists jsonb NOT NULL DEFAULT '[]',
    -- Rows that went at once, by collection.
    credentials jsonb NOT NULL DEFAULT '{}',
    -- What was counted beside the rows that go, when the lists were made.
    side jsonb NOT NULL DEFAULT '[]'
);

-- The person who is being erased in batches: the product refuses them, and their row goes last.
CREATE TABLE IF NOT EXISTS habeas_local.tombstone (
    kind text NOT NULL,
    key text NOT NULL,
    run uuid NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (kind, key)
);

-- What an erasure did, written by the transaction that did it.
CREATE TABLE IF NOT EXISTS habeas_local.receipt (
    run uuid PRIMARY KEY,
    -- The number of the intent in the external ledger.
    seq bigint NOT NULL,
    plan bytea NOT NULL CHECK (octet_length(plan) = 32),
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    regime text NOT NULL,
    -- Counts by collection, never values.
    counts jsonb NOT NULL
);
CREATE INDEX IF NOT EXISTS receipt_seq ON habeas_local.receipt (seq);

-- Files whose rows are gone; each line goes when the file has.
CREATE TABLE IF NOT EXISTS habeas_local.file_duty (
    run uuid NOT NULL,
    store text NOT NULL,
    key text NOT NULL,
    -- Whether a statute kept the file until now: it goes with the daily purge, not with the erasure.
    was_retained boolean NOT NULL DEFAULT false
);
CREATE INDEX IF NOT EXISTS file_duty_run ON habeas_local.file_duty (run);

-- Rows that a legal hold keeps where they are: to be stored, and used for nothing but the hold (GDPR Art. 18(2)).
CREATE TABLE IF NOT EXISTS habeas_local.restriction (
    run uuid NOT NULL,
    hold text NOT NULL,
    table_name text NOT NULL,
    row_key jsonb NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (table_name, row_key, hold)
);

-- What a statute keeps of documents whose rows are gone: the map's fields and nothing else.
CREATE TABLE IF NOT EXISTS habeas_local.retained_billing (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    run uuid NOT NULL,
    collection text NOT NULL,
    document text NOT NULL,
    statute text NOT NULL,
    citation text NOT NULL,
    issued_on date NOT NULL,
    runs_from date NOT NULL,
    -- The last day; the day after, it goes.
    retain_until date NOT NULL,
    rules_version text NOT NULL,
    record jsonb NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Files that stay with the document, each as store and key.
    files jsonb NOT NULL DEFAULT '[]'
);
CREATE INDEX IF NOT EXISTS retained_billing_until ON habeas_local.retained_billing (retain_until);
CREATE INDEX IF NOT EXISTS retained_billing_run ON habeas_local.retained_billing (run);

-- Up to which entry of the external ledger this database is as the ledger says: written at the end of each replay, and
-- rewound with everything else when an older backup is restored.
CREATE TABLE IF NOT EXISTS habeas_local.replay (
    run uuid PRIMARY KEY,
    seq bigint NOT NULL,
    head bytea NOT NULL CHECK (octet_length(head) = 32),
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Roles of the product that were shut out because the database was rewound, until it is replayed.
CREATE TABLE IF NOT EXISTS habeas_local.shut_role (
    role text PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Columns that came after a schema was first made.
ALTER TABLE habeas_local.erasure_run ADD COLUMN IF NOT EXISTS side jsonb NOT NULL DEFAULT '[]';
ALTER TABLE habeas_local.file_duty ADD COLUMN IF NOT EXISTS was_retained boolean NOT NULL DEFAULT false;
ALTER TABLE habeas_local.retained_billing ADD COLUMN IF NOT EXISTS files jsonb NOT NULL DEFAULT '[]';
CREATE INDEX IF NOT EXISTS retained_billing_files ON habeas_local.retained_billing USING gin (files jsonb_path_ops);

-- Who looked at it, and what for.
CREATE TABLE IF NOT EXISTS habeas_local.retained_access (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    role text NOT NULL,
    purpose text NOT NULL CHECK (purpose ~ '[^[:space:]]'),
    rows bigint NOT NULL
);

-- Keyed hashes of people who must not be created again.
CREATE TABLE IF NOT EXISTS habeas_local.suppression (
    hash bytea PRIMARY KEY CHECK (octet_length(hash) = 32),
    since timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Rows the product itself deleted, until they are in the external ledger.
CREATE TABLE IF NOT EXISTS habeas_local.product_deletion (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    collection text NOT NULL,
    row_key text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    lsn pg_lsn NOT NULL DEFAULT pg_current_wal_insert_lsn()
);

-- A purge of what erased rows left in the files, and what it covers: every erasure that was committed before a position of
-- the log, by transactions below a number.
CREATE TABLE IF NOT EXISTS habeas_local.purge_run (
    run uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    begun_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    level text NOT NULL CHECK (level IN ('logical', 'unreferenced', 'physical')),
    rewriting text NOT NULL,
    -- Names of tables.
    tables text[] NOT NULL,
    system_identifier text NOT NULL,
    timeline integer NOT NULL,
    covers pg_lsn NOT NULL,
    horizon xid8 NOT NULL,
    ended_at timestamptz,
    -- Behind everything it wrote; NULL when it ended without getting there.
    purged_at pg_lsn
);

-- What a purge has done already: kinds of statements and names of tables and indexes.
CREATE TABLE IF NOT EXISTS habeas_local.purge_step (
    run uuid NOT NULL REFERENCES habeas_local.purge_run ON DELETE CASCADE,
    step text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (run, step)
);

-- Removes the planner's statistics of a table, in the transaction in which ANALYZE makes new ones: it replaces nothing of a
-- table that is empty now, nor of a column whose statistics target is 0. The lock keeps other ANALYZE away meanwhile.
CREATE OR REPLACE FUNCTION habeas_local.forget_statistics(described regclass) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (SELECT relkind FROM pg_class WHERE oid = $1) IN ('r', 'p') THEN
        EXECUTE format('LOCK TABLE ONLY %s IN SHARE UPDATE EXCLUSIVE MODE', $1);
    END IF;
    DELETE FROM pg_statistic WHERE starelid = $1 OR starelid IN (SELECT indexrelid FROM pg_index WHERE indrelid = $1);
    IF current_setting('server_version_num')::int >= 150000 THEN
        DELETE FROM pg_statistic_ext_data WHERE stxoid IN (SELECT oid FROM pg_statistic_ext WHERE stxrelid = $1);
    ELSE
        -- There ANALYZE wants the row to be there.
        UPDATE pg_statistic_ext_data SET stxdndistinct = NULL, stxddependencies = NULL, stxdmcv = NULL
         WHERE stxoid IN (SELECT oid FROM pg_statistic_ext WHERE stxrelid = $1);
    END IF;
END $$;

-- Whether a person is just being erased: the product asks before it lets them in or writes for them.
CREATE OR REPLACE FUNCTION habeas_local.is_tombstoned(kind text, key text) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    RETURN EXISTS (SELECT FROM habeas_local.tombstone t WHERE t.kind = $1 AND t.key = $2);

-- Whether somebody of this keyed hash was erased: the product asks before it creates anyone from an import, a sign-in
-- service or a sync.
CREATE OR REPLACE FUNCTION habeas_local.is_suppressed(hash bytea) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    RETURN EXISTS (SELECT FROM habeas_local.suppression s WHERE s.hash = $1);

-- Whether a row is kept for a legal hold only: the product then neither shows nor uses it.
CREATE OR REPLACE FUNCTION habeas_local.is_restricted(table_name text, row_key jsonb) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    RETURN EXISTS (SELECT FROM habeas_local.restriction r WHERE r.table_name = $1 AND r.row_key = $2);

-- What is retained, for whoever names a purpose; each reading is written down. A reading that is rolled back takes its line
-- with it, so the server's log says that there was one.
CREATE OR REPLACE FUNCTION habeas_local.read_retained(purpose text)
    RETURNS SETOF habeas_local.retained_billing
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE LOG 'habeas_local.read_retained is called by %', session_user;
    INSERT INTO habeas_local.retained_access (role, purpose, rows)
        SELECT session_user, $1, count(*) FROM habeas_local.retained_billing;
    RETURN QUERY SELECT * FROM habeas_local.retained_billing ORDER BY retain_until, id;
END $$;

-- What is retained in numbers and dates: nothing in it names anybody, so it isn't written down.
CREATE OR REPLACE FUNCTION habeas_local.count_retained(run uuid DEFAULT NULL)
    RETURNS TABLE (collection text, document text, statute text, citation text, retain_until date, documents bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.collection, r.document, r.statute, r.citation, r.retain_until, count(*)
      FROM habeas_local.retained_billing r WHERE $1 IS NULL OR r.run = $1 GROUP BY 1, 2, 3, 4, 5 ORDER BY 5, 1, 2, 3, 4
$$;

-- Whether a file belongs to a document that is retained.
CREATE OR REPLACE FUNCTION habeas_local.is_retained_file(store text, key text) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    RETURN EXISTS (SELECT FROM habeas_local.retained_billing r
        WHERE r.files @> jsonb_build_array(jsonb_build_object('store', $1, 'key', $2)));

-- Ends what may be kept no longer on a day, by the date each record carries: right also after a restore. Their files
-- become duties.
CREATE OR REPLACE FUNCTION habeas_local.purge_retained(today date)
    RETURNS TABLE (run uuid, collection text, retain_until date, documents bigint)
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH gone AS (
        DELETE FROM habeas_local.retained_billing r WHERE r.retain_until < $1
        RETURNING r.run, r.collection, r.retain_until, r.files),
    duties AS (
        INSERT INTO habeas_local.file_duty (run, store, key, was_retained)
        SELECT DISTINCT g.run, f.value->>'store', f.value->>'key', true
          FROM gone g, LATERAL jsonb_array_elements(g.files) AS f)
    SELECT run, collection, retain_until, count(*) FROM gone GROUP BY 1, 2, 3 ORDER BY 3, 1, 2
$$;

-- AFTER DELETE … REFERENCING OLD TABLE AS gone FOR EACH STATEMENT: the collection and the key's columns, in their order, are
-- its arguments. The key is written as a record's is: several columns with commas between, their own escaped.
CREATE OR REPLACE FUNCTION habeas_local.note_deletion() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    row_key text;
BEGIN
    -- What Habeas deletes is in the ledger already.
    IF current_setting('habeas.run', true) <> '' THEN RETURN NULL; END IF;
    SELECT string_agg(
            CASE WHEN TG_NARGS = 2 THEN format('%I::text', TG_ARGV[i])
                 ELSE format($f$replace(replace(%I::text, '\', '\\'), ',', '\,')$f$, TG_ARGV[i]) END,
            $f$ || ',' || $f$ ORDER BY i)
        INTO row_key FROM generate_series(1, TG_NARGS - 1) AS i;
    EXECUTE format('INSERT INTO habeas_local.product_deletion (collection, row_key) SELECT $1, %s FROM gone', row_key)
        USING TG_ARGV[0];
    RETURN NULL;
END $$;
