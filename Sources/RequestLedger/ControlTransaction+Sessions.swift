package import RightsCore

/// A browser whose person has shown who they are.
package struct SessionRecord: Sendable {
    /// SHA-256 of the cookie.
    package let hash: Hash256
    /// The keyed hash of the person.
    package let subject: Hash256
    /// `mailed-code` or `product-session`.
    package let method: String
    /// As ``RequestRecord/assurance``.
    package let assurance: Int
    /// Who it is, sealed; nil when the session leads to one request only.
    package let box: [UInt8]?
    /// The one request it leads to; nil for all of the person's.
    package let request: RequestID?
    package let madeAt: Instant
    package let expiresAt: Instant

    /// A session by its parts.
    package init(
        hash: Hash256, subject: Hash256, method: String, assurance: Int, box: [UInt8]?, request: RequestID?,
        madeAt: Instant, expiresAt: Instant
    ) {
        self.hash = hash
        self.subject = subject
        self.method = method
        self.assurance = assurance
        self.box = box
        self.request = request
        self.madeAt = madeAt
        self.expiresAt = expiresAt
    }
}

extension ControlTransaction {
    /// Stores a session.
    package func insert(_ session: SessionRecord) async throws {
        try await execute(
            """
            INSERT INTO habeas.person_session (hash, subject_hash, method, assurance, box, request_id, made_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, habeas.instant($7), habeas.instant($8))
            """,
            [
                session.hash.sql, session.subject.sql, session.method, String(session.assurance), session.box?.sql,
                session.request?.text, session.madeAt.sql, session.expiresAt.sql,
            ])
    }

    /// A session that holds at an instant.
    package func session(_ hash: Hash256, now: Instant) async throws -> SessionRecord? {
        guard
            var row = try await first(
                """
                SELECT subject_hash, method, assurance, box, request_id, habeas.micros(made_at),
                    habeas.micros(expires_at)
                FROM habeas.person_session
                WHERE hash = $1 AND expires_at > habeas.instant($2) AND ended_at IS NULL
                """, [hash.sql, now.sql])
        else { return nil }
        return SessionRecord(
            hash: hash, subject: try row.hash(), method: try row.text(), assurance: try row.int(),
            box: try row.optionalBytes(), request: try row.optionalValue { RequestID($0) },
            madeAt: try row.instant(), expiresAt: try row.instant())
    }

    /// Ends a session.
    package func endSession(_ hash: Hash256, now: Instant) async throws {
        try await execute(
            "UPDATE habeas.person_session SET ended_at = habeas.instant($2) WHERE hash = $1 AND ended_at IS NULL",
            [hash.sql, now.sql])
    }

    /// Forgets sessions that are over.
    package func forgetSessions(endedBefore: Instant) async throws {
        try await execute(
            "DELETE FROM habeas.person_session WHERE coalesce(ended_at, expires_at) < habeas.instant($1)",
            [endedBefore.sql])
    }
}
