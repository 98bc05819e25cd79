package import RightsCore

/// One part of an archive, sealed in the object store.
package struct ArchiveRecord: Sendable {
    package let request: RequestID
    /// 1 is the first.
    package let part: Int
    /// The object's name in the store.
    package let object: String
    /// What a browser saves it as.
    package let fileName: String
    /// Its size unsealed.
    package let bytes: UInt64
    package let madeAt: Instant
    package let destroyedAt: Instant?

    /// A part by its parts.
    package init(
        request: RequestID, part: Int, object: String, fileName: String, bytes: UInt64, madeAt: Instant,
        destroyedAt: Instant? = nil
    ) {
        self.request = request
        self.part = part
        self.object = object
        self.fileName = fileName
        self.bytes = bytes
        self.madeAt = madeAt
        self.destroyedAt = destroyedAt
    }

    static let columns = """
        request_id, part, object, file_name, bytes, habeas.micros(made_at), habeas.micros(destroyed_at)
        """

    init(_ row: LedgerRow) throws(LedgerError) {
        var row = row
        request = try row.value { RequestID($0) }
        part = try row.int()
        object = try row.text()
        fileName = try row.text()
        bytes = try row.value { UInt64($0) }
        madeAt = try row.instant()
        destroyedAt = try row.optionalInstant()
    }
}

/// A download link; the token itself is stored sealed.
package struct LinkRecord: Sendable {
    package let id: LinkID
    package let request: RequestID
    /// SHA-256 of the token.
    package let tokenHash: Hash256
    /// The token, sealed.
    package let box: [UInt8]
    package let madeAt: Instant
    package let actor: String
    package let expiresAt: Instant
    package let revokedAt: Instant?
    package let renewals: Int

    /// A link that was just made.
    package init(
        id: LinkID, request: RequestID, tokenHash: Hash256, box: [UInt8], madeAt: Instant, actor: String,
        expiresAt: Instant
    ) {
        self.id = id
        self.request = request
        self.tokenHash = tokenHash
        self.box = box
        self.madeAt = madeAt
        self.actor = actor
        self.expiresAt = expiresAt
        revokedAt = nil
        renewals = 0
    }

    static let columns = """
        id, request_id, token_hash, box, habeas.micros(made_at), actor, habeas.micros(expires_at), \
        habeas.micros(revoked_at), renewals
        """

    init(_ row: LedgerRow) throws(LedgerError) {
        var row = row
        id = try row.value { LinkID($0) }
        request = try row.value { RequestID($0) }
        tokenHash = try row.hash()
        box = try row.bytes()
        madeAt = try row.instant()
        actor = try row.text()
        expiresAt = try row.instant()
        revokedAt = try row.optionalInstant()
        renewals = try row.int()
    }

    /// Whether it opens at an instant.
    package func isLive(at now: Instant) -> Bool { revokedAt == nil && now < expiresAt }
}

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

extension ControlTransaction {
    // MARK: archives

    /// Stores a part that was made.
    package func insert(_ archive: ArchiveRecord) async throws {
        try await execute(
            """
            INSERT INTO habeas.archive (request_id, part, object, file_name, bytes, made_at)
            VALUES ($1, $2, $3, $4, $5, habeas.instant($6))
            """,
            [
                archive.request.text, String(archive.part), archive.object, archive.fileName, String(archive.bytes),
                archive.madeAt.sql,
            ])
    }

    /// The parts of a request's archive that still exist, in their order.
    package func archives(of request: RequestID) async throws -> [ArchiveRecord] {
        try await rows(
            """
            SELECT \(ArchiveRecord.columns) FROM habeas.archive
            WHERE request_id = $1 AND destroyed_at IS NULL ORDER BY part
            """, [request.text]
        ).map { row throws(LedgerError) in try ArchiveRecord(row) }
    }

    /// Whether the control database knows an object of that name as existing.
    package func knowsArchive(object: String) async throws -> Bool {
        try await first("SELECT 1 FROM habeas.archive WHERE object = $1 AND destroyed_at IS NULL", [object]) != nil
    }

    /// Records that a request's archive is destroyed.
    package func markDestroyed(_ request: RequestID, now: Instant) async throws {
        try await execute(
            "UPDATE habeas.archive SET destroyed_at = habeas.instant($2) WHERE request_id = $1 AND destroyed_at IS NULL",
            [request.text, now.sql])
    }

    /// Requests whose archive exists though its time is up, or though they were cancelled.
    package func requestsToDestroy(now: Instant, limit: Int) async throws -> [RequestID] {
        try await rows(
            """
            SELECT DISTINCT r.id FROM habeas.request r JOIN habeas.archive a ON a.request_id = r.id
            WHERE a.destroyed_at IS NULL AND (r.keep_until <= habeas.instant($1) OR r.state IN ('cancelled', 'refused'))
            LIMIT $2
            """, [now.sql, String(limit)]
        ).map { row in
            var row = row
            return try row.value { RequestID($0) }
        }
    }

