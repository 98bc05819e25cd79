package import RightsCore

/// An answer that was given under an idempotency key.
package struct StoredAnswer: Sendable {
    /// The HTTP status.
    package let status: Int
    /// The body's bytes; where they are stored, sealed.
    package let body: [UInt8]

    /// An answer by its parts.
    package init(status: Int, body: [UInt8]) {
        self.status = status
        self.body = body
    }
}

extension ControlTransaction {
    /// The answer given before under a key; nil when the key is new, and then nobody else may use it until this
    /// transaction ends.
    ///
    /// - Throws: `LedgerError` when the key came with another request before.
    package func answer(under key: Hash256, of actor: String, fingerprint: Hash256) async throws -> StoredAnswer? {
        try await execute(
            "SELECT pg_advisory_xact_lock(hashtextextended($1 || $2, 0))", [actor, key.hex])
        guard
            var row = try await first(
                "SELECT fingerprint, status, body FROM habeas.idempotency WHERE actor = $1 AND key_hash = $2",
                [actor, key.sql])
        else { return nil }
        guard try row.hash() == fingerprint else {
            throw LedgerError(
                .idempotencyMismatch, "this Idempotency-Key came with another request before",
                hint: "use a new key for a new request")
        }
        return StoredAnswer(status: try row.int(), body: try row.bytes())
    }

    /// Keeps the answer of a key.
    package func keep(_ answer: StoredAnswer, under key: Hash256, of actor: String, fingerprint: Hash256) async throws {
        try await execute(
            """
            INSERT INTO habeas.idempotency (actor, key_hash, fingerprint, status, body) VALUES ($1, $2, $3, $4, $5)
            """, [actor, key.sql, fingerprint.sql, String(answer.status), answer.body.sql])
    }

    /// Forgets answers given before an instant.
    package func forgetAnswers(before: Instant) async throws {
        try await execute("DELETE FROM habeas.idempotency WHERE made_at < habeas.instant($1)", [before.sql])
    }
}
