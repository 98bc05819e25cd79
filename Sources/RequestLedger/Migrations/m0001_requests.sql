-- Requests, claims, jobs, archives, links, staff, notices. Times come and go as microseconds since 1970.

CREATE FUNCTION habeas.micros(timestamptz) RETURNS bigint
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (extract(epoch FROM $1) * 1000000)::bigint;

CREATE FUNCTION habeas.instant(bigint) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN timestamptz 'epoch' + $1 * interval '1 microsecond';

CREATE TABLE habeas.request (
    id uuid PRIMARY KEY,
    asked_right text NOT NULL CHECK (asked_right IN ('access', 'export', 'erasure')),
    regime text NOT NULL,
    channel text NOT NULL CHECK (channel IN ('web', 'product', 'staff')),
    received_at timestamptz NOT NULL,
    opened_at timestamptz NOT NULL,
    -- Who wrote it down: 'person', 'staff:<uuid>'. Never the data subject's own id.
    actor text NOT NULL,
    subject_hash bytea NOT NULL CHECK (octet_length(subject_hash) = 32),
    -- What it is about: nothing is the whole account. Record ids stand sealed in habeas.sealed.
    scope_hash bytea NOT NULL CHECK (octet_length(scope_hash) = 32),
    collections text[] NOT NULL DEFAULT '{}',
    format text NOT NULL CHECK (format IN ('json', 'csv', 'both')),
    language text NOT NULL,
    zone text,
    state text NOT NULL CHECK (state IN ('received', 'verifying', 'accepted', 'queued', 'running', 'ready', 'delivered',
        'fulfilled', 'paused', 'refused', 'cancelled', 'failed', 'expired', 'partial')),
    paused_from text,
    state_since timestamptz NOT NULL,
    -- Why it stands there: a code (docs/errors.md), never words.
    outcome text,
    -- 0 nobody looked, 1 asserted, 2 control of the address on file, 3 signed in at the product or checked by staff.
    assurance smallint NOT NULL DEFAULT 0,
    vouched_by uuid,
    needs_release boolean NOT NULL DEFAULT false,
    confirmed_at timestamptz,
    ready_at timestamptz,
    delivered_at timestamptz,
    keep_until timestamptz,
    executed_at timestamptz,
    closed_at timestamptz,
    ticket text,
    -- What the archive holds, for the landing page: counts by collection, never values.
    contents text
);

-- One open request per person, right and scope, until it is carried out.
CREATE UNIQUE INDEX request_open ON habeas.request (subject_hash, asked_right, scope_hash)
    WHERE state IN ('received', 'verifying', 'accepted', 'queued', 'running', 'paused', 'failed', 'partial');
CREATE INDEX request_state ON habeas.request (state, received_at, id);
CREATE INDEX request_received ON habeas.request (received_at DESC, id DESC);
CREATE INDEX request_subject ON habeas.request (subject_hash, received_at);

-- What may name a person, as AES-256-GCM boxes under a key that isn't in this database.
CREATE TABLE habeas.sealed (
    request_id uuid NOT NULL REFERENCES habeas.request ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('subject', 'on_file', 'contact', 'records')),
    box bytea NOT NULL,
    -- An address that differs from the one on file is used from here on only.
    usable_from timestamptz,
    PRIMARY KEY (request_id, kind)
);

-- The words of reasons: erasable, while the chain keeps their salted hash.
CREATE TABLE habeas.words (
    id uuid PRIMARY KEY,
    request_id uuid REFERENCES habeas.request ON DELETE CASCADE,
    at timestamptz NOT NULL,
    box bytea NOT NULL
);
CREATE INDEX words_request ON habeas.words (request_id);

CREATE TABLE habeas.claim (
    id uuid PRIMARY KEY,
    -- SHA-256 of the cookie of the browser that asked.
    holder_hash bytea NOT NULL,
    received_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    asked_right text NOT NULL,
    regime text NOT NULL,
    format text NOT NULL,
    language text NOT NULL,
    zone text,
    address_hash bytea NOT NULL,
    box bytea,
    state text NOT NULL CHECK (state IN ('new', 'waiting', 'unmatched', 'proven', 'locked', 'expired')),
    request_id uuid REFERENCES habeas.request ON DELETE CASCADE
);
CREATE INDEX claim_address ON habeas.claim (address_hash, received_at);
CREATE INDEX claim_expiry ON habeas.claim (expires_at) WHERE box IS NOT NULL;
CREATE INDEX claim_request ON habeas.claim (request_id);

