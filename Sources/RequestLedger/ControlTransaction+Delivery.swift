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

    // MARK: ends

    /// Links of archives nobody has fetched that end before an instant and of whose end nobody was warned; none that
    /// lived for less than two days.
    package func endingLinks(before end: Instant, now: Instant, limit: Int) async throws -> [LinkID] {
        try await rows(
            """
            SELECT l.id FROM habeas.link l JOIN habeas.request r ON r.id = l.request_id
            WHERE r.state = 'ready' AND l.revoked_at IS NULL
                AND l.expires_at > habeas.instant($2) AND l.expires_at <= habeas.instant($1)
                AND l.made_at < l.expires_at - interval '2 days'
                AND NOT EXISTS (
                    SELECT FROM habeas.notice n WHERE n.request_id = r.id AND n.kind = 'archive-expires-soon'
                        AND n.made_at >= l.expires_at - (habeas.instant($1) - habeas.instant($2)))
            ORDER BY l.expires_at LIMIT $3
            """, [end.sql, now.sql, String(limit)]
        ).map { row in
            var row = row
            return try row.value { LinkID($0) }
        }
    }

    /// Whether the audit chain has an entry of that kind about a request since an instant.
    package func hasEntry(_ action: String, of request: RequestID, since: Instant) async throws -> Bool {
        try await first(
            "SELECT 1 FROM habeas.audit_entry WHERE request_id = $1 AND action = $2 AND at >= habeas.instant($3) LIMIT 1",
            [request.text, action, since.sql]) != nil
    }
}
