-- The audit chain: one function appends, nobody changes.

DO $$ BEGIN CREATE ROLE habeas_audit NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;

CREATE TABLE habeas.audit_entry (
    seq bigint PRIMARY KEY,
    at timestamptz NOT NULL,
    action text NOT NULL,
    actor text NOT NULL,
    request_id uuid,
    subject_hash bytea,
    -- A JSON object as it was hashed.
    facts text NOT NULL,
    previous bytea NOT NULL,
    hash bytea NOT NULL
);
CREATE INDEX audit_entry_request ON habeas.audit_entry (request_id, seq);
CREATE INDEX audit_entry_subject ON habeas.audit_entry (subject_hash, seq);

-- The chain's end.
CREATE TABLE habeas.audit_head (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    seq bigint NOT NULL,
    at timestamptz NOT NULL,
    hash bytea NOT NULL
);
INSERT INTO habeas.audit_head (seq, at, hash)
    VALUES (0, timestamptz 'epoch', decode(repeat('00', 32), 'hex'));

-- Signed statements that the chain stood thus; of kind 'pruned' also that what lies before was removed at its end.
CREATE TABLE habeas.audit_checkpoint (
    seq bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('standing', 'pruned')),
    document text NOT NULL,
    signature bytea NOT NULL CHECK (octet_length(signature) = 64),
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (seq, kind)
);

-- The text that is hashed, docs/audit-log.md.
CREATE FUNCTION habeas.audit_text(
    seq bigint, at timestamptz, action text, actor text, request_id uuid, subject_hash bytea, facts text, previous bytea
) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN 'habeas-audit-1' || E'\n' || seq || E'\n' || (extract(epoch FROM at) * 1000000)::bigint || E'\n' || action
        || E'\n' || actor || E'\n' || coalesce(request_id::text, '-') || E'\n'
        || coalesce(encode(subject_hash, 'hex'), '-') || E'\n' || facts || E'\n' || encode(previous, 'hex') || E'\n';

-- Appends one entry and gives its number. Whoever holds the head holds it until the end of the transaction, so the
-- chain's order is the order of commits.
CREATE FUNCTION habeas.audit_append(
    wanted_action text, wanted_actor text, wanted_request uuid, wanted_subject bytea, wanted_facts text
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    head habeas.audit_head;
    fact record;
    now_at timestamptz;
    new_hash bytea;
BEGIN
    IF wanted_action !~ '^[a-z][a-z0-9-]{0,30}(\.[a-z][a-z0-9-]{0,40}){1,2}$' THEN
        RAISE EXCEPTION 'the action is no code' USING ERRCODE = 'check_violation';
    END IF;
    IF wanted_actor !~ '^(person|system|operator|product|staff:[0-9a-f-]{36}|operator:[0-9a-f]{16})$' THEN
        RAISE EXCEPTION 'the actor is no code' USING ERRCODE = 'check_violation';
    END IF;
    IF octet_length(wanted_subject) <> 32 OR octet_length(wanted_facts) > 4000 THEN
        RAISE EXCEPTION 'the subject is no hash, or there are too many facts' USING ERRCODE = 'check_violation';
    END IF;
    -- Codes, numbers, instants, ids and hashes only: nothing that could be a name, an address or a sentence. A ticket of
    -- another system may have capitals, and has a digit.
    FOR fact IN SELECT * FROM jsonb_each_text(wanted_facts::jsonb) LOOP
        IF fact.key !~ '^[a-z][a-z_]{0,39}$' OR fact.value IS NULL OR fact.value !~ (
            '^([a-z0-9._-]{1,64}'
            '|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?Z)$')
            AND NOT (fact.key = 'ticket' AND fact.value ~ '^[A-Za-z0-9._:-]{1,40}$' AND fact.value ~ '[0-9]') THEN
            RAISE EXCEPTION 'a fact is no code' USING ERRCODE = 'check_violation';
        END IF;
    END LOOP;
    -- One text for the same facts: keys sorted, each once, all values texts, nothing between them.
    IF wanted_facts IS DISTINCT FROM (
        SELECT '{' || coalesce(string_agg(format('"%s":"%s"', key, value), ',' ORDER BY key COLLATE "C"), '') || '}'
        FROM jsonb_each_text(wanted_facts::jsonb)) THEN
        RAISE EXCEPTION 'the facts are not in their canonical form' USING ERRCODE = 'check_violation';
    END IF;
    SELECT * INTO STRICT head FROM habeas.audit_head FOR UPDATE;
    now_at := greatest(date_trunc('microseconds', clock_timestamp()), head.at);
    new_hash := sha256(convert_to(habeas.audit_text(head.seq + 1, now_at, wanted_action, wanted_actor, wanted_request,
        wanted_subject, wanted_facts, head.hash), 'UTF8'));
    INSERT INTO habeas.audit_entry VALUES (head.seq + 1, now_at, wanted_action, wanted_actor, wanted_request,
        wanted_subject, wanted_facts, head.hash, new_hash);
    UPDATE habeas.audit_head SET seq = head.seq + 1, at = now_at, hash = new_hash;
    RETURN head.seq + 1;
END $$;

CREATE FUNCTION habeas.audit_record_checkpoint(
    wanted_seq bigint, wanted_kind text, wanted_document text, wanted_signature bytea
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM habeas.audit_entry WHERE seq = wanted_seq) THEN
        RAISE EXCEPTION 'there is no such entry' USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO habeas.audit_checkpoint (seq, kind, document, signature)
        VALUES (wanted_seq, wanted_kind, wanted_document, wanted_signature) ON CONFLICT DO NOTHING;
END $$;

-- Removes entries whose own retention is over, up to one that a signed checkpoint of kind 'pruned' names. Two years at
-- least: 11 CCR 7101(a).
CREATE FUNCTION habeas.audit_prune(last_seq bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    removed bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM habeas.audit_checkpoint WHERE seq = last_seq AND kind = 'pruned') THEN
        RAISE EXCEPTION 'no signed checkpoint of a pruning ends there' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM habeas.audit_entry
               WHERE seq <= last_seq AND at > clock_timestamp() - interval '24 months') THEN
        RAISE EXCEPTION 'an entry of the last 24 months would go' USING ERRCODE = 'check_violation';
    END IF;
    DELETE FROM habeas.audit_entry WHERE seq <= last_seq;
    GET DIAGNOSTICS removed = ROW_COUNT;
    RETURN removed;
END $$;

ALTER TABLE habeas.audit_entry OWNER TO habeas_audit;
ALTER TABLE habeas.audit_head OWNER TO habeas_audit;
ALTER TABLE habeas.audit_checkpoint OWNER TO habeas_audit;
ALTER FUNCTION habeas.audit_append OWNER TO habeas_audit;
ALTER FUNCTION habeas.audit_record_checkpoint OWNER TO habeas_audit;
ALTER FUNCTION habeas.audit_prune OWNER TO habeas_audit;
GRANT USAGE ON SCHEMA habeas TO habeas_audit;
REVOKE ALL ON FUNCTION habeas.audit_append, habeas.audit_record_checkpoint, habeas.audit_prune FROM PUBLIC;