-- A mailed code: only its keyed hash, bound to what it opens.
CREATE TABLE habeas.code (
    id uuid PRIMARY KEY,
    claim_id uuid REFERENCES habeas.claim ON DELETE CASCADE,
    link_id uuid,
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    -- Null until it is mailed.
    hash bytea,
    tries_left smallint NOT NULL,
    state text NOT NULL CHECK (state IN ('wanted', 'sent', 'used', 'locked', 'replaced')),
    CHECK ((claim_id IS NULL) <> (link_id IS NULL))
);
CREATE INDEX code_claim ON habeas.code (claim_id, made_at);
CREATE INDEX code_link ON habeas.code (link_id, made_at);

CREATE TABLE habeas.person_session (
    hash bytea PRIMARY KEY,
    subject_hash bytea NOT NULL,
    method text NOT NULL,
    assurance smallint NOT NULL,
    -- Whom it is about, sealed; null when it only leads to one request.
    box bytea,
    request_id uuid REFERENCES habeas.request ON DELETE CASCADE,
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE INDEX person_session_expiry ON habeas.person_session (expires_at);
CREATE INDEX person_session_request ON habeas.person_session (request_id);

-- Each attempt to show who somebody is: kinds of evidence, never its values (11 CCR 7060(d), 7101).
CREATE TABLE habeas.verification (
    id uuid PRIMARY KEY,
    request_id uuid REFERENCES habeas.request ON DELETE CASCADE,
    claim_id uuid REFERENCES habeas.claim ON DELETE SET NULL,
    at timestamptz NOT NULL,
    method text NOT NULL,
    evidence text[] NOT NULL DEFAULT '{}',
    assurance smallint NOT NULL,
    is_accepted boolean NOT NULL,
    actor text NOT NULL
);
CREATE INDEX verification_request ON habeas.verification (request_id);
CREATE INDEX verification_claim ON habeas.verification (claim_id);

-- Numbers of claims. They never come again, also not for another job of the same request: archives are named by them.
CREATE SEQUENCE habeas.job_fence;

CREATE TABLE habeas.job (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('resolve', 'export', 'mail', 'webhook', 'expire', 'checkpoint')),
    request_id uuid REFERENCES habeas.request ON DELETE CASCADE,
    -- The claim, notice or event it serves.
    target uuid,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'dead', 'cancelled')),
    weight text NOT NULL DEFAULT 'light' CHECK (weight IN ('light', 'heavy')),
    run_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    attempts integer NOT NULL DEFAULT 0,
    max_attempts integer NOT NULL,
    fence bigint NOT NULL DEFAULT 0,
    lease_until timestamptz,
    worker text,
    reserved_bytes bigint NOT NULL DEFAULT 0,
    -- What a waiting job waits for: 'space', 'person', 'retry'.
    waits_for text,
    error text,
    phase text,
    done bigint,
    total bigint,
    ended_at timestamptz
);
CREATE INDEX job_next ON habeas.job (run_at, id) WHERE state = 'waiting';
CREATE INDEX job_lease ON habeas.job (lease_until) WHERE state = 'running';
CREATE INDEX job_request ON habeas.job (request_id);
CREATE UNIQUE INDEX job_one_export ON habeas.job (request_id)
    WHERE kind = 'export' AND state IN ('waiting', 'running');
CREATE UNIQUE INDEX job_one_duty ON habeas.job (kind)
    WHERE kind IN ('expire', 'checkpoint') AND state IN ('waiting', 'running');
