internal import PostgresAccess
package import RightsCore

/// What opening a request gave.
package enum OpenOutcome: Sendable {
    /// It is new.
    case opened
    /// One is open already for that person, right and scope.
    case alreadyOpen(RequestRecord)
}

/// Which requests are listed.
package struct RequestFilter: Sendable {
    /// Only in these states; any when empty.
    package var states: [RequestState] = []
    /// Only of this right.
    package var right: RequestRight?
    /// Only under this law.
    package var regime: String?
    /// Only what came this way.
    package var channel: Channel?
    /// Only of this person.
    package var subject: Hash256?
    /// Only what one of the staff looks after.
    package var assignee: StaffID?
    /// Only what was received before this one.
    package var before: (receivedAt: Instant, id: RequestID)?
    /// At most so many.
    package var limit = 50

    /// Everything, the newest first.
    package init() {}
}

/// What may name a person, and is stored sealed.
package enum SealedKind: String, Sendable {
    /// Who it is, as the data map names people.
    case subject
    /// The address on file when they showed who they are.
    case onFile = "on_file"
    /// Another address they want answers at.
    case contact
    /// The records an erasure is about.
    case records
    /// By what recipients know the person, until each of them has been told or has a duty of its own.
    case identifiers
    /// Whom an erasure is about, as they were before its first row went, until it is proved.
    case known
}

extension ControlTransaction {
    // MARK: opening

    /// Writes a request down, unless one is open for that person, right and scope.
    package func open(_ request: RequestRecord) async throws -> OpenOutcome {
        let isNew = try await touched(
            """
            INSERT INTO habeas.request (id, asked_right, regime, channel, received_at, opened_at, actor, subject_hash,
                scope_hash, collections, format, language, zone, state, state_since, ticket, received_offset, also_under)
            VALUES ($1, $2, $3, $4, habeas.instant($5), habeas.instant($6), $7, $8, $9, $10, $11, $12, $13, 'received',
                habeas.instant($6), $14, $15, $16)
            ON CONFLICT (subject_hash, asked_right, scope_hash)
                WHERE \(RequestState.openSQL)
                DO NOTHING
            RETURNING id
            """,
            [
                request.id.text, request.right.rawValue, request.regime, request.channel.rawValue,
                request.receivedAt.sql, request.openedAt.sql, request.actor, request.subject.sql, request.scope.sql,
                request.collections.sqlArray, request.format.rawValue, request.language.rawValue, request.zone,
                request.ticket, String(request.receivedOffset), request.alsoUnder.sqlArray,
            ])
        if isNew { return .opened }
        guard let live = try await openRequest(request.subject, request.right, request.scope) else {
            // It was carried out between the two statements.
            return try await open(request)
        }
        return .alreadyOpen(live)
    }

    /// The open request of a person, right and scope, locked.
    package func openRequest(
        _ subject: Hash256, _ right: RequestRight, _ scope: Hash256
    ) async throws -> RequestRecord? {
        try await first(
            """
            SELECT \(RequestRecord.columns) FROM habeas.request
            WHERE subject_hash = $1 AND asked_right = $2 AND scope_hash = $3 AND \(RequestState.openSQL) FOR UPDATE
            """, [subject.sql, right.rawValue, scope.sql]
        ).map { row throws(LedgerError) in try RequestRecord(row) }
    }

    // MARK: reading

    /// A request; nil when there is none of that id.
    ///
    /// - Parameter isLocked: whether nobody else may change it until the transaction ends.
    package func request(_ id: RequestID, isLocked: Bool = false) async throws -> RequestRecord? {
        try await first(
            "SELECT \(RequestRecord.columns) FROM habeas.request WHERE id = $1" + (isLocked ? " FOR UPDATE" : ""),
            [id.text]
        ).map { row throws(LedgerError) in try RequestRecord(row) }
    }

    /// Requests that pass a filter, the newest first.
    package func requests(_ filter: RequestFilter) async throws -> [RequestRecord] {
        try await rows(
            """
            SELECT \(RequestRecord.columns) FROM habeas.request
            WHERE (cardinality($1::text[]) = 0 OR state = ANY ($1)) AND ($2::text IS NULL OR asked_right = $2)
                AND ($3::text IS NULL OR regime = $3) AND ($4::bytea IS NULL OR subject_hash = $4)
                AND ($5::bigint IS NULL OR (received_at, id) < (habeas.instant($5), $6::uuid))
                AND ($8::uuid IS NULL OR assignee = $8) AND ($9::text IS NULL OR channel = $9)
            ORDER BY received_at DESC, id DESC LIMIT $7
            """,
            [
                filter.states.map(\.rawValue).sqlArray, filter.right?.rawValue, filter.regime, filter.subject?.sql,
                filter.before?.receivedAt.sql, filter.before?.id.text, String(filter.limit), filter.assignee?.text,
                filter.channel?.rawValue,
            ]
        ).map { row throws(LedgerError) in try RequestRecord(row) }
    }

