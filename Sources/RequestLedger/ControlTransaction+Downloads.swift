package import RightsCore

/// A browser that may fetch what a link leads to.
package struct DownloadSessionRecord: Sendable {
    package let hash: Hash256
    package let id: EventID
    package let link: LinkID
    /// `mailed-code` or `session`.
    package let method: String
    package let madeAt: Instant
    package let expiresAt: Instant

    /// A session by its parts.
    package init(hash: Hash256, id: EventID, link: LinkID, method: String, madeAt: Instant, expiresAt: Instant) {
        self.hash = hash
        self.id = id
        self.link = link
        self.method = method
        self.madeAt = madeAt
        self.expiresAt = expiresAt
    }
}

/// What went out of one part to one session.
package struct ReceiptRecord: Sendable {
    package let session: EventID
    package let method: String
    package let part: Int
    package let firstAt: Instant
    package let lastAt: Instant
    /// How many transfers began.
    package let transfers: Int
    /// Bytes sent, repeated ones counted again.
    package let sent: Int
    /// When every byte had gone out at least once; nil before.
    package let completedAt: Instant?

    static let columns = """
        d.session_id, s.method, d.part, habeas.micros(d.first_at), habeas.micros(d.last_at), d.transfers, d.sent, \
        habeas.micros(d.completed_at)
        """

    init(_ row: LedgerRow) throws(LedgerError) {
        var row = row
        session = try row.value { EventID($0) }
        method = try row.text()
        part = try row.int()
        firstAt = try row.instant()
        lastAt = try row.instant()
        transfers = try row.int()
        sent = try row.int()
        completedAt = try row.optionalInstant()
    }
}

/// The receipt of one session: who fetched what, when, and whether all of it.
package struct DownloadRecord: Sendable {
    package let session: EventID
    package let link: LinkID
    /// How whoever opened it showed who they are: `mailed-code` or `session`.
    package let method: String
    package let openedAt: Instant
    /// When the first byte went out; nil when none did.
    package let firstAt: Instant?
    package let lastAt: Instant?
    /// How many transfers began.
    package let transfers: Int
    /// Bytes sent, repeated ones counted again.
    package let sent: Int
    /// Parts of which every byte went out.
    package let completeParts: Int
    /// Parts of the archive.
    package let parts: Int
    /// When the last part was complete.
    package let completedAt: Instant?

    /// Whether every byte of every part went out.
    package var isComplete: Bool { completeParts > 0 && completeParts == parts }

    static let columns = """
        s.id, s.link_id, s.method, habeas.micros(s.made_at), habeas.micros(min(d.first_at)), \
        habeas.micros(max(d.last_at)), coalesce(sum(d.transfers), 0), coalesce(sum(d.sent), 0), count(d.completed_at), \
        habeas.micros(max(d.completed_at))
        """

    init(_ row: LedgerRow) throws(LedgerError) {
        var row = row
        session = try row.value { EventID($0) }
        link = try row.value { LinkID($0) }
        method = try row.text()
        openedAt = try row.instant()
        firstAt = try row.optionalInstant()
        lastAt = try row.optionalInstant()
        transfers = try row.int()
        sent = try row.int()
        completeParts = try row.int()
        let lastCompletedAt = try row.optionalInstant()
        parts = try row.int()
        completedAt = completeParts == parts ? lastCompletedAt : nil
    }
}

extension ControlTransaction {
    // MARK: sessions

    /// Stores a download session.
    package func insert(_ session: DownloadSessionRecord) async throws {
        try await execute(
            """
            INSERT INTO habeas.download_session (hash, id, link_id, method, made_at, expires_at)
            VALUES ($1, $2, $3, $4, habeas.instant($5), habeas.instant($6))
            """,
            [
                session.hash.sql, session.id.text, session.link.text, session.method, session.madeAt.sql,
                session.expiresAt.sql,
            ])
    }

    /// A download session of a link that holds at an instant.
    package func downloadSession(
        _ hash: Hash256, of link: LinkID, now: Instant
    ) async throws -> DownloadSessionRecord? {
        guard
            var row = try await first(
                """
                SELECT id, method, habeas.micros(made_at), habeas.micros(expires_at) FROM habeas.download_session
                WHERE hash = $1 AND link_id = $2 AND expires_at > habeas.instant($3)
                """, [hash.sql, link.text, now.sql])
        else { return nil }
        return DownloadSessionRecord(
            hash: hash, id: try row.value { EventID($0) }, link: link, method: try row.text(),
            madeAt: try row.instant(), expiresAt: try row.instant())
    }

    /// Moves a session of a link to another secret, since who it is was shown again: its receipt goes on.
    ///
    /// - Returns: whether there is such a session.
    package func continueSession(
        _ old: Hash256, as session: DownloadSessionRecord
    ) async throws -> DownloadSessionRecord? {
        guard
            var row = try await first(
                """
                UPDATE habeas.download_session SET hash = $3, method = $4, expires_at = habeas.instant($5)
                WHERE hash = $1 AND link_id = $2 RETURNING id, habeas.micros(made_at)
                """, [old.sql, session.link.text, session.hash.sql, session.method, session.expiresAt.sql])
        else { return nil }
        return DownloadSessionRecord(
            hash: session.hash, id: try row.value { EventID($0) }, link: session.link, method: session.method,
            madeAt: try row.instant(), expiresAt: session.expiresAt)
    }

