-- Legal holds, the erasures that wait for them, and the kinds of jobs that erase.

CREATE TABLE habeas.hold (
    id uuid PRIMARY KEY,
    -- The matter's reference: letters, digits and -_. with a digit, so that no name gets in.
    matter text NOT NULL CHECK (matter ~ '^[A-Za-z0-9._-]{1,40}$' AND matter ~ '[0-9]'),
    basis text NOT NULL CHECK (basis IN ('gdpr-17-3-e', 'us-frcp-37e', 'uk-pd-57ad', 'other')),
    -- Whose rows; null is everybody's. Who that is stands sealed (AES-256-GCM, under a key that isn't here) as long as the
    -- hold is in force; so do the keys of single records, one a line.
    subject_hash bytea CHECK (octet_length(subject_hash) = 32),
    subject_box bytea,
    collections text[] NOT NULL DEFAULT '{}',
    records_box bytea,
    record_count integer NOT NULL DEFAULT 0 CHECK (record_count >= 0),
    range_column text,
    range_from date,
    range_until date,
    issuer uuid NOT NULL REFERENCES habeas.staff,
    custodian uuid REFERENCES habeas.staff,
    placed_at timestamptz NOT NULL,
    review_on date NOT NULL,
    state text NOT NULL CHECK (state IN ('proposed', 'active', 'release_proposed', 'released', 'declined')),
    approved_by uuid REFERENCES habeas.staff,
    approved_at timestamptz,
    release_proposed_by uuid REFERENCES habeas.staff,
    released_by uuid REFERENCES habeas.staff,
    released_at timestamptz,
    -- The controller's day on which the operators were last told that it waits for somebody.
    reminded_on date,
    -- Not everything of everybody; single records and days belong to one collection.
    CHECK (subject_hash IS NOT NULL OR cardinality(collections) > 0),
    CHECK ((record_count = 0 AND range_column IS NULL) OR cardinality(collections) = 1),
    CHECK (range_column IS NOT NULL OR (range_from IS NULL AND range_until IS NULL)),
    CHECK (range_until >= range_from),
    -- Four eyes, whatever the program does.
    CHECK (approved_by <> issuer),
    CHECK ((state = 'active' OR state = 'release_proposed' OR state = 'released') = (approved_by IS NOT NULL)),
    CHECK (state <> 'release_proposed' OR release_proposed_by IS NOT NULL),
    CHECK (state <> 'released' OR (release_proposed_by IS NOT NULL AND released_by <> release_proposed_by)),
    CHECK (state <> 'declined' OR released_by <> issuer),
    CHECK ((state IN ('released', 'declined')) = (released_at IS NOT NULL AND released_by IS NOT NULL)),
    -- A hold in force never loses what it is about.
    CHECK (state IN ('released', 'declined')
        OR ((subject_hash IS NULL) = (subject_box IS NULL) AND (record_count = 0) = (records_box IS NULL)))
);
CREATE INDEX hold_in_force ON habeas.hold (subject_hash)
    WHERE state IN ('proposed', 'active', 'release_proposed');
CREATE INDEX hold_ended ON habeas.hold (released_at) WHERE released_at IS NOT NULL;

-- Erasures that left something behind for a hold: they go on when it ends.
CREATE TABLE habeas.held_erasure (
    request_id uuid NOT NULL REFERENCES habeas.request ON DELETE CASCADE,
    hold_id uuid NOT NULL REFERENCES habeas.hold,
    since timestamptz NOT NULL,
    PRIMARY KEY (request_id, hold_id)
);
CREATE INDEX held_erasure_hold ON habeas.held_erasure (hold_id);

ALTER TABLE habeas.job
    DROP CONSTRAINT job_kind_check,
    ADD CONSTRAINT job_kind_check CHECK (kind IN (
        'resolve', 'export', 'mail', 'webhook', 'expire', 'checkpoint', 'deadlines', 'plan', 'erase', 'retention'));
