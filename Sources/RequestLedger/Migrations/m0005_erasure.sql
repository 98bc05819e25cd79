-- Erasure: plans and their approval, runs, certificates, recipients who are told.

ALTER TABLE habeas.request DROP CONSTRAINT request_state_check;
ALTER TABLE habeas.request ADD CONSTRAINT request_state_check CHECK (state IN ('received', 'verifying', 'accepted',
    'queued', 'running', 'ready', 'delivered', 'fulfilled', 'paused', 'refused', 'cancelled', 'failed', 'expired',
    'partial', 'erased', 'erased_with_retention'));

-- When a hold let go what it had kept of an erasure: its clock runs anew from there.
ALTER TABLE habeas.request ADD COLUMN resumed_at timestamptz;

-- What will happen, as canonical bytes; what is approved is their digest.
CREATE TABLE habeas.erasure_plan (
    id uuid PRIMARY KEY,
    request_id uuid NOT NULL REFERENCES habeas.request ON DELETE CASCADE,
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    bytes bytea NOT NULL,
    made_at timestamptz NOT NULL,
    -- No approval is good for longer.
    expires_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('proposed', 'approved', 'replaced', 'executed')),
    -- 'staff:<uuid>', or 'system' where the operator lets low risks pass.
    approved_by text,
    approved_at timestamptz,
    -- Why it wasn't carried out although it was approved: a JSON array of texts.
    differences text,
    CHECK ((approved_by IS NULL) = (approved_at IS NULL))
);
CREATE UNIQUE INDEX erasure_plan_live ON habeas.erasure_plan (request_id) WHERE state IN ('proposed', 'approved');
CREATE INDEX erasure_plan_request ON habeas.erasure_plan (request_id, made_at);

-- One carrying out of an approved plan; what came of it lies in the store's own receipt too.
CREATE TABLE habeas.erasure_run (
    run uuid PRIMARY KEY,
    request_id uuid NOT NULL REFERENCES habeas.request ON DELETE CASCADE,
    plan_id uuid NOT NULL REFERENCES habeas.erasure_plan ON DELETE CASCADE,
    begun_at timestamptz NOT NULL,
    -- The receipt as JSON, once there is one.
    receipt text,
    -- Where the store's log stood after the commit, as JSON.
    position text,
    files_done_at timestamptz,
    -- What the hunt for leftovers found, as JSON: tables, columns and numbers.
    hunt text,
    hunted_at timestamptz
);
CREATE UNIQUE INDEX erasure_run_plan ON habeas.erasure_run (plan_id);
CREATE INDEX erasure_run_request ON habeas.erasure_run (request_id, begun_at);

CREATE TABLE habeas.certificate (
    request_id uuid PRIMARY KEY REFERENCES habeas.request ON DELETE CASCADE,
    bytes bytea NOT NULL,
    signature bytea NOT NULL CHECK (octet_length(signature) = 64),
    page bytea NOT NULL,
    made_at timestamptz NOT NULL
);

-- Who else holds copies, and whether they know (GDPR Art. 19).
CREATE TABLE habeas.recipient_duty (
    id uuid PRIMARY KEY,
    request_id uuid NOT NULL REFERENCES habeas.request ON DELETE CASCADE,
    -- As the map names them.
    recipient text NOT NULL,
    collections text[] NOT NULL,
    -- Those of them of which a legal hold keeps a part; they are told again when it ends.
    partly text[] NOT NULL DEFAULT '{}' CHECK (partly <@ collections),
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'told', 'acknowledged', 'parked', 'impossible')),
    made_at timestamptz NOT NULL,
    told_at timestamptz,
    -- When they are asked again, or a parked one is due.
    due_at timestamptz NOT NULL,
    ended_at timestamptz,
    -- How it was settled: a code.
    outcome text,
    -- When it last changed: a certificate that is older is made anew.
    changed_at timestamptz NOT NULL,
    -- How often they were told, or somebody was reminded to.
    notices integer NOT NULL DEFAULT 0,
    -- The latest event of their webhook, or the latest mail to them.
    event_id uuid,
    notice_id uuid,
    -- By what they know the person, sealed; gone once it is settled.
    box bytea,
    -- What proves the answer: SHA-256 and size of a file that is kept elsewhere.
    proof_digest bytea CHECK (octet_length(proof_digest) = 32),
    proof_bytes bigint CHECK (proof_bytes >= 0),
    CHECK ((proof_digest IS NULL) = (proof_bytes IS NULL)),
    CHECK ((ended_at IS NULL) = (state IN ('open', 'told', 'parked'))),
    CHECK (box IS NULL OR ended_at IS NULL)
);
CREATE INDEX recipient_duty_request ON habeas.recipient_duty (request_id);
CREATE INDEX recipient_duty_event ON habeas.recipient_duty (event_id) WHERE ended_at IS NULL;
CREATE INDEX recipient_duty_notice ON habeas.recipient_duty (notice_id) WHERE ended_at IS NULL;
CREATE INDEX recipient_duty_due ON habeas.recipient_duty (due_at) WHERE ended_at IS NULL;

-- The highest entry of the erasure ledger that is known: a ledger without it was lost, or put back (docs/erasure-ledger.md).
CREATE TABLE habeas.erasure_ledger_head (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    seq bigint NOT NULL CHECK (seq > 0),
    hash bytea NOT NULL CHECK (octet_length(hash) = 32)
);

-- By what recipients know the person, from before the erasure until each of them has a duty of its own; and whom it is about,
-- until it is proved: after a crash the rows may hold surrogates already.
ALTER TABLE habeas.sealed
    DROP CONSTRAINT sealed_kind_check,
    ADD CONSTRAINT sealed_kind_check CHECK (kind IN ('subject', 'on_file', 'contact', 'records', 'identifiers',
        'known'));

-- Recipients of the data map get mails, too: to the address that the map gives them.
ALTER TABLE habeas.notice
    DROP CONSTRAINT notice_recipient_check,
    ADD CONSTRAINT notice_recipient_check CHECK (recipient IN ('on_file', 'former', 'contact', 'claim', 'operators',
        'data_recipient'));

DROP INDEX habeas.job_one_duty;
CREATE UNIQUE INDEX job_one_duty ON habeas.job (kind)
    WHERE kind IN ('expire', 'checkpoint', 'deadlines', 'retention') AND state IN ('waiting', 'running');
