internal import PostgresAccess
package import RightsCore

extension ControlTransaction {
    // MARK: writing

    /// Writes down that somebody must be told.
    package func insert(_ duty: RecipientDuty) async throws {
        try await execute(
            """
            INSERT INTO habeas.recipient_duty (id, request_id, recipient, collections, state, made_at, due_at, changed_at,
                notices, event_id, box, partly)
            VALUES ($1, $2, $3, $4, $5, habeas.instant($6), habeas.instant($7), habeas.instant($6), $8, $9, $10, $11)
            """,
            [
                duty.id.text, duty.request.text, duty.recipient, duty.collections.sqlArray, duty.state.rawValue,
                duty.madeAt.sql, duty.dueAt.sql, String(duty.notices), duty.event?.text, duty.box?.sql,
                duty.partly.sqlArray,
            ])
    }

    /// Stores how far a duty is. Once it is settled, whom it was about is forgotten.
    package func store(_ duty: RecipientDuty, now: Instant) async throws {
        try await execute(
            """
            UPDATE habeas.recipient_duty SET state = $2, told_at = habeas.instant($3), due_at = habeas.instant($4),
                ended_at = habeas.instant($5), outcome = $6, notices = $7, event_id = $8,
                box = CASE WHEN $5::bigint IS NULL THEN box END, changed_at = habeas.instant($9),
                proof_digest = $10, proof_bytes = $11, notice_id = $12
            WHERE id = $1
            """,
            [
                duty.id.text, duty.state.rawValue, duty.toldAt?.sql, duty.dueAt.sql, duty.endedAt?.sql, duty.outcome,
                String(duty.notices), duty.event?.text, now.sql, duty.proof?.digest.sql,
                duty.proof.map { String($0.bytes) }, duty.notice?.text,
            ])
    }

    // MARK: reading

    /// Who must be told of a request's erasure, and whether they know.
    package func recipients(of request: RequestID) async throws -> [RecipientDuty] {
        try await duties("WHERE request_id = $1 ORDER BY recipient, id", [request.text])
    }

    /// A duty, locked until the transaction ends; nil when there is none of that id.
    package func recipient(_ id: EventID) async throws -> RecipientDuty? {
        try await duties("WHERE id = $1 FOR UPDATE", [id.text]).first
    }

    /// The duty that an event of a webhook tells of; nil when it tells of something else, or another one took its place.
    package func recipient(toldBy event: EventID) async throws -> RecipientDuty? {
        try await duties("WHERE event_id = $1 AND ended_at IS NULL FOR UPDATE", [event.text]).first
    }

    /// The duty that a mail tells of; nil when it tells of something else, or another one took its place.
    package func recipient(toldBy notice: NoticeID) async throws -> RecipientDuty? {
        try await duties("WHERE notice_id = $1 AND ended_at IS NULL FOR UPDATE", [notice.text]).first
    }

    /// Duties that pass a filter, the newest first.
    package func recipients(_ filter: RecipientFilter) async throws -> [RecipientDuty] {
        try await duties(
            """
            WHERE ($1::uuid IS NULL OR request_id = $1) AND (cardinality($2::text[]) = 0 OR state = ANY ($2))
                AND ($3::uuid IS NULL OR id < $3)
            ORDER BY id DESC LIMIT $4
            """,
            [
                filter.request?.text, filter.states.map(\.rawValue).sqlArray, filter.before?.text,
                String(filter.limit),
            ])
    }

    /// Duties whose day has come, the oldest first.
    package func dueRecipients(now: Instant, limit: Int) async throws -> [RecipientDuty] {
        try await duties(
            "WHERE ended_at IS NULL AND due_at <= habeas.instant($1) ORDER BY due_at, id LIMIT $2",
            [now.sql, String(limit)])
    }

    /// How many recipients haven't confirmed.
    package func recipientCount(now: Instant) async throws -> RecipientCount {
        guard
            var row = try await first(
                """
                SELECT count(*) FILTER (WHERE state <> 'parked'), count(*) FILTER (WHERE due_at <= habeas.instant($1))
                FROM habeas.recipient_duty WHERE ended_at IS NULL
                """, [now.sql])
        else { return RecipientCount(open: 0, overdue: 0) }
        return RecipientCount(open: try row.int(), overdue: try row.int())
    }

    /// Requests whose recipients changed since their certificate was made, the oldest first.
    package func requestsToCertifyAnew(limit: Int) async throws -> [RequestID] {
        try await rows(
            """
            SELECT c.request_id FROM habeas.certificate c
            WHERE EXISTS (
                SELECT FROM habeas.recipient_duty d WHERE d.request_id = c.request_id AND d.changed_at > c.made_at)
            ORDER BY c.made_at LIMIT $1
            """, [String(limit)]
        ).map { row throws(LedgerError) in
            var row = row
            return try row.value { RequestID($0) }
        }
    }

    private func duties(_ condition: String, _ parameters: [String?]) async throws -> [RecipientDuty] {
        try await rows("SELECT \(RecipientDuty.columns) FROM habeas.recipient_duty \(condition)", parameters)
            .map { row throws(LedgerError) in try RecipientDuty(row) }
    }
}
