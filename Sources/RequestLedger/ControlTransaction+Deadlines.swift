package import RightsCore

/// A date that came so near that somebody is to be warned.
package struct NearDate: Sendable, Hashable {
    /// What it is the date of.
    package enum Purpose: String, Sendable, CaseIterable {
        case answer, appeal
        /// Confirming to the person that their request arrived.
        case acknowledge
    }

    package let request: RequestID
    package let purpose: Purpose
    /// The end of the day to have it done by.
    package let workEnd: Instant
    /// How many days before it this warning belongs to; -1 when it is past.
    package let daysBefore: Int
}

extension ControlTransaction {
    /// Open requests that have no clock yet.
    package func requestsWithoutClock(limit: Int) async throws -> [RequestID] {
        try await rows(
            """
            SELECT id FROM habeas.request r
            WHERE \(RequestState.openSQL) AND due_end IS NULL
                AND NOT EXISTS (SELECT FROM habeas.request_clock c WHERE c.request_id = r.id)
            LIMIT $1
            """, [String(limit)]
        ).map { row throws(LedgerError) in
            var row = row
            return try row.value { RequestID($0) }
        }
    }

    /// When a request was written down last, by whatever clock; nil when none was.
    package func lastOpening() async throws -> Instant? {
        try await instant("SELECT habeas.micros(max(opened_at)) FROM habeas.request")
    }

    /// The database server's clock.
    package func serverTime() async throws -> Instant {
        try await instant("SELECT habeas.micros(clock_timestamp())") ?? Instant(microseconds: 0)
    }

    private func instant(_ sql: String) async throws -> Instant? {
        guard var row = try await first(sql) else { return nil }
        return try row.optionalInstant()
    }

    // MARK: warnings

    /// Writes down that somebody is warned of dates that came near, each distance once.
    ///
    /// - Parameter days: the distances in days; a date that is past counts as -1.
    /// - Returns: what is to be told now, the most urgent first.
    package func takeNearDates(days: [Int], now: Instant, limit: Int) async throws -> [NearDate] {
        try await rows(
            """
            WITH near AS (
                SELECT id AS request_id, 'answer' AS purpose, work_end FROM habeas.request
                WHERE \(RequestState.openSQL) AND work_end <= habeas.instant($2) + (SELECT max(d) + 1 FROM unnest($1::int[]) d)
                    * interval '24 hours'
                UNION ALL
                SELECT id, 'acknowledge', acknowledge_end FROM habeas.request
                WHERE \(RequestState.openSQL) AND acknowledged_at IS NULL AND acknowledge_end <= habeas.instant($2)
                    + (SELECT max(d) + 1 FROM unnest($1::int[]) d) * interval '24 hours'
                UNION ALL
                SELECT request_id, 'appeal', work_end FROM habeas.appeal
                WHERE decided_at IS NULL AND work_end <= habeas.instant($2)
                    + (SELECT max(d) + 1 FROM unnest($1::int[]) d) * interval '24 hours'),
            step AS (
                SELECT request_id, purpose, work_end, (
                    SELECT min(d) FROM unnest($1::int[] || ARRAY[-1]) d
                    WHERE work_end <= habeas.instant($2) + (d + 1) * interval '24 hours') AS days_before
                FROM near)
            INSERT INTO habeas.escalation (request_id, purpose, work_end, days_before, at)
            SELECT s.request_id, s.purpose, s.work_end, s.days_before, habeas.instant($2) FROM step s
            WHERE NOT EXISTS (
                SELECT FROM habeas.escalation e WHERE e.request_id = s.request_id AND e.purpose = s.purpose
                    AND e.work_end = s.work_end AND e.days_before <= s.days_before)
            ORDER BY s.work_end LIMIT $3
            ON CONFLICT DO NOTHING
            RETURNING request_id, purpose, habeas.micros(work_end), days_before
            """, ["{" + days.map(String.init).joined(separator: ",") + "}", now.sql, String(limit)]
        ).map { row throws(LedgerError) in
            var row = row
            return NearDate(
                request: try row.value { RequestID($0) }, purpose: try row.value(NearDate.Purpose.init(rawValue:)),
                workEnd: try row.instant(), daysBefore: try row.int())
        }.sorted { $0.workEnd < $1.workEnd }
    }

    /// Forgets which warnings were given: a request that was answered goes on.
    package func forgetWarnings(of request: RequestID) async throws {
        try await execute("DELETE FROM habeas.escalation WHERE request_id = $1", [request.text])
    }

    // MARK: rules

    /// Whether all open requests were looked through under rules of that fingerprint.
    package func isReviewed(_ fingerprint: String) async throws -> Bool {
        try await first("SELECT 1 FROM habeas.rules_review WHERE fingerprint = $1", [fingerprint]) != nil
    }

    /// Writes down that all open requests were looked through.
    package func noteReviewed(_ fingerprint: String, at: Instant) async throws {
        try await execute("DELETE FROM habeas.rules_review", [])
        try await execute(
            "INSERT INTO habeas.rules_review (fingerprint, at) VALUES ($1, habeas.instant($2))", [fingerprint, at.sql])
    }

    // MARK: forecast

    /// Writes beside each queued or running request when the queue will have done it: the nine-tenths time of the last
    /// week's exports of its weight, for everything whose turn comes first, over the workers there are.
    package func forecast(now: Instant) async throws {
        try await execute(
            """
            WITH speed AS (
                SELECT weight, percentile_cont(0.9) WITHIN GROUP (
                    ORDER BY extract(epoch FROM ended_at - started_at)) AS seconds
                FROM habeas.job
                WHERE kind = 'export' AND state = 'done' AND started_at IS NOT NULL
                    AND ended_at > habeas.instant($1) - interval '7 days'
                GROUP BY weight),
            waiting AS (
                SELECT j.request_id, greatest(j.run_at, habeas.instant($1)) AS from_at, sum(coalesce(
                    (SELECT seconds FROM speed s WHERE s.weight = j.weight),
                    CASE j.weight WHEN 'heavy' THEN 3600 ELSE 60 END)) OVER (ORDER BY j.run_at, j.id) AS seconds
                FROM habeas.job j WHERE j.kind = 'export' AND j.state IN ('waiting', 'running')),
            hands AS (
                SELECT greatest(1, count(DISTINCT worker)) AS count FROM habeas.job
                WHERE state = 'running' AND lease_until > habeas.instant($1)),
            wanted AS (
                SELECT request_id, max(from_at + make_interval(secs => seconds / hands.count)) AS at
                FROM waiting, hands GROUP BY request_id)
            UPDATE habeas.request r SET forecast_end = w.at FROM wanted w
            WHERE r.id = w.request_id
                AND (r.forecast_end IS NULL OR abs(extract(epoch FROM r.forecast_end - w.at)) > 600)
                AND NOT EXISTS (SELECT FROM habeas.queue_pause WHERE kind IN ('export', 'all'))
            """, [now.sql])
        try await execute(
            """
            UPDATE habeas.request SET forecast_end = NULL
            WHERE \(RequestState.openSQL) AND forecast_end IS NOT NULL
                AND (state NOT IN ('queued', 'running')
                    OR EXISTS (SELECT FROM habeas.queue_pause WHERE kind IN ('export', 'all')))
            """, [])
    }
}