    /// Requests whose person hasn't shown who they are since an instant, the oldest first.
    package func requestsWithoutIdentity(since: Instant, limit: Int) async throws -> [RequestID] {
        try await rows(
            """
            SELECT id FROM habeas.request
            WHERE state IN ('received', 'verifying') AND state_since < habeas.instant($1)
            ORDER BY state_since LIMIT $2
            """, [since.sql, String(limit)]
        ).map { row in
            var row = row
            return try row.value { RequestID($0) }
        }
    }

    /// Requests that were closed before an instant and have no archive any more, locked, the oldest first.
    package func closedRequests(before: Instant, limit: Int) async throws -> [RequestRecord] {
        // What is closed so long was received before then, too: that is what the index is about.
        try await rows(
            """
            SELECT \(RequestRecord.columns) FROM habeas.request r
            WHERE state IN ('fulfilled', 'refused', 'cancelled', 'expired') AND received_at < habeas.instant($1)
                AND state_since < habeas.instant($1)
                AND NOT EXISTS (SELECT FROM habeas.archive a WHERE a.request_id = r.id AND a.destroyed_at IS NULL)
                AND NOT EXISTS (SELECT FROM habeas.held_erasure h WHERE h.request_id = r.id)
            ORDER BY received_at LIMIT $2 FOR UPDATE SKIP LOCKED
            """, [before.sql, String(limit)]
        ).map { row throws(LedgerError) in try RequestRecord(row) }
    }

    // MARK: forgetting

    /// Removes a request with all that belongs to it: boxes, words, claims, links, receipts, notices, jobs.
    package func forget(_ request: RequestID) async throws {
        try await execute("DELETE FROM habeas.request WHERE id = $1", [request.text])
    }

    /// Removes claims that led to no request, with the attempts to prove them.
    package func forgetClaims(receivedBefore: Instant, limit: Int) async throws {
        try await execute(
            """
            WITH gone AS (
                DELETE FROM habeas.claim WHERE id IN (
                    SELECT id FROM habeas.claim WHERE request_id IS NULL AND received_at < habeas.instant($1)
                    ORDER BY received_at LIMIT $2 FOR UPDATE SKIP LOCKED)
                RETURNING id)
            DELETE FROM habeas.verification v USING gone WHERE v.claim_id = gone.id AND v.request_id IS NULL
            """, [receivedBefore.sql, String(limit)])
    }

    /// Removes words of reasons and notices that belong to no request and no claim.
    package func forgetLooseRecords(before: Instant) async throws {
        try await execute(
            "DELETE FROM habeas.words WHERE request_id IS NULL AND at < habeas.instant($1)", [before.sql])
        try await execute(
            """
            DELETE FROM habeas.notice
            WHERE request_id IS NULL AND claim_id IS NULL AND made_at < habeas.instant($1)
            """, [before.sql])
    }

    // MARK: changing

    /// Stores what may change in a request's life. The row must be locked by ``request(_:isLocked:)``.
    package func store(_ request: RequestRecord) async throws {
        try await execute(
            """
            UPDATE habeas.request SET state = $2, paused_from = $3, state_since = habeas.instant($4), outcome = $5,
                assurance = $6, vouched_by = $7, needs_release = $8, confirmed_at = habeas.instant($9),
                ready_at = habeas.instant($10), delivered_at = habeas.instant($11), keep_until = habeas.instant($12),
                executed_at = habeas.instant($13), closed_at = habeas.instant($14), contents = $15, format = $16,
                acknowledged_at = habeas.instant($17), answered_at = habeas.instant($18), assignee = $19,
                resumed_at = habeas.instant($20)
            WHERE id = $1
            """,
            [
                request.id.text, request.state.rawValue, request.life.pausedFrom?.rawValue, request.stateSince.sql,
                request.outcome, String(request.assurance), request.vouchedBy?.text, String(request.needsRelease),
                request.confirmedAt?.sql, request.readyAt?.sql, request.deliveredAt?.sql, request.keepUntil?.sql,
                request.executedAt?.sql, request.closedAt?.sql, request.contents, request.format.rawValue,
                request.acknowledgedAt?.sql, request.answeredAt?.sql, request.assignee?.text,
                request.resumedAt?.sql,
            ])
    }

    // MARK: sealed

