-- A million requests as years of use leave them; :open of a thousand of them aren't answered yet.
INSERT INTO habeas.request (id, asked_right, regime, channel, received_at, opened_at, actor, subject_hash, scope_hash,
    format, language, state, paused_from, state_since, acknowledged_at, due_end, work_end, acknowledge_end, waits_for,
    waits_since, rules_changed, forecast_end, answered_at, closed_at)
SELECT gen_random_uuid(), (ARRAY['access', 'export', 'erasure'])[1 + n % 3],
    (ARRAY['GDPR', 'GDPR', 'GDPR', 'UK-GDPR', 'CCPA', 'CCPA', 'BR-LGPD', 'CH-DSG', 'US-VA', 'SG-PDPA'])[1 + n / 7 % 10],
    (ARRAY['web', 'product', 'staff'])[1 + n / 11 % 3], received, received, 'person',
    sha256(int4send(n)), sha256(int4send(n % 5)), 'both', 'en', state,
    CASE state WHEN 'paused' THEN 'accepted' END, received,
    CASE WHEN n % 13 <> 0 THEN received + interval '2 hours' END,
    CASE WHEN n % 101 <> 0 THEN date_trunc('day', received) + interval '31 days' END,
    CASE WHEN n % 101 <> 0 THEN date_trunc('day', received) + interval '27 days' END,
    CASE WHEN n % 5 = 0 THEN received + interval '10 days' END,
    CASE WHEN state IN ('paused', 'verifying') AND n % 2 = 0 THEN 'identity' END,
    CASE WHEN state IN ('paused', 'verifying') AND n % 2 = 0 THEN received::date END, n % 503 = 0,
    CASE WHEN state IN ('queued', 'running') THEN now() + (n % 90 - 60) * interval '1 day' END,
    -- A few open ones were answered before: their archives lapsed, and are made again.
    CASE WHEN NOT is_open OR (state IN ('queued', 'failed') AND n % 17 = 0) THEN received + interval '9 days' END,
    CASE WHEN is_open THEN NULL ELSE received + interval '20 days' END
FROM (
    SELECT n, is_open,
        now() - CASE WHEN is_open THEN (n * 37 % 4500) / 100.0 ELSE 60 + n * 37 % 1000 END * interval '1 day' AS received,
        CASE WHEN is_open
            THEN (ARRAY['received', 'verifying', 'accepted', 'queued', 'running', 'paused', 'failed', 'partial'])[
                1 + n / 3 % 8]
            ELSE (ARRAY['ready', 'delivered', 'fulfilled', 'refused', 'cancelled', 'expired'])[1 + n % 6] END AS state
    FROM (SELECT n, n % 1000 < :open AS is_open FROM generate_series(1, :requests) n) numbers) drawn;
INSERT INTO habeas.appeal (request_id, received_at, due_end, work_end)
SELECT id, now(), received_at + interval '90 days', received_at + interval '85 days' FROM habeas.request
WHERE state = 'refused' ORDER BY id LIMIT :requests / 1000;
VACUUM (ANALYZE) habeas.request, habeas.appeal;