    // MARK: links

    /// Stores a link.
    package func insert(_ link: LinkRecord) async throws {
        try await execute(
            """
            INSERT INTO habeas.link (id, request_id, token_hash, box, made_at, actor, expires_at)
            VALUES ($1, $2, $3, $4, habeas.instant($5), $6, habeas.instant($7))
            """,
            [
                link.id.text, link.request.text, link.tokenHash.sql, link.box.sql, link.madeAt.sql, link.actor,
                link.expiresAt.sql,
            ])
    }

    /// A link by its id, locked until the transaction ends.
    package func link(_ id: LinkID) async throws -> LinkRecord? {
        try await first("SELECT \(LinkRecord.columns) FROM habeas.link WHERE id = $1 FOR UPDATE", [id.text])
            .map { row throws(LedgerError) in try LinkRecord(row) }
    }

    /// The request that a link belongs to.
    package func requestOfLink(_ id: LinkID) async throws -> RequestID? {
        guard var row = try await first("SELECT request_id FROM habeas.link WHERE id = $1", [id.text]) else {
            return nil
        }
        return try row.value { RequestID($0) }
    }

    /// A link by its token.
    package func link(tokenHash: Hash256) async throws -> LinkRecord? {
        try await first("SELECT \(LinkRecord.columns) FROM habeas.link WHERE token_hash = $1", [tokenHash.sql])
            .map { row throws(LedgerError) in try LinkRecord(row) }
    }

    /// The links of a request, the newest first.
    package func links(of request: RequestID) async throws -> [LinkRecord] {
        try await rows(
            "SELECT \(LinkRecord.columns) FROM habeas.link WHERE request_id = $1 ORDER BY made_at DESC, id DESC",
            [request.text]
        ).map { row throws(LedgerError) in try LinkRecord(row) }
    }

    /// Moves the end of a link.
    package func renew(_ link: LinkID, until: Instant) async throws {
        try await execute(
            "UPDATE habeas.link SET expires_at = habeas.instant($2), renewals = renewals + 1 WHERE id = $1",
            [link.text, until.sql])
    }

    /// Ends a link at once.
    ///
    /// - Returns: whether it was not revoked before.
    @discardableResult
    package func revoke(_ link: LinkID, now: Instant) async throws -> Bool {
        try await touched(
            "UPDATE habeas.link SET revoked_at = habeas.instant($2) WHERE id = $1 AND revoked_at IS NULL RETURNING id",
            [link.text, now.sql])
    }

    // MARK: downloads

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

    /// Notes that a transfer began.
    package func beginTransfer(of archive: ArchiveRecord, session: EventID, now: Instant) async throws {
        try await execute(
            """
            INSERT INTO habeas.download (session_id, part, object, first_at, last_at, transfers, sent, covered)
            VALUES ($1, $2, $3, habeas.instant($4), habeas.instant($4), 1, 0, '{}')
            ON CONFLICT (session_id, part) DO UPDATE SET transfers = habeas.download.transfers + 1,
                last_at = excluded.last_at,
                object = excluded.object,
                covered = CASE WHEN habeas.download.object = excluded.object THEN habeas.download.covered ELSE '{}' END
            """, [session.text, String(archive.part), archive.object, now.sql])
    }

    /// Notes that bytes went out, from the first to before the last.
    ///
    /// - Returns: whether every byte of the part has gone out with these for the first time.
    package func noteTransfer(
        of archive: ArchiveRecord, session: EventID, from first: UInt64, to end: UInt64, now: Instant
    ) async throws -> Bool {
        let isComplete = "covered @> int8range(0, $6::bigint)"
        return try await touched(
            """
            WITH before AS (
                SELECT completed_at FROM habeas.download WHERE session_id = $1 AND part = $2 FOR UPDATE
            ), noted AS (
                UPDATE habeas.download SET sent = sent + ($4::bigint - $3::bigint), last_at = habeas.instant($5),
                    covered = covered + int8multirange(int8range($3::bigint, $4::bigint)),
                    completed_at = CASE
                        WHEN (covered + int8multirange(int8range($3::bigint, $4::bigint))) @> int8range(0, $6::bigint)
                        THEN coalesce(completed_at, habeas.instant($5)) END
                WHERE session_id = $1 AND part = $2 RETURNING \(isComplete) AS is_complete
            )
            SELECT 1 FROM noted, before WHERE is_complete AND before.completed_at IS NULL
            """,
            [session.text, String(archive.part), String(first), String(end), now.sql, String(archive.bytes)])
    }

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