CREATE INDEX job_dead ON habeas.job (ended_at) WHERE state = 'dead';
CREATE INDEX job_ended ON habeas.job (kind, ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE habeas.queue_pause (
    kind text PRIMARY KEY,
    at timestamptz NOT NULL,
    actor text NOT NULL
);

CREATE TABLE habeas.archive (
    request_id uuid NOT NULL REFERENCES habeas.request ON DELETE CASCADE,
    part integer NOT NULL CHECK (part > 0),
    object text NOT NULL UNIQUE,
    -- What the person's browser saves it as.
    file_name text NOT NULL,
    bytes bigint NOT NULL CHECK (bytes >= 0),
    sha256 bytea,
    made_at timestamptz NOT NULL,
    destroyed_at timestamptz,
    PRIMARY KEY (request_id, part, object)
);
CREATE UNIQUE INDEX archive_live ON habeas.archive (request_id, part) WHERE destroyed_at IS NULL;

CREATE TABLE habeas.link (
    id uuid PRIMARY KEY,
    request_id uuid NOT NULL REFERENCES habeas.request ON DELETE CASCADE,
    token_hash bytea NOT NULL UNIQUE,
    -- The token, sealed: mails that carry it are written later.
    box bytea NOT NULL,
    made_at timestamptz NOT NULL,
    actor text NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    renewals integer NOT NULL DEFAULT 0
);
CREATE INDEX link_request ON habeas.link (request_id, made_at);
ALTER TABLE habeas.code ADD FOREIGN KEY (link_id) REFERENCES habeas.link ON DELETE CASCADE;

CREATE TABLE habeas.download_session (
    hash bytea PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    link_id uuid NOT NULL REFERENCES habeas.link ON DELETE CASCADE,
    method text NOT NULL,
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX download_session_link ON habeas.download_session (link_id);

-- The receipt: which bytes of which part went out to whom.
CREATE TABLE habeas.download (
    session_id uuid NOT NULL REFERENCES habeas.download_session (id) ON DELETE CASCADE,
    part integer NOT NULL,
    object text NOT NULL,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    transfers integer NOT NULL,
    sent bigint NOT NULL,
    covered int8multirange NOT NULL,
    completed_at timestamptz,
    PRIMARY KEY (session_id, part)
);

CREATE TABLE habeas.staff (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    roles text[] NOT NULL CHECK (roles <@ ARRAY['support', 'compliance', 'auditor', 'admin'] AND roles <> '{}'),
    -- `sub` of the sign-in service, if it is used.
    oidc_subject text UNIQUE,
    made_at timestamptz NOT NULL,
    ended_at timestamptz
);

CREATE TABLE habeas.staff_token (
    id text PRIMARY KEY CHECK (id ~ '^[0-9a-f]{16}$'),
    staff_id uuid NOT NULL REFERENCES habeas.staff ON DELETE CASCADE,
    hash bytea NOT NULL,
    scopes text[] NOT NULL,
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    used_at timestamptz
);
CREATE INDEX staff_token_staff ON habeas.staff_token (staff_id);

CREATE TABLE habeas.notice (
    id uuid PRIMARY KEY,
    request_id uuid REFERENCES habeas.request ON DELETE CASCADE,
    claim_id uuid REFERENCES habeas.claim ON DELETE CASCADE,
    kind text NOT NULL,
    -- Where it goes: the address on file now, the one on file before, the one given, the claim's, the operators'.
    recipient text NOT NULL CHECK (recipient IN ('on_file', 'former', 'contact', 'claim', 'operators')),
    language text NOT NULL,
    -- Codes and ids a template needs, as JSON; never personal data.
    facts text NOT NULL DEFAULT '{}',
    made_at timestamptz NOT NULL,
    not_before timestamptz,
    state text NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'handed_over', 'failed', 'bounced', 'withheld', 'cancelled')),
    smtp_code integer,
    error text,
    handed_over_at timestamptz,
    ended_at timestamptz
);
CREATE INDEX notice_request ON habeas.notice (request_id, made_at);
CREATE INDEX notice_claim ON habeas.notice (claim_id);

CREATE TABLE habeas.webhook_event (
    id uuid PRIMARY KEY,
    request_id uuid REFERENCES habeas.request ON DELETE CASCADE,
    endpoint text NOT NULL,
    body text NOT NULL,
    made_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'accepted', 'failed')),
    status integer,
    error text,
    ended_at timestamptz
);
CREATE INDEX webhook_event_request ON habeas.webhook_event (request_id, made_at);

CREATE TABLE habeas.idempotency (
    actor text NOT NULL,
    key_hash bytea NOT NULL,
    fingerprint bytea NOT NULL,
    status integer NOT NULL,
    body bytea NOT NULL,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (actor, key_hash)
);
CREATE INDEX idempotency_age ON habeas.idempotency (made_at);
