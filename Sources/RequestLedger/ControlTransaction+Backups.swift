package import RightsCore

/// What is known of copies in backups.
extension ControlTransaction {
    /// Erasures that are done, and of whose copies nobody has looked since; the longest unseen first.
    package func requestsToWatch(lookedBefore: Instant, limit: Int) async throws -> [RequestID] {
        try await rows(
            """
            SELECT r.id FROM habeas.request AS r LEFT JOIN habeas.backup_watch AS w ON w.request_id = r.id
             WHERE r.state IN ('erased', 'erased_with_retention')
               AND (w.looked_at IS NULL OR w.looked_at < habeas.instant($1))
             ORDER BY w.looked_at NULLS FIRST, r.id LIMIT $2
            """, [lookedBefore.sql, String(limit)]
        ).map { row throws(LedgerError) in
            var row = row
            return try row.value { RequestID($0) }
        }
    }

    /// What was last seen of a request's copies; nil before anybody looked.
    package func backupWatch(of id: RequestID) async throws -> BackupWatch? {
        try await first(
            "SELECT \(BackupWatch.columns) FROM habeas.backup_watch WHERE request_id = $1", [id.text]
        ).map { row throws(LedgerError) in try BackupWatch(row) }
    }

    /// All that are not over, the most urgent first.
    package func openBackupWatches(limit: Int) async throws -> [BackupWatch] {
        try await rows(
            """
            SELECT \(BackupWatch.columns) FROM habeas.backup_watch WHERE standing <> 'purged'
             ORDER BY erased_at, request_id LIMIT $1
            """, [String(limit)]
        ).map { row throws(LedgerError) in try BackupWatch(row) }
    }

    /// How many erasures have copies left.
    package func backupCount(now: Instant) async throws -> BackupCount {
        guard
            var row = try await first(
                """
                SELECT count(*), count(*) FILTER (WHERE stage = 'warn'), count(*) FILTER (WHERE stage = 'break_glass'),
                       count(*) FILTER (WHERE stage = 'breach'),
                       count(*) FILTER (WHERE greatest(looked_at, erased_at) < habeas.instant($1) - interval '2 days')
                  FROM habeas.backup_watch WHERE standing <> 'purged'
                """, [now.sql])
        else { return BackupCount(open: 0, warn: 0, breakGlass: 0, breach: 0, unread: 0) }
        return BackupCount(
            open: try row.int(), warn: try row.int(), breakGlass: try row.int(), breach: try row.int(),
            unread: try row.int())
    }

    /// When the oldest erasure was of which a copy is left, or of which nobody looked yet; then its request's arrival, which
    /// came before. Nil when there is none.
    package func oldestErasureWithCopies() async throws -> Instant? {
        try await first(
            """
            SELECT habeas.micros(min(moment)) FROM (
                SELECT erased_at FROM habeas.backup_watch WHERE standing <> 'purged'
                UNION ALL
                SELECT r.received_at FROM habeas.request AS r LEFT JOIN habeas.backup_watch AS w ON w.request_id = r.id
                 WHERE r.state IN ('erased', 'erased_with_retention') AND w.request_id IS NULL
            ) AS left_over (moment)
            """, []
        ).flatMap { row throws(LedgerError) in
            var row = row
            return try row.optionalInstant()
        }
    }

    /// Writes down what was seen.
    package func store(_ watch: BackupWatch) async throws {
        try await execute(
            """
            INSERT INTO habeas.backup_watch
                (request_id, erased_at, looked_at, standing, stage, copies, until, told_until)
            VALUES ($1, habeas.instant($2), habeas.instant($3), $4, $5, $6, habeas.instant($7), $8::date)
            ON CONFLICT (request_id) DO UPDATE SET looked_at = excluded.looked_at, standing = excluded.standing,
                stage = excluded.stage, copies = excluded.copies, until = excluded.until,
                told_until = excluded.told_until
            """,
            [
                watch.request.text, watch.erasedAt.sql, watch.lookedAt.sql, watch.standing, watch.stage, watch.copies,
                watch.until?.sql, watch.toldUntil?.description,
            ])
    }
}
