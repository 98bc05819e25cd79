-- The clock: the dates the law gives each request, what moved them, who looks after it.

ALTER TABLE habeas.request
    -- Seconds east of Greenwich in which received_at was written: the sender's day.
    ADD received_offset integer NOT NULL DEFAULT 0,
    -- Further regimes whose clocks run beside the first.
    ADD also_under text[] NOT NULL DEFAULT '{}',
    ADD acknowledged_at timestamptz,
    -- When the person had their answer: archive ready, nothing left to do, refused.
    ADD answered_at timestamptz,
    -- The earliest of its clocks, each the first instant after the period: the law's, the one to have it done by
    -- (conservative date or promise), and that for confirming receipt. Null where no number is given.
    ADD due_end timestamptz,
    ADD work_end timestamptz,
    ADD acknowledge_end timestamptz,
    -- The question to the person that holds the clock.
    ADD waits_for text CHECK (waits_for IN ('identity', 'clarification', 'fee')),
    ADD waits_since date,
    -- Whether the rules of today would give other dates: a person decides (habeas.request_clock.proposed).
    ADD rules_changed boolean NOT NULL DEFAULT false,
    -- When the queue will have done it, as far as can be told.
    ADD forecast_end timestamptz,
    ADD assignee uuid REFERENCES habeas.staff;

CREATE INDEX request_opened ON habeas.request (opened_at);
CREATE INDEX request_acknowledge ON habeas.request (acknowledge_end)
    WHERE acknowledged_at IS NULL AND acknowledge_end IS NOT NULL;
CREATE INDEX request_assignee ON habeas.request (assignee) WHERE assignee IS NOT NULL;
-- What is open, by its date: everything the dashboard counts stands in the index.
CREATE INDEX request_due ON habeas.request (due_end, id)
    INCLUDE (work_end, acknowledge_end, acknowledged_at, answered_at, forecast_end, regime, asked_right, channel,
        assignee, state, waits_for, rules_changed)
    WHERE state IN ('received', 'verifying', 'accepted', 'queued', 'running', 'paused', 'failed', 'partial');
CREATE INDEX request_work ON habeas.request (work_end, id)
    WHERE state IN ('received', 'verifying', 'accepted', 'queued', 'running', 'paused', 'failed', 'partial');

-- One clock a regime, and one more for an appeal: the dates with every step, as they were computed.
CREATE TABLE habeas.request_clock (
    request_id uuid NOT NULL REFERENCES habeas.request ON DELETE CASCADE,
    purpose text NOT NULL CHECK (purpose IN ('answer', 'appeal')),
    regime text NOT NULL,
    -- The dates and steps, JSON; the editions of rule, calendar and zone are part of it.
    result text NOT NULL,
    computed_at timestamptz NOT NULL,
    -- What today's rules would give where that differs, JSON: nothing moves before a person accepts it.
    proposed text,
    PRIMARY KEY (request_id, purpose, regime)
);

-- What the person was asked, and when they answered; days in the controller's zone.
CREATE TABLE habeas.clock_question (
    id uuid PRIMARY KEY,
    request_id uuid NOT NULL REFERENCES habeas.request ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('identity', 'clarification', 'fee')),
    asked_on date NOT NULL,
    answered_on date,
    asked_by text NOT NULL,
    -- The mail that asked; null when it was asked another way.
    notice_id uuid,
    CHECK (answered_on >= asked_on)
);
CREATE UNIQUE INDEX clock_question_open ON habeas.clock_question (request_id, kind) WHERE answered_on IS NULL;
CREATE INDEX clock_question_request ON habeas.clock_question (request_id, asked_on);

-- A notice that the answer takes longer. It counts from the day it was delivered.
CREATE TABLE habeas.clock_extension (
    request_id uuid NOT NULL REFERENCES habeas.request ON DELETE CASCADE,
    purpose text NOT NULL CHECK (purpose IN ('answer', 'appeal')),
    reason text NOT NULL,
    -- The mail; null when the person was told another way.
    notice_id uuid,
    delivered_on date,
    announced_on date,
    -- What became of it: 'waiting' for delivery, 'granted', 'late', 'undelivered'.
    state text NOT NULL CHECK (state IN ('waiting', 'granted', 'late', 'undelivered')),
    made_at timestamptz NOT NULL,
    CHECK (state <> 'granted' OR delivered_on IS NOT NULL)
);
CREATE UNIQUE INDEX clock_extension_live ON habeas.clock_extension (request_id, purpose)
    WHERE state IN ('waiting', 'granted');
CREATE INDEX clock_extension_request ON habeas.clock_extension (request_id, made_at);
CREATE INDEX clock_extension_notice ON habeas.clock_extension (notice_id);

-- A person's complaint to the controller about the answer.
CREATE TABLE habeas.appeal (
    request_id uuid PRIMARY KEY REFERENCES habeas.request ON DELETE CASCADE,
    received_at timestamptz NOT NULL,
    received_offset integer NOT NULL DEFAULT 0,
    due_end timestamptz,
    work_end timestamptz,
    decided_at timestamptz,
    outcome text CHECK (outcome IN ('granted', 'denied')),
    CHECK ((decided_at IS NULL) = (outcome IS NULL))
);
CREATE INDEX appeal_due ON habeas.appeal (due_end) WHERE decided_at IS NULL;

-- Who was warned of which date, so that nobody is warned twice.
CREATE TABLE habeas.escalation (
    request_id uuid NOT NULL REFERENCES habeas.request ON DELETE CASCADE,
    purpose text NOT NULL CHECK (purpose IN ('answer', 'appeal', 'acknowledge')),
    work_end timestamptz NOT NULL,
    days_before integer NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (request_id, purpose, work_end, days_before)
);

ALTER TABLE habeas.job
    ADD started_at timestamptz,
    DROP CONSTRAINT job_kind_check,
    ADD CONSTRAINT job_kind_check
        CHECK (kind IN ('resolve', 'export', 'mail', 'webhook', 'expire', 'checkpoint', 'deadlines'));
DROP INDEX habeas.job_one_duty;
CREATE UNIQUE INDEX job_one_duty ON habeas.job (kind)
    WHERE kind IN ('expire', 'checkpoint', 'deadlines') AND state IN ('waiting', 'running');

-- The editions of rules under which all open requests were looked through.
CREATE TABLE habeas.rules_review (
    fingerprint text PRIMARY KEY,
    at timestamptz NOT NULL
);