    /// Whether a part may go out to a session at an instant: link and session hold, the request stands, the archive is
    /// kept.
    package func maySend(
        _ archive: ArchiveRecord, link: LinkID, session: EventID, now: Instant
    ) async throws -> Bool {
        try await first(
            """
            SELECT 1 FROM habeas.download_session s JOIN habeas.link l ON l.id = s.link_id
            JOIN habeas.request r ON r.id = l.request_id JOIN habeas.archive a ON a.request_id = r.id
            WHERE s.id = $1 AND l.id = $2 AND a.object = $3 AND s.expires_at > habeas.instant($4)
                AND l.revoked_at IS NULL AND l.expires_at > habeas.instant($4)
                AND r.state IN ('ready', 'delivered') AND r.keep_until > habeas.instant($4) AND a.destroyed_at IS NULL
            """, [session.text, link.text, archive.object, now.sql]) != nil
    }

    // MARK: bytes

    /// Notes that a transfer began. What an earlier archive of that part gave counts no more.
    package func beginTransfer(of archive: ArchiveRecord, session: EventID, now: Instant) async throws {
        try await execute(
            """
            INSERT INTO habeas.download AS d (session_id, part, object, first_at, last_at, transfers, sent, covered)
            VALUES ($1, $2, $3, habeas.instant($4), habeas.instant($4), 1, 0, '{}')
            ON CONFLICT (session_id, part) DO UPDATE SET transfers = d.transfers + 1, last_at = excluded.last_at,
                object = excluded.object,
                covered = CASE WHEN d.object = excluded.object THEN d.covered ELSE '{}' END,
                completed_at = CASE WHEN d.object = excluded.object THEN d.completed_at END
            """, [session.text, String(archive.part), archive.object, now.sql])
    }

    /// Notes that bytes went out, from the first to before the last.
    ///
    /// - Returns: whether every byte of the part has gone out with these for the first time.
    package func noteTransfer(
        of archive: ArchiveRecord, session: EventID, from first: UInt64, to end: UInt64, now: Instant
    ) async throws -> Bool {
        // Locked first, so that of two that complete it at once only one is told so.
        guard
            var before = try await self.first(
                """
                SELECT completed_at IS NOT NULL FROM habeas.download
                WHERE session_id = $1 AND part = $2 AND object = $3 FOR UPDATE
                """, [session.text, String(archive.part), archive.object]),
            var after = try await self.first(
                """
                UPDATE habeas.download SET sent = sent + ($4::bigint - $3::bigint), last_at = habeas.instant($5),
                    covered = covered + int8multirange(int8range($3, $4)),
                    completed_at = CASE WHEN covered + int8multirange(int8range($3, $4)) @> int8range(0, $6)
                        THEN coalesce(completed_at, habeas.instant($5)) END
                WHERE session_id = $1 AND part = $2 RETURNING completed_at IS NOT NULL
                """,
                [session.text, String(archive.part), String(first), String(end), now.sql, String(archive.bytes)])
        else { return false }
        let wasComplete = try before.flag()
        return try after.flag() && !wasComplete
    }

    // MARK: receipts

    /// Whether every live part of a request was fetched to its last byte, by whomever it was handed to.
    package func isFetched(_ request: RequestID) async throws -> Bool {
        var row = try await first(
            """
            SELECT NOT EXISTS (
                SELECT FROM habeas.archive a WHERE a.request_id = $1 AND a.destroyed_at IS NULL AND NOT EXISTS (
                    SELECT FROM habeas.download d WHERE d.object = a.object AND d.completed_at IS NOT NULL))
            """, [request.text])
        return try row?.flag() ?? false
    }

    /// How many sessions have fetched the whole archive that exists now.
    package func countFetched(_ request: RequestID) async throws -> Int {
        guard
            var row = try await first(
                """
                SELECT count(*) FROM (
                    SELECT FROM habeas.archive a JOIN habeas.download d ON d.object = a.object
                    WHERE a.request_id = $1 AND a.destroyed_at IS NULL AND d.completed_at IS NOT NULL
                    GROUP BY d.session_id
                    HAVING count(*) = (
                        SELECT count(*) FROM habeas.archive b WHERE b.request_id = $1 AND b.destroyed_at IS NULL)
                ) whole
                """, [request.text])
        else { return 0 }
        return try row.int()
    }

    /// The sessions that were opened and what went out to each, the latest first.
    package func downloads(of request: RequestID) async throws -> [DownloadRecord] {
        // Parts that were destroyed together were one archive.
        try await rows(
            """
            SELECT \(DownloadRecord.columns), (
                SELECT count(*) FROM habeas.archive b WHERE b.request_id = $1
                    AND b.destroyed_at IS NOT DISTINCT FROM
                        CASE WHEN bool_or(a.destroyed_at IS NULL) THEN NULL ELSE max(a.destroyed_at) END)
            FROM habeas.download_session s JOIN habeas.link l ON l.id = s.link_id
            LEFT JOIN habeas.download d ON d.session_id = s.id LEFT JOIN habeas.archive a ON a.object = d.object
            WHERE l.request_id = $1 GROUP BY s.id, s.link_id, s.method, s.made_at
            ORDER BY s.made_at DESC, s.id DESC
            """, [request.text]
        ).map { row throws(LedgerError) in try DownloadRecord(row) }
    }

    /// What went out, the latest first.
    package func receipts(of request: RequestID) async throws -> [ReceiptRecord] {
        try await rows(
            """
            SELECT \(ReceiptRecord.columns) FROM habeas.download d
            JOIN habeas.download_session s ON s.id = d.session_id JOIN habeas.link l ON l.id = s.link_id
            WHERE l.request_id = $1 ORDER BY d.last_at DESC, d.session_id, d.part
            """, [request.text]
        ).map { row throws(LedgerError) in try ReceiptRecord(row) }
    }
}