    /// Stores a box beside a request; one of the same kind is replaced.
    package func seal(
        _ box: [UInt8], as kind: SealedKind, of request: RequestID, usableFrom: Instant? = nil
    ) async throws {
        try await execute(
            """
            INSERT INTO habeas.sealed (request_id, kind, box, usable_from) VALUES ($1, $2, $3, habeas.instant($4))
            ON CONFLICT (request_id, kind) DO UPDATE SET box = excluded.box, usable_from = excluded.usable_from
            """, [request.text, kind.rawValue, box.sql, usableFrom?.sql])
    }

    /// Sets from when on a box may be used; nil while that isn't known.
    package func setUsable(_ kind: SealedKind, of request: RequestID, from: Instant?) async throws {
        try await execute(
            "UPDATE habeas.sealed SET usable_from = habeas.instant($3) WHERE request_id = $1 AND kind = $2",
            [request.text, kind.rawValue, from?.sql])
    }

    /// A box beside a request, and from when on it may be used.
    package func sealed(_ kind: SealedKind, of request: RequestID) async throws -> (box: [UInt8], from: Instant?)? {
        guard
            var row = try await first(
                "SELECT box, habeas.micros(usable_from) FROM habeas.sealed WHERE request_id = $1 AND kind = $2",
                [request.text, kind.rawValue])
        else { return nil }
        return (try row.bytes(), try row.optionalInstant())
    }

    /// Forgets a box.
    package func forget(_ kind: SealedKind, of request: RequestID) async throws {
        try await execute(
            "DELETE FROM habeas.sealed WHERE request_id = $1 AND kind = $2", [request.text, kind.rawValue])
    }

    /// Stores the words of a reason; the chain holds their salted hash.
    package func keepWords(
        _ box: [UInt8], id: EventID, of request: RequestID?, at now: Instant
    ) async throws {
        try await execute(
            "INSERT INTO habeas.words (id, request_id, at, box) VALUES ($1, $2, habeas.instant($3), $4)",
            [id.text, request?.text, now.sql, box.sql])
    }

    /// The words of a request's reasons, sealed, by the id the chain names.
    package func words(of request: RequestID) async throws -> [EventID: [UInt8]] {
        var words: [EventID: [UInt8]] = [:]
        for var row in try await rows("SELECT id, box FROM habeas.words WHERE request_id = $1", [request.text]) {
            words[try row.value { EventID($0) }] = try row.bytes()
        }
        return words
    }

    // MARK: evidence of identity

    /// Records an attempt to show who somebody is: kinds of evidence, never values.
    package func record(_ verification: VerificationRecord) async throws {
        try await execute(
            """
            INSERT INTO habeas.verification (id, request_id, claim_id, at, method, evidence, assurance, is_accepted, actor)
            VALUES ($1, $2, $3, habeas.instant($4), $5, $6, $7, $8, $9)
            """,
            [
                verification.id.text, verification.request?.text, verification.claim?.text, verification.at.sql,
                verification.method, verification.evidence.sqlArray, String(verification.assurance),
                String(verification.isAccepted), verification.actor,
            ])
    }

    /// The attempts of a request, in their order.
    package func verifications(of request: RequestID) async throws -> [VerificationRecord] {
        try await rows(
            """
            SELECT v.id, v.request_id, v.claim_id, habeas.micros(v.at), v.method, array_to_string(v.evidence, ','),
                v.assurance, v.is_accepted, v.actor
            FROM habeas.verification v LEFT JOIN habeas.claim c ON c.id = v.claim_id
            WHERE coalesce(v.request_id, c.request_id) = $1 ORDER BY v.at, v.id
            """, [request.text]
        ).map { row throws(LedgerError) in try VerificationRecord(row) }
    }
}

/// An attempt to show who somebody is.
package struct VerificationRecord: Sendable {
    package let id: EventID
    package let request: RequestID?
    package let claim: ClaimID?
    package let at: Instant
    /// `mailed-code`, `product-session`, `vouched`.
    package let method: String
    /// Kinds of evidence, as codes.
    package let evidence: [String]
    /// As ``RequestRecord/assurance``.
    package let assurance: Int
    package let isAccepted: Bool
    package let actor: String

    /// An attempt by its parts.
    package init(
        id: EventID, request: RequestID?, claim: ClaimID?, at: Instant, method: String, evidence: [String],
        assurance: Int, isAccepted: Bool, actor: String
    ) {
        self.id = id
        self.request = request
        self.claim = claim
        self.at = at
        self.method = method
        self.evidence = evidence
        self.assurance = assurance
        self.isAccepted = isAccepted
        self.actor = actor
    }

    init(_ row: LedgerRow) throws(LedgerError) {
        var row = row
        id = try row.value { EventID($0) }
        request = try row.optionalValue { RequestID($0) }
        claim = try row.optionalValue { ClaimID($0) }
        at = try row.instant()
        method = try row.text()
        evidence = try row.list()
        assurance = try row.int()
        isAccepted = try row.flag()
        actor = try row.text()
    }
}
