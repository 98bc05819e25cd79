-- Backups: what is known of the copies of everybody who was erased.

CREATE TABLE habeas.backup_watch (
    request_id uuid PRIMARY KEY REFERENCES habeas.request ON DELETE CASCADE,
    erased_at timestamptz NOT NULL,
    looked_at timestamptz NOT NULL,
    standing text NOT NULL CHECK (standing IN ('purged', 'may_hold_bytes', 'can_resurrect', 'unknown')),
    stage text NOT NULL CHECK (stage IN ('calm', 'warn', 'break_glass', 'breach')),
    -- Each copy: names of copies and backups, as JSON.
    copies text NOT NULL,
    -- When the last copy goes; null when nothing is left, or no end can be foretold.
    until timestamptz,
    -- The day that the person was told last.
    told_until date
);
CREATE INDEX backup_watch_open ON habeas.backup_watch (stage, until) WHERE standing <> 'purged';

ALTER TABLE habeas.job
    DROP CONSTRAINT job_kind_check,
    ADD CONSTRAINT job_kind_check CHECK (kind IN (
        'resolve', 'export', 'mail', 'webhook', 'expire', 'checkpoint', 'deadlines', 'plan', 'erase', 'retention', 'backups'));
DROP INDEX habeas.job_one_duty;
CREATE UNIQUE INDEX job_one_duty ON habeas.job (kind)
    WHERE kind IN ('expire', 'checkpoint', 'deadlines', 'retention', 'backups') AND state IN ('waiting', 'running');
